/**
 * Runs of a team's MLflow server beside one's own: each is a run directory without a process, with the server's name for its host. What
 * the store has already is the only memory: a run that was read before is compared with it, and only what is new is added.
 */

import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import * as path from "node:path";
import {
  type ExitRecord,
  type InputRecord,
  type JournalRecord,
  type MetricRecord,
  runFile,
} from "../model/journal.ts";
import { type Run, terminalStates } from "../model/run.ts";
import { isRunId } from "../model/runId.ts";
import type { DatasetInput, LatestMetric } from "../model/tracking.ts";
import { appendToJournal, journalLine } from "./clientJournal.ts";
import { type ClientRunParts, exitCodes, reportStatus, specOf, startOf } from "./clientRun.ts";
import { runOf } from "./findRun.ts";
import { lookAt } from "./look.ts";
import { mostPoints, sentTag, type TeamRun, type TeamServer } from "./mlflowTeam.ts";
import { newRunOf } from "./newRun.ts";
import { purgedIn } from "./purged.ts";

/** A journal takes this many records at once. */
const atOnce = 5_000;

/** Takes in the server's runs; those that were sent from here are here already. Answers how many are new or changed. */
export async function mirrorRuns(
  server: Pick<TeamServer, "name">,
  runs: readonly TeamRun[],
  parts: ClientRunParts,
): Promise<number> {
  const ids = runs.map(({ id }) => id).filter(isRunId);
  const rows = ids.length === 0 ? [] : await parts.store.runs.list({ ids, deleted: true, limit: 10_000 });
  const known = new Map(rows.map((run) => [run.id, run]));
  const shown = new Set(
    (ids.length === 0 ? [] : await parts.store.runs.list({ ids, limit: 10_000 })).map(({ id }) => id),
  );
  const purged = await purgedIn(parts.runs);
  let changed = 0;
  for (const run of runs) {
    if (!isRunId(run.id) || purged.has(run.id) || (await isSentFromHere(run, parts))) continue;
    const row = known.get(run.id);
    if (row === undefined) await make(server.name, run, parts);
    else if (!shown.has(run.id) || row.host !== server.name || !(await update(row, run, parts))) continue;
    changed += 1;
  }
  return changed;
}

/** All points of these metrics of a run that are not here yet. */
export async function mirrorHistory(
  run: Run,
  server: Pick<TeamServer, "name" | "history">,
  parts: ClientRunParts,
  keys: readonly string[],
): Promise<number> {
  let added = 0;
  for (const key of keys) {
    const { points, cut } = await server.history(run.id, key);
    if (cut) await tellCut(run, key, server.name, parts);
    const missing = await missingPoints(run, points, key, parts);
    for (let at = 0; at < missing.length; at += atOnce)
      await appendToJournal(run, missing.slice(at, at + atOnce), parts);
    added += missing.length;
  }
  return added;
}

/** Once for a metric, however often it is read. */
async function tellCut(run: Run, key: string, server: string, parts: ClientRunParts): Promise<void> {
  const count = mostPoints.toLocaleString("en-US");
  const text = `${key.slice(0, 200)} has more than ${count} points on ${server}. The first ${count} were read.`;
  const known = await parts.store.runs.findings(run.id);
  if (known.some((finding) => finding.text === text)) return;
  await appendToJournal(run, [{ kind: "notice", time: run.started ?? 0, code: "team.cut", text }], parts);
}

/** Nobody asks the server any more: of its runs that were under way nothing is known from now on. They go on when it is read again. */
export async function leaveRuns(host: string, parts: ClientRunParts): Promise<void> {
  const { store, compute, clock } = parts;
  for (const run of await store.runs.list({ states: ["running"], limit: 10_000 })) {
    if (run.host !== host) continue;
    const { size } = await compute.read(run.directory, runFile.journal, 0, 0);
    const exit: ExitRecord = {
      ...{ run_id: run.id, attempt: run.attempt, exit_code: null, signal: null, reason: "lost" },
      ...{ error: `${host} is no longer read`, time: clock(), uptime: 0, journal_bytes: size, log_bytes: 0 },
    };
    await writeFile(path.join(run.directory, runFile.exit), JSON.stringify(exit), { mode: 0o600 });
    const [seen] = await compute.observe([run.directory]);
    if (seen !== undefined) await lookAt(run, seen, parts);
  }
}

async function isSentFromHere({ tags }: TeamRun, { store }: ClientRunParts): Promise<boolean> {
  const origin = tags.find(([key]) => key === sentTag)?.[1];
  return origin !== undefined && isRunId(origin) && (await store.runs.get(origin)) !== null;
}

