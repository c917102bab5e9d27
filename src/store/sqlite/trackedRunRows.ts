/** Rows of runs and of what hangs on them → runs as clients of MLflow's protocol see them. */

import {
  type DatasetInput,
  type LatestMetric,
  type ModelUse,
  runNameTag,
  type TrackedRun,
  type TrackedRunHead,
} from "../../model/tracking.ts";
import type { FoundRun } from "../tracking.ts";
import type { Connection } from "./connection.ts";
import { metricNames } from "./metricNames.ts";
import { runTexts } from "./trackedRunTexts.ts";

/** The runs of the given keys, in the same order: six queries for any number of them. */
export function foundRuns(connection: Connection, keys: readonly number[]): readonly FoundRun[] {
  if (keys.length === 0) return [];
  const asked = JSON.stringify(keys);
  const textsOf = runTexts(connection, asked, runNameTag);
  const used = usedBy(connection, asked);
  return headsOf(connection, asked).map(({ key, ...head }) => {
    const texts = textsOf(key);
    const name = `{"key":"${runNameTag}","value":${JSON.stringify(head.name)}}`;
    const tags = texts.tags === "" ? name : `${texts.tags},${name}`;
    const { inputs = [], modelOutputs = [] } = used.get(key) ?? {};
    return { ...head, ...texts, tags, inputs, modelOutputs };
  });
}

export function trackedRunOf(connection: Connection, key: number): TrackedRun | null {
  const asked = JSON.stringify([key]);
  const [found] = headsOf(connection, asked);
  if (found === undefined) return null;
  const { key: _, ...head } = found;
  // The name may have been changed since by a person; the tag is only another word for it.
  const tags = pairsOf(connection, "tag", key).filter(([name]) => name !== runNameTag);
  return {
    ...head,
    metrics: latestOf(connection, key),
    parameters: pairsOf(connection, "parameter", key),
    tags: [...tags, [runNameTag, head.name]],
    ...{ inputs: [], modelInputs: [], modelOutputs: [], ...usedBy(connection, asked).get(key) },
  };
}

type HeadRow = TrackedRunHead & { readonly key: number };

function headsOf(connection: Connection, asked: string): readonly HeadRow[] {
  const rows = connection.rows<Omit<HeadRow, "deleted"> & { deleted: number }>(
    `select run.key, run.id, run.name, user, state, experiment.id as experimentId,
       experiment.artifact_location as artifactLocation, directory, coalesce(started, run.created) as started, ended,
       run.deleted_at is not null as deleted
     from json_each(?) as asked cross join run on run.key = asked.value
     left join experiment on experiment.name = run.experiment`,
    asked,
  );
  return rows.map((row) => ({ ...row, deleted: row.deleted === 1 }));
}

interface MetricRow {
  readonly metric: number;
  readonly last: number | null;
  readonly last_step: number;
  readonly last_time: number;
}

/** Attempts of a metric come one after the other. */
function latestOf(connection: Connection, run: number): readonly LatestMetric[] {
  const names = metricNames(connection).all;
  const rows = connection.rows<MetricRow>(
    "select metric, last, last_step, last_time from series where run = ? order by metric, attempt",
    run,
  );
  const metrics: LatestMetric[] = [];
  let before: MetricRow | null = null;
  for (const row of rows) {
    const { metric, last, last_step: step, last_time: time } = row;
    if (before?.metric === metric) {
      if (isOlder(row, before)) continue;
      metrics.pop();
    }
    metrics.push({ key: names.get(metric) ?? "", value: last ?? Number.NaN, time, step });
    before = row;
  }
  return metrics;
}

function isOlder(row: MetricRow, than: MetricRow): boolean {
  return (
    row.last_step < than.last_step || (row.last_step === than.last_step && row.last_time < than.last_time)
  );
}

function pairsOf(
  connection: Connection,
  table: "parameter" | "tag",
  run: number,
): readonly (readonly [string, string])[] {
  const rows = connection.rows<{ name: string; value: string }>(
    `select name, value from ${table} where run = ? and value is not null order by name`,
    run,
  );
  return rows.map(({ name, value }) => [name, value]);
}

interface Used {
  readonly inputs: DatasetInput[];
  readonly modelInputs: ModelUse[];
  readonly modelOutputs: ModelUse[];
}

interface InputRow extends Omit<DatasetInput, "tags"> {
  readonly run: number;
  readonly tags: string;
}

/** Data sets and models of the runs that have any, by the key of the run. */
function usedBy(connection: Connection, asked: string): ReadonlyMap<number, Used> {
  const found = new Map<number, Used>();
  const of = (run: number) => {
    const used = found.get(run) ?? { inputs: [], modelInputs: [], modelOutputs: [] };
    found.set(run, used);
    return used;
  };
  const inputs = connection.rows<InputRow>(
    `select run, name, digest, source_type as sourceType, source, schema, profile, tags from run_input
     where run in (select value from json_each(?)) order by run, number`,
    asked,
  );
  for (const { run, tags, ...input } of inputs)
    of(run).inputs.push({ ...input, tags: JSON.parse(tags) as Record<string, string> });
  const models = connection.rows<ModelUse & { run: number; direction: string }>(
    `select run, direction, model, step from model_use
     where run in (select value from json_each(?)) order by run, number`,
    asked,
  );
  for (const { run, direction, model, step } of models)
    of(run)[direction === "input" ? "modelInputs" : "modelOutputs"].push({ model, step });
  return found;
}
