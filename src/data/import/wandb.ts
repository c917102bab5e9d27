/** A run of Weights & Biases that was logged offline: its history, configuration and summary, from the `.wandb` file of its folder. */

import * as path from "node:path";
import type { ForeignRun, ForeignStatus } from "../../model/foreignLog.ts";
import { flatSettings, foreignParameter, foreignTag, foreignTime } from "../../model/foreignText.ts";
import type { JournalRecord } from "../../model/journal.ts";
import { folderRun, type Problem } from "./folderRun.ts";
import { entriesOf } from "./plainFiles.ts";
import { wandbFrames } from "./wandbFrames.ts";
import { numbersOf, type WandbItem, type WandbRun, wandbRecord } from "./wandbRecords.ts";

export async function wandbRun(folder: string): Promise<ForeignRun | null> {
  const entry = (await entriesOf(folder)).find((each) => each.isFile() && each.name.endsWith(".wandb"));
  if (entry === undefined) return null;
  const file = path.join(folder, entry.name);
  const { run, status } = await headOf(file);
  return folderRun({
    folder,
    timed: true,
    isLog: (name) => name.endsWith(".wandb"),
    records: (started, problem) => recordsOf(file, started, problem),
    told:
      run === null
        ? { status }
        : {
            ...{
              name: run.name || run.id,
              experiment: run.project || "uncategorized",
              user: run.user,
              status,
            },
            ...(run.started > 0 ? { started: foreignTime(run.started) } : {}),
          },
  });
}

/** What the run says of itself, and how it ended, which stands at the end. */
async function headOf(
  file: string,
): Promise<{ readonly run: WandbRun | null; readonly status: ForeignStatus }> {
  let run: WandbRun | null = null;
  let status: ForeignStatus = "running";
  for await (const bytes of wandbFrames(file).records) {
    const record = wandbRecord(bytes);
    if (record?.kind === "run") run = record.run;
    else if (record?.kind === "exit") status = record.code === 0 ? "finished" : "failed";
  }
  return { run, status };
}

async function* recordsOf(file: string, started: number, problem: Problem): AsyncGenerator<JournalRecord> {
  const frames = wandbFrames(file);
  const logged = new Set<string>();
  const summary = new Map<string, unknown>();
  let step = 0;
  let time = started;
  for await (const bytes of frames.records) {
    const record = wandbRecord(bytes);
    if (record === null) continue;
    if (record.kind === "run") {
      yield* parametersOf(record.run.config, started);
      yield* tagsOf(record.run, started);
    } else if (record.kind === "config") yield* parametersOf(record.items, started);
    else if (record.kind === "summary") for (const [key, value] of record.items) summary.set(key, value);
    else if (record.kind === "history") {
      const own = new Map(record.items);
      step = record.step ?? numberIn(own.get("_step")) ?? step + 1;
      time = foreignTime((numberIn(own.get("_timestamp")) ?? time / 1_000) * 1_000);
      const values = Object.fromEntries(valuesIn(record.items));
      for (const key of Object.keys(values)) logged.add(key);
      if (Object.keys(values).length > 0) yield { kind: "metric", time, step, values, source: "shim" };
    }
  }
  // What was only ever said as a result.
  const results = [...valuesIn([...summary])].filter(([key]) => !logged.has(key));
  if (results.length > 0)
    yield { kind: "metric", time, step, values: Object.fromEntries(results), source: "shim" };
  const said = frames.problem();
  if (said !== null) problem(`${path.basename(file)}: ${said}.`);
}

/** Names that begin with `_` are the tool's own. */
function* valuesIn(items: readonly WandbItem[]): Generator<readonly [string, number]> {
  for (const [key, value] of items) if (!key.startsWith("_")) yield* numbersOf(key, value);
}

function* parametersOf(config: readonly WandbItem[], time: number): Generator<JournalRecord> {
  for (const [key, value] of config)
    if (!key.startsWith("_"))
      for (const [name, text] of flatSettings(value, key)) yield foreignParameter(name, text, "shim", time);
}

function* tagsOf({ tags, notes, group }: WandbRun, time: number): Generator<JournalRecord> {
  for (const tag of tags) yield foreignTag(`wandb.tag.${tag}`, "", time);
  if (group !== "") yield foreignTag("wandb.group", group, time);
  if (notes !== "") yield foreignTag("wandb.notes", notes, time);
}

function numberIn(value: unknown): number | null {
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}
