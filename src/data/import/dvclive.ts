/** A run of DVCLive: a table for each metric, the last values of all, and the parameters. */

import * as path from "node:path";
import { isObject, parseJson } from "../../model/fields.ts";
import type { ForeignRun } from "../../model/foreignLog.ts";
import { flatSettings, foreignParameter } from "../../model/foreignText.ts";
import type { JournalRecord } from "../../model/journal.ts";
import { folderRun, type Problem } from "./folderRun.ts";
import { filesBelow, readText } from "./plainFiles.ts";
import { tableIn } from "./tables.ts";
import { readYaml } from "./yamlFile.ts";

const longestSummary = 16 * 1024 * 1024;

export function dvcliveRun(folder: string): Promise<ForeignRun> {
  const isLog = (name: string) =>
    name.startsWith("plots/metrics/") || /^(metrics\.json|params\.yaml)$/.test(name);
  const project = path.basename(path.dirname(folder));
  return folderRun({
    ...{ folder, timed: false, isLog },
    records: (started, problem) => recordsOf(folder, started, problem),
    told: { name: `${project}/${path.basename(folder)}`, experiment: project },
  });
}

async function* recordsOf(folder: string, started: number, problem: Problem): AsyncGenerator<JournalRecord> {
  const settings = await readYaml(path.join(folder, "params.yaml"));
  if (settings.problem !== null) problem(`params.yaml could not be read: ${settings.problem}.`);
  for (const [key, value] of flatSettings(settings.object ?? {}))
    yield foreignParameter(key, value, "user", started);
  const logged = new Set<string>();
  for await (const { path: name, place } of filesBelow(path.join(folder, "plots", "metrics"))) {
    if (!name.endsWith(".tsv")) continue;
    const key = name.slice(0, -".tsv".length);
    logged.add(key);
    yield* pointsOf(place, key, started, problem);
  }
  yield* resultsOf(await readText(path.join(folder, "metrics.json"), longestSummary), logged, started);
}

/** The column of the metric is named by the last part of its name. */
async function* pointsOf(
  file: string,
  key: string,
  started: number,
  problem: Problem,
): AsyncGenerator<JournalRecord> {
  const table = tableIn(file, "\t");
  const column = path.posix.basename(key);
  for await (const { values, index } of table.rows) {
    const value =
      values.get(column) ?? [...values].find(([name]) => name !== "step" && name !== "timestamp")?.[1];
    const step = values.get("step") ?? index;
    const time = values.get("timestamp") ?? started;
    if (value !== undefined && Number.isSafeInteger(step))
      yield { kind: "metric", time, step, values: { [key]: value }, source: "user" };
  }
  const said = table.problem();
  if (said !== null) problem(`${key}.tsv: ${said}.`);
}

/** What has no table has only its last value. */
function* resultsOf(
  text: string | null,
  logged: ReadonlySet<string>,
  time: number,
): Generator<JournalRecord> {
  const object = parseJson(text ?? "");
  if (!isObject(object)) return;
  const step = typeof object.step === "number" && Number.isSafeInteger(object.step) ? object.step : 0;
  const values: [string, number][] = [];
  for (const [key, value] of leaves(object))
    if (key !== "step" && !logged.has(key)) values.push([key.slice(0, 1_000), value]);
  if (values.length > 0)
    yield { kind: "metric", time, step, values: Object.fromEntries(values), source: "user" };
}

function* leaves(
  object: Readonly<Record<string, unknown>>,
  within = "",
  depth = 8,
): Generator<readonly [string, number]> {
  for (const [name, value] of Object.entries(object)) {
    const key = within === "" ? name : `${within}/${name}`;
    if (typeof value === "number") yield [key, value];
    else if (isObject(value) && depth > 0) yield* leaves(value, key, depth - 1);
  }
}
