/** One run of a folder `mlruns/`: a file for its facts, and one for each of its parameters, tags and metrics. */

import { createHash } from "node:crypto";
import * as path from "node:path";
import type { ForeignFile, ForeignRun, ForeignTrouble } from "../../model/foreignLog.ts";
import { MeasuredPoints, mlflowStatus, pythonFloat } from "../../model/foreignMlflow.ts";
import { foreignNotice, foreignParameter, foreignTag, foreignTime } from "../../model/foreignText.ts";
import type { JournalRecord } from "../../model/journal.ts";
import { linesOf } from "./lines.ts";
import type { LoggedModels } from "./mlrunsLoggedModels.ts";
import { entriesOf, filesBelow } from "./plainFiles.ts";
import { textFiles } from "./textFiles.ts";
import { numberIn, readYaml, textIn, type YamlObject } from "./yamlFile.ts";

type Say = (text: string) => void;

/** Null for a run that was deleted or whose facts can't be read; the latter is told. */
export async function readRun(
  folder: string,
  experiment: string,
  models: LoggedModels,
  trouble: (what: ForeignTrouble) => void,
): Promise<ForeignRun | null> {
  const id = path.basename(folder);
  const about = `${path.basename(path.dirname(folder))}/${id}/meta.yaml`;
  const { object, problem } = await readYaml(path.join(folder, "meta.yaml"));
  if (object === null) trouble({ about, text: problem ?? "it is not there" });
  if (object === null || textIn(object, "lifecycle_stage") === "deleted") return null;
  const tags = new Map(await textFiles(path.join(folder, "tags"), () => undefined));
  const { mark, last } = await markOf(folder, models.mark);
  const started = foreignTime(numberIn(object, "start_time") ?? last);
  return {
    id,
    name:
      textIn(object, "run_name") || tags.get("mlflow.runName") || textIn(object, "name") || id.slice(0, 8),
    experiment,
    user: textIn(object, "user_id") || (tags.get("mlflow.user") ?? ""),
    status: mlflowStatus(textIn(object, "status")),
    started,
    ended: foreignTime(numberIn(object, "end_time") ?? Math.max(started, last)),
    parent: tags.get("mlflow.parentRunId") ?? null,
    script: tags.get("mlflow.source.name") ?? (textIn(object, "source_name") || null),
    mark,
    timed: true,
    records: () => recordsOf({ folder, object, started, models }),
    files: () => filesOf(folder, id, models),
  };
}

interface RunAt {
  readonly folder: string;
  readonly object: YamlObject;
  readonly started: number;
  readonly models: LoggedModels;
}

async function* recordsOf({ folder, object, started, models }: RunAt): AsyncGenerator<JournalRecord> {
  const problems: string[] = [];
  const say: Say = (text) => void problems.push(text);
  const id = path.basename(folder);
  for (const [key, value] of await textFiles(path.join(folder, "params"), say))
    yield foreignParameter(key, value, "mlflow", started);
  for (const [key, value] of await textFiles(path.join(folder, "tags"), say))
    yield foreignTag(key, value, started);
  const uri = textIn(object, "artifact_uri");
  if (!uri.includes(id)) yield foreignTag("runline.import.artifacts", uri, started);
  yield* inputsOf(folder, started, say);
  yield* models.made.get(id) ?? [];
  yield* outputsOf(folder, started);
  const points = new MeasuredPoints(models.measures.get(id) ?? []);
  const isOver = mlflowStatus(textIn(object, "status")) !== "running";
  for await (const { path: key, place } of filesBelow(path.join(folder, "metrics")))
    yield* pointsOf({ file: place, key, isOver }, points, say);
  yield* points.rest();
  for (const text of problems) yield foreignNotice(text, started);
}

