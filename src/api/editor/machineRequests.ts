/** What this machine and the hosts are doing, for who looks at them. */

import * as z from "zod";
import type { RequestName } from "../../protocol/editor.ts";
import { nothing, type Requests } from "./request.ts";

type MachineRequest = Extract<RequestName, `machines/${string}`>;

export const machineRequests: Requests<MachineRequest> = {
  "machines/list": {
    input: nothing,
    async answer(_, { machines }) {
      return (await machines?.list()) ?? [];
    },
  },
  "machines/look": {
    input: z.strictObject({ host: z.string().min(1).max(255).nullable() }),
    async answer({ host }, { machines }) {
      return (await machines?.look(host)) ?? null;
    },
  },
};
