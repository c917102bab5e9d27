/** What a comparison asks beyond rows and pixels. */

import { z } from "zod";
import { parameterImportance } from "../../model/importance.ts";
import { ids, type Requests } from "./request.ts";

export const compareRequests: Requests<"compare/importance"> = {
  "compare/importance": {
    input: z.strictObject({ runIds: ids, metric: z.string().max(1_000) }),
    async answer({ runIds, metric }, { store }) {
      const runs = await (await store.existing())?.runs.list({ ids: runIds, limit: runIds.length });
      return parameterImportance(runs ?? [], metric);
    },
  },
};
