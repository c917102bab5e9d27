/** Runs grouped by a parameter: the mean and the spread of each metric over the runs of a group. */

import type { Run } from "../../model/run.ts";
import { type Statistics, statistics } from "../../model/statistics.ts";

export interface RunGroup {
  /** The value that the runs have in common; null for runs without that parameter. */
  readonly value: string | null;
  readonly runs: readonly Run[];
  /** Of the last values, by metric. */
  readonly metrics: Readonly<Record<string, Statistics>>;
}

/** Groups by `key`: a parameter, or `experiment`, `script` or `host` where no run has a parameter of that name. */
export function groupsOf(runs: readonly Run[], key: string): readonly RunGroup[] {
  const valueIn = runs.some((run) => run.parameters[key] !== undefined)
    ? (run: Run) => run.parameters[key]?.value ?? null
    : (run: Run) => facts[key]?.(run) ?? null;
  const groups = new Map<string | null, Run[]>();
  for (const run of runs) groups.set(valueIn(run), [...(groups.get(valueIn(run)) ?? []), run]);
  return [...groups].map(([value, members]) => ({ value, runs: members, metrics: metricsOf(members) }));
}

/** What runs can be grouped by, for the message when `key` is none of it. */
export function groupKeys(runs: readonly Run[]): readonly string[] {
  return [...new Set([...runs.flatMap(({ parameters }) => Object.keys(parameters)), ...Object.keys(facts)])];
}

const facts: Readonly<Record<string, (run: Run) => string | null>> = {
  experiment: (run) => run.experiment,
  script: (run) => run.script,
  host: (run) => run.host,
};

function metricsOf(runs: readonly Run[]): Record<string, Statistics> {
  const names = [...new Set(runs.flatMap(({ metrics }) => Object.keys(metrics)))].sort();
  const lasts = (name: string) => runs.flatMap(({ metrics }) => metrics[name]?.last ?? []);
  return Object.fromEntries(names.map((name) => [name, statistics(lasts(name))]));
}
