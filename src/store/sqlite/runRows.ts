/** Rows of runs with their parameters, tags and metrics → runs as everybody reads them. Four queries for any number of runs. */

import type { Selectable } from "kysely";
import type { CodeSnapshot, Source } from "../../model/journal.ts";
import type { MetricSummary, Parameter, Run } from "../../model/run.ts";
import { type Sample, sparklineValues } from "../sample.ts";
import type { RunTable } from "../schema.ts";
import { mergeSummaries } from "../seriesSummary.ts";
import type { Connection } from "./connection.ts";
import { metricNames } from "./metricNames.ts";
import { headOf } from "./runHead.ts";

type Row = Selectable<RunTable>;

/** Everything that hangs on a run's row. */
interface Attached {
  readonly parameters: Record<string, Parameter>;
  readonly tags: Record<string, string>;
  readonly metrics: Record<string, MetricSummary>;
  keyMetric: string | null;
  sparkline: readonly number[];
}

/** The runs of the given rows, in the same order. */
export function runsOf(connection: Connection, rows: readonly Row[]): readonly Run[] {
  const attached = new Map<number, Attached>(rows.map(({ key }) => [key, nothingYet()]));
  if (rows.length > 0) {
    const keys = JSON.stringify(rows.map(({ key }) => key));
    addParameters(connection, keys, attached);
    addTags(connection, keys, attached);
    addMetrics(connection, keys, attached);
    addKeyMetrics(connection, keys, attached);
  }
  return rows.map((row) => runOf(row, attached.get(row.key) ?? nothingYet()));
}

function nothingYet(): Attached {
  return {
    // Names come from scripts: without a prototype, "__proto__" is a name like any other.
    parameters: Object.create(null) as Record<string, Parameter>,
    tags: Object.create(null) as Record<string, string>,
    metrics: Object.create(null) as Record<string, MetricSummary>,
    keyMetric: null,
    sparkline: [],
  };
}

function runOf(row: Row, attached: Attached): Run {
  return {
    ...headOf(row),
    drained: row.drained === 1,
    argv: JSON.parse(row.argv) as readonly string[],
    cwd: row.cwd,
    code: row.code === null ? null : (JSON.parse(row.code) as CodeSnapshot),
    signal: row.signal,
    directory: row.directory,
    ...attached,
  };
}

function addParameters(connection: Connection, keys: string, attached: Map<number, Attached>): void {
  const rows = connection.each<{ run: number; name: string; value: string; source: Source }>(
    "select run, name, value, source from parameter where run in (select value from json_each(?)) order by run, name",
    keys,
  );
  for (const { run, name, value, source } of rows) {
    const owner = attached.get(run);
    if (owner !== undefined) owner.parameters[name] = { value, source };
  }
}

function addTags(connection: Connection, keys: string, attached: Map<number, Attached>): void {
  const rows = connection.each<{ run: number; name: string; value: string }>(
    `select run, name, value from tag
     where run in (select value from json_each(?)) and value is not null order by run, name`,
    keys,
  );
  for (const { run, name, value } of rows) {
    const owner = attached.get(run);
    if (owner !== undefined) owner.tags[name] = value;
  }
}

interface MetricRow {
  readonly run: number;
  readonly name: string;
  readonly last: number | null;
  readonly last_step: number;
  readonly min: number | null;
  readonly min_step: number | null;
  readonly max: number | null;
  readonly max_step: number | null;
  readonly count: number;
  readonly nan: number;
  readonly inf: number;
}

function addMetrics(connection: Connection, keys: string, attached: Map<number, Attached>): void {
  const names = metricNames(connection).own;
  const rows = connection.each<MetricRow & { metric: number }>(
    `select run, metric, last, last_step, min, min_step, max, max_step, count, nan, inf from series
     where run in (select value from json_each(?)) order by run, metric, attempt`,
    keys,
  );
  for (const row of rows) {
    const name = names.get(row.metric);
    const owner = attached.get(row.run);
    if (name === undefined || owner === undefined) continue;
    owner.metrics[name] = mergeSummaries(owner.metrics[name], summaryOf(row));
  }
}

function summaryOf(row: Omit<MetricRow, "name">): MetricSummary {
  const number = (value: number | null) => value ?? Number.NaN;
  return {
    last: number(row.last),
    lastStep: row.last_step,
    min: number(row.min),
    minStep: number(row.min_step),
    max: number(row.max),
    maxStep: number(row.max_step),
    count: row.count,
    nan: row.nan,
    inf: row.inf,
  };
}

function addKeyMetrics(connection: Connection, keys: string, attached: Map<number, Attached>): void {
  const rows = connection.each<{
    run: number;
    name: string;
    sample: string;
    count: number;
    last: number | null;
  }>(
    `select run.key as run, metric_name.name, series.sample, series.count, series.last from run
     join series on series.id = run.key_series join metric_name on metric_name.id = series.metric
     where run.key in (select value from json_each(?))`,
    keys,
  );
  for (const { run, name, sample, count, last } of rows) {
    const owner = attached.get(run);
    if (owner === undefined) continue;
    owner.keyMetric = name;
    owner.sparkline = sparklineValues(readSample(sample), count, last ?? Number.NaN);
  }
}

/** A sample as it is stored: JSON has no NaN and no infinities, so they are texts. */
export function readSample(stored: string): Sample {
  const { stride, values } = JSON.parse(stored) as { stride: number; values: (number | string)[] };
  return { stride, values: values.map(Number) };
}

export function writeSample({ stride, values }: Sample): string {
  return JSON.stringify({
    stride,
    values: values.map((value) => (Number.isFinite(value) ? value : String(value))),
  });
}
