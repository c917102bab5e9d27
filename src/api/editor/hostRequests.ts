/** The other machines: which there are, and a person's connecting, disconnecting and checking. */

import * as z from "zod";
import type { Hosts } from "../../compute/compute.ts";
import { RunlineError } from "../../model/failure.ts";
import { artifactHere } from "../../ops/hostFiles.ts";
import type { RequestName } from "../../protocol/editor.ts";
import type { Project } from "../project.ts";
import { id, nothing, type Requests } from "./request.ts";

type HostRequest = Extract<RequestName, `hosts/${string}`>;

const one = z.strictObject({ host: z.string().min(1).max(255) });

export const hostRequests: Requests<HostRequest> = {
  "hosts/list": {
    input: nothing,
    async answer(_, { hosts }) {
      return (await hosts?.list()) ?? [];
    },
  },
  "hosts/connect": {
    runs: true,
    input: one,
    async answer({ host }, context) {
      await hostsOf(context).connect(host, context.ask);
      return null;
    },
  },
  "hosts/artifact": {
    input: z.strictObject({ id, path: z.string().min(1).max(4_096) }),
    async answer(ask, { store, compute }) {
      return { path: await artifactHere(ask, await store.existing(), compute) };
    },
  },
  "hosts/disconnect": {
    input: one,
    async answer({ host }, { hosts }) {
      hosts?.disconnect(host);
      return null;
    },
  },
  "hosts/check": {
    runs: true,
    input: one,
    answer: ({ host }, context) => hostsOf(context).check(host),
  },
};

/** Throws `usage` where no other machine can be had. */
export function hostsOf({ hosts }: Pick<Project, "hosts">): Hosts {
  if (hosts === null)
    throw new RunlineError("usage", { cause: "No other machine can be reached from here." });
  return hosts;
}