/** Lines of `time value`, `time value step`, or with the name and digest of a data set behind these. A torn one waits for its rest. */
async function* pointsOf(
  { file, key, isOver }: { readonly file: string; readonly key: string; readonly isOver: boolean },
  points: MeasuredPoints,
  say: Say,
): AsyncGenerator<JournalRecord> {
  const bad: number[] = [];
  for await (const { number, text, whole } of linesOf(file)) {
    if (text === "" || !(whole || isOver)) continue;
    const [time, value, step] = numbersIn(text ?? "");
    if (time !== null && value !== null && step !== null && Number.isSafeInteger(step))
      yield points.point(key, step, time, value);
    else bad.push(number);
  }
  if (bad.length > 0)
    say(`metrics/${key}: ${bad.length} lines could not be read, the first is line ${bad[0]}.`);
}

type Numbers = readonly [time: number | null, value: number | null, step: number | null];

function numbersIn(line: string): Numbers {
  const [time = "", value = "", step] = line.trim().split(" ");
  if (!/^-?\d+$/.test(time)) return [null, null, null];
  const whole = step === undefined ? 0 : /^-?\d+$/.test(step) ? Number(step) : null;
  // Before MLflow 1.0 there were no steps, and times were in seconds.
  const isSeconds = step === undefined && Number(time) < 1e11;
  return [foreignTime(Number(time) * (isSeconds ? 1_000 : 1)), pythonFloat(value), whole];
}

async function* inputsOf(folder: string, time: number, say: Say): AsyncGenerator<JournalRecord> {
  for (const { name } of await entriesOf(path.join(folder, "inputs"))) {
    const { object } = await readYaml(path.join(folder, "inputs", name, "meta.yaml"));
    if (object === null) continue;
    if (textIn(object, "destination_type") === "MODEL_INPUT") {
      yield { kind: "model_input", time, model: textIn(object, "destination_id").slice(0, 500), step: 0 };
      continue;
    }
    const set = path.basename(textIn(object, "source_id"));
    const read = await readYaml(path.join(path.dirname(folder), "datasets", set, "meta.yaml"));
    if (read.object === null) say(`inputs/${name}: its data set can't be read.`);
    else yield inputOf(read.object, tagsIn(object), time);
  }
}

function inputOf(set: YamlObject, tags: Readonly<Record<string, string>>, time: number): JournalRecord {
  return {
    ...{ kind: "input", time, tags },
    name: textIn(set, "name").slice(0, 500) || "(no name)",
    digest: textIn(set, "digest").slice(0, 500) || "(none)",
    source_type: textIn(set, "source_type").slice(0, 500),
    source: textIn(set, "source").slice(0, 65_535),
    schema: textIn(set, "schema").slice(0, 1_048_575) || null,
    profile: textIn(set, "profile") || null,
  };
}

function tagsIn(object: YamlObject): Readonly<Record<string, string>> {
  const tags = object.tags;
  if (typeof tags !== "object" || tags === null) return {};
  return Object.fromEntries(Object.entries(tags).map(([key, value]) => [key, String(value)]));
}

async function* outputsOf(folder: string, time: number): AsyncGenerator<JournalRecord> {
  for (const { name } of await entriesOf(path.join(folder, "outputs"))) {
    const { object } = await readYaml(path.join(folder, "outputs", name, "meta.yaml"));
    const step = object === null ? null : numberIn(object, "step");
    if (name.startsWith("m-")) yield { kind: "model_output", time, model: name, step: step ?? 0 };
  }
}

async function* filesOf(folder: string, id: string, models: LoggedModels): AsyncGenerator<ForeignFile> {
  for await (const { path: name, place, stats } of filesBelow(path.join(folder, "artifacts")))
    yield { path: name, place, bytes: stats.size };
  for (const model of models.made.get(id) ?? [])
    for await (const { path: name, place, stats } of filesBelow(models.artifacts(model.id)))
      yield { path: `models/${model.id}/${name}`, place, bytes: stats.size };
}

/** Changes as soon as any file of the run does; `last` is when that was. */
async function markOf(
  folder: string,
  models: string,
): Promise<{ readonly mark: string; readonly last: number }> {
  const hash = createHash("sha256").update(models);
  let last = 0;
  for await (const { path: name, stats } of filesBelow(folder)) {
    hash.update(`${name}\0${stats.size}\0${stats.mtimeMs}\n`);
    last = Math.max(last, Math.floor(stats.mtimeMs));
  }
  return { mark: hash.digest("hex"), last };
}
