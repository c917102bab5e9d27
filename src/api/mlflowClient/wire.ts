/** What a team's MLflow server answers, checked: a server may be of any version, and may lie. */

import * as z from "zod";
import type { DatasetInput, LatestMetric } from "../../model/tracking.ts";
import type { TeamRun } from "../../ops/mlflowTeam.ts";

const whole = z.coerce.number().pipe(z.int()).catch(0);
const words: Readonly<Record<string, number>> = {
  NaN: Number.NaN,
  Infinity: Number.POSITIVE_INFINITY,
  "-Infinity": Number.NEGATIVE_INFINITY,
};
const value = z.union([z.number(), z.string().transform((text) => words[text] ?? Number(text))]);
const key = z.string().min(1).max(1_000);
const pair = z.object({ key, value: z.string().max(200_000).catch("") });
const pairs = z.array(pair).max(100_000).catch([]);

export const metric = z
  .object({ key, value: value.catch(0), timestamp: whole, step: whole.default(0) })
  .transform(({ key, value, timestamp, step }): LatestMetric => ({ key, value, time: timestamp, step }));
export const metrics = z.array(metric).max(1_000_000).catch([]);

const shortText = z.string().max(500);
const said = z.string().max(1_000_000).nullish().catch(null);
const dataset = z
  .object({
    dataset: z.object({
      ...{ name: shortText.min(1), digest: shortText.min(1), source_type: shortText.catch("") },
      ...{ source: z.string().max(100_000).catch(""), schema: said, profile: said },
    }),
    tags: pairs.default([]),
  })
  .transform(
    ({ dataset: { source_type: sourceType, schema, profile, ...rest }, tags }): DatasetInput => ({
      ...{ ...rest, sourceType, schema: schema ?? null, profile: profile ?? null },
      tags: Object.fromEntries(tags.map((tag) => [tag.key, tag.value])),
    }),
  );
/** A server before 2.4 says nothing of them. */
const inputs = z
  .object({ dataset_inputs: z.array(dataset).max(10_000).catch([]) })
  .nullish()
  .catch(null);

const statuses: Readonly<Record<string, TeamRun["status"]>> = {
  FINISHED: "finished",
  FAILED: "failed",
  KILLED: "cancelled",
};

const rawRun = z.object({
  info: z.object({
    run_id: z.string().min(1).max(256),
    run_name: z.string().max(500).catch(""),
    experiment_id: z.string().max(64).catch("0"),
    user_id: z.string().max(500).catch(""),
    status: z.string().catch("RUNNING"),
    start_time: whole,
    end_time: z.coerce.number().pipe(z.int()).nullish().catch(null),
    artifact_uri: z.string().max(4_096).catch(""),
  }),
  data: z.object({ metrics: metrics.default([]), params: pairs.default([]), tags: pairs.default([]) }),
  inputs,
});

/** A run of the server; null for what is none. `names` are those of the experiments by id. */
export function runOfWire(raw: unknown, names: ReadonlyMap<string, string>): TeamRun | null {
  const parsed = rawRun.safeParse(raw);
  if (!parsed.success) return null;
  const { info, data, inputs } = parsed.data;
  const { run_id: id, run_name: name, experiment_id: experiment } = info;
  return {
    ...{ id, name: name === "" ? id.slice(0, 8) : name, experiment: names.get(experiment) ?? experiment },
    ...{ user: info.user_id, status: statuses[info.status] ?? "running" },
    ...{ started: info.start_time, ended: info.end_time ?? null, artifacts: info.artifact_uri },
    parameters: data.params.map((each) => [each.key, each.value] as const),
    tags: data.tags.map((each) => [each.key, each.value] as const),
    metrics: data.metrics,
    inputs: inputs?.dataset_inputs ?? [],
  };
}

export const experimentList = z
  .array(z.object({ experiment_id: z.string().max(64), name: z.string().max(500).catch("") }))
  .catch([]);

/** A value as MLflow's JSON has it. */
export function wireValue(value: number): number | string {
  return Number.isFinite(value) ? value : String(value);
}
