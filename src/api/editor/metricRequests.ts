/** Charts: what is asked for in pixels is answered in pixels. */

import { z } from "zod";
import { ids, type Requests } from "./request.ts";

export const metricRequests: Requests<"metrics/columns" | "metrics/keys"> = {
  "metrics/columns": {
    input: z.strictObject({
      runIds: ids,
      keys: z.array(z.string().max(1_000)).max(10_000),
      axis: z.enum(["step", "relative", "wall"]),
      x0: z.number().exactOptional(),
      x1: z.number().exactOptional(),
      width: z.int().min(1).max(8_192),
    }),
    async answer(query, project) {
      const store = await project.store.existing();
      return store === null ? { x0: 0, x1: 0, series: [] } : store.metrics.columns(query);
    },
  },
  "metrics/keys": {
    input: z.strictObject({ runIds: ids }),
    async answer({ runIds }, project) {
      return (await project.store.existing())?.metrics.keys(runIds) ?? [];
    },
  },
};
