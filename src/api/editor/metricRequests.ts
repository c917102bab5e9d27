/** Charts: what is asked for in pixels is answered in pixels. */

import * as z from "zod";
import { pointsBeyond } from "../../ops/pointsBeyond.ts";
import { id, ids, type Requests } from "./request.ts";

const key = z.string().max(1_000);
/** The part of both queries that says which pixels are asked for. */
const view = {
  keys: z.array(key).max(10_000),
  axis: z.union([z.enum(["step", "relative", "wall"]), z.strictObject({ metric: key })]),
  x0: z.number().exactOptional(),
  x1: z.number().exactOptional(),
  width: z.int().min(1).max(8_192),
};
const smoothing = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("ema"), weight: z.number().min(0).max(1) }),
  z.strictObject({ kind: z.literal("mean"), window: z.number().min(1).max(10_000) }),
  z.strictObject({ kind: z.literal("gaussian"), sigma: z.number().min(0).max(1_000) }),
]);

export const metricRequests: Requests<
  "metrics/columns" | "metrics/bands" | "metrics/points" | "metrics/beyond" | "metrics/keys"
> = {
  "metrics/columns": {
    input: z.strictObject({
      runIds: ids,
      ...view,
      smoothing: smoothing.exactOptional(),
      smoothWithin: z.strictObject({ low: z.number(), high: z.number() }).exactOptional(),
    }),
    async answer(query, project) {
      const store = await project.store.existing();
      project.teams.look(query.runIds);
      return store === null ? { x0: 0, x1: 0, series: [] } : store.metrics.columns(query);
    },
  },
  "metrics/bands": {
    input: z.strictObject({
      groups: z.array(z.strictObject({ name: z.string().max(10_000), runIds: ids })).max(1_000),
      ...view,
    }),
    async answer(query, project) {
      const store = await project.store.existing();
      project.teams.look(query.groups.flatMap(({ runIds }) => runIds));
      return store === null ? { x0: 0, x1: 0, bands: [] } : store.metrics.bands(query);
    },
  },
  "metrics/points": {
    input: z.strictObject({ runId: id, attempt: z.int().min(0), key }),
    async answer(series, project) {
      const points = await (await project.store.existing())?.metrics.points(series);
      const list = (values: Float64Array | undefined) => Array.from(values ?? []);
      return { steps: list(points?.steps), times: list(points?.times), values: list(points?.values) };
    },
  },
  "metrics/beyond": {
    input: z.strictObject({
      series: z.array(z.strictObject({ runId: id, attempt: z.int().min(0) })).max(10_000),
      key,
      low: z.number(),
      high: z.number(),
      steps: z.strictObject({ from: z.number(), to: z.number() }).exactOptional(),
    }),
    async answer(query, project) {
      const metrics = (await project.store.existing())?.metrics;
      return metrics === undefined ? 0 : pointsBeyond(query, metrics);
    },
  },
  "metrics/keys": {
    input: z.strictObject({ runIds: ids }),
    async answer({ runIds }, project) {
      return (await project.store.existing())?.metrics.keys(runIds) ?? [];
    },
  },
};