async function make(host: string, run: TeamRun, parts: ClientRunParts): Promise<void> {
  const { runs, workspace, store, compute } = parts;
  const { id, name, experiment, user, started, tags, status } = run;
  const parent = tags.find(([key]) => key === "mlflow.parentRunId")?.[1] ?? null;
  const ask = { name, experiment, user, started, tags, parent };
  const spec = specOf(id, ask, workspace, started);
  const lines = [
    { kind: "attempt", time: started, attempt: 1 } as const,
    { kind: "run", time: started, name, user, experiment } as const,
    ...recordsOf(run, null),
    ...run.metrics.map(recordOf),
    ...run.inputs.map((input) => inputOf(input, started)),
  ].map(journalLine);
  const journal = lines.join("");
  const directory = path.join(runs, id);
  const draft = path.join(runs, `.${id}.new`);
  try {
    await mkdir(path.join(draft, runFile.claim), { recursive: true, mode: 0o700 });
    const files: (readonly [string, string])[] = [
      [runFile.spec, JSON.stringify(spec)],
      [runFile.start, JSON.stringify({ ...startOf(id, 1, started), host })],
      [runFile.journal, journal],
    ];
    if (status !== "running") files.push([runFile.exit, JSON.stringify(exitOf(run, status, journal))]);
    for (const [file, text] of files) await writeFile(path.join(draft, file), text, { mode: 0o600 });
    await rename(draft, directory);
  } catch (thrown) {
    await rm(draft, { recursive: true, force: true });
    // Read by another window at the same moment: it is there whole.
    if (!(thrown instanceof Error && "code" in thrown && thrown.code === "ENOTEMPTY")) throw thrown;
  }
  await store.runs.create(newRunOf(spec, directory, host));
  const [seen] = await compute.observe([directory]);
  if (seen !== undefined) await lookAt(await runOf(id, store), seen, parts);
}

function exitOf(run: TeamRun, status: "finished" | "failed" | "cancelled", journal: string): ExitRecord {
  return {
    ...{ run_id: run.id, attempt: 1, exit_code: exitCodes[status], signal: null, error: null },
    reason: status === "cancelled" ? "cancelled" : "reported",
    ...{ time: run.ended ?? run.started, uptime: 0 },
    ...{ journal_bytes: Buffer.byteLength(journal), log_bytes: 0 },
  };
}

/** True when there was something new. */
async function update(row: Run, run: TeamRun, parts: ClientRunParts): Promise<boolean> {
  const records = recordsOf(run, row);
  if (run.name !== row.name) records.unshift({ kind: "run", time: run.started, name: run.name });
  for (const metric of run.metrics) {
    const before = row.metrics[metric.key];
    if (before !== undefined && before.lastStep === metric.step && Object.is(before.last, metric.value))
      continue;
    records.push(...(await missingPoints(row, [metric], metric.key, parts)));
  }
  // A script declares its data while it runs; one that has ended here and there was read whole.
  if (!terminalStates.has(row.state)) records.push(...(await missingInputs(run, parts)));
  for (let at = 0; at < records.length; at += atOnce)
    await appendToJournal(row, records.slice(at, at + atOnce), parts);
  const said = terminalStates.has(row.state) ? row.state : "running";
  if (run.status === said) return records.length > 0;
  await reportStatus(row, run.status, run.ended, parts);
  return true;
}

/** Parameters and tags that the row has not, or has otherwise. */
function recordsOf(run: TeamRun, row: Run | null): JournalRecord[] {
  const time = run.started;
  const parameters = run.parameters.filter(([key, value]) => row?.parameters[key]?.value !== value);
  const tags = run.tags.filter(([key, value]) => row?.tags[key] !== value);
  return [
    ...parameters.map(([key, value]) => ({ kind: "parameter", time, key, value, source: "mlflow" }) as const),
    ...tags.map(([key, value]) => ({ kind: "tag", time, key, value }) as const),
  ];
}

function recordOf({ key, value, time, step }: LatestMetric): MetricRecord {
  return { kind: "metric", time, step, values: { [key]: value }, source: "mlflow" };
}

function inputOf({ sourceType, ...input }: DatasetInput, time: number): InputRecord {
  return { kind: "input", time, ...input, source_type: sourceType };
}

async function missingInputs(
  { id, started, inputs }: TeamRun,
  parts: ClientRunParts,
): Promise<InputRecord[]> {
  if (inputs.length === 0) return [];
  const known = (await parts.store.trackedRuns.get(id))?.inputs ?? [];
  const names = new Set(known.map(({ name, digest }) => `${digest} ${name}`));
  return inputs
    .filter(({ name, digest }) => !names.has(`${digest} ${name}`))
    .map((input) => inputOf(input, started));
}

/** Equal points are one, as they are to the store. */
async function missingPoints(
  run: Run,
  points: readonly LatestMetric[],
  key: string,
  { store }: ClientRunParts,
): Promise<MetricRecord[]> {
  const here = new Set<string>();
  // A run that went on after its end has more than one attempt; the server does not tell them apart.
  for (let attempt = 1; attempt <= run.attempt; attempt++) {
    const { steps, times, values } = await store.metrics.points({ runId: run.id, attempt, key });
    for (const [at, step] of steps.entries()) here.add(`${step} ${times[at]} ${values[at]}`);
  }
  return points.flatMap((point) => {
    const name = `${point.step} ${point.time} ${point.value}`;
    const isNew = !here.has(name);
    here.add(name);
    return isNew ? [recordOf(point)] : [];
  });
}
