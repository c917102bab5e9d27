/** Runs that a client of MLflow's protocol makes at the server: a run directory like any other, without a process. */

import { randomBytes } from "node:crypto";
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import * as path from "node:path";
import { RunlineError } from "../model/failure.ts";
import {
  type ExitRecord,
  type JournalRecord,
  type RunSpec,
  runFile,
  type StartRecord,
} from "../model/journal.ts";
import { isRunId, runIdAt } from "../model/runId.ts";
import { appendToJournal, type ClientJournalParts, type ClientRun, journalLine } from "./clientJournal.ts";
import { runOf } from "./findRun.ts";
import { ingest } from "./ingest.ts";
import { lookAt } from "./look.ts";
import { newRunOf } from "./newRun.ts";
import { presentScriptOf } from "./sourceScript.ts";

export interface NewClientRun {
  readonly name: string;
  readonly user: string;
  readonly experiment: string;
  readonly started: number;
  readonly tags: readonly (readonly [key: string, value: string])[];
  /** The run that it is a part of. */
  readonly parent: string | null;
}

export interface ClientRunParts extends ClientJournalParts {
  /** Folder of the run directories. */
  readonly runs: string;
  readonly workspace: string;
}

/** Where a client says which script it logs for. */
const sourceTag = "mlflow.source.name";

export type ClientStatus = "running" | "finished" | "failed" | "cancelled";

/** Makes a run that is under way from now on. Answers its id. Throws `diskFull` and what the file system says. */
export async function createClientRun(ask: NewClientRun, parts: ClientRunParts): Promise<string> {
  const { runs, workspace, store, compute, clock } = parts;
  const now = clock();
  const id = runIdAt(now, randomBytes(16));
  const source = ask.tags.find(([key]) => key === sourceTag)?.[1] ?? null;
  const script = await presentScriptOf(source, workspace);
  const spec = { ...specOf(id, ask, workspace, now), script };
  const journal: readonly JournalRecord[] = [
    { kind: "attempt", time: now, attempt: 1 },
    { kind: "run", time: now, name: ask.name, user: ask.user, experiment: ask.experiment },
    ...ask.tags.map(([key, value]) => ({ kind: "tag", time: now, key, value }) as const),
  ];
  const directory = path.join(runs, id);
  // Made beside the others and moved in whole: whoever looks finds all of it or nothing.
  const draft = path.join(runs, `.${id}.new`);
  try {
    await mkdir(path.join(draft, runFile.claim), { recursive: true, mode: 0o700 });
    const files = [
      [runFile.spec, JSON.stringify(spec)],
      [runFile.start, JSON.stringify(startOf(id, 1, ask.started))],
      [runFile.journal, journal.map(journalLine).join("")],
    ] as const;
    for (const [name, text] of files) await writeFile(path.join(draft, name), text, { mode: 0o600 });
    await rename(draft, directory);
  } catch (thrown) {
    await rm(draft, { recursive: true, force: true });
    throw named(thrown, runs);
  }
  await store.runs.create(newRunOf(spec, directory, compute.host));
  await ingest({ id, directory }, false, parts);
  await look({ id, directory }, parts);
  return id;
}

/**
 * What a client says of how a run is going. Where a process is known it is only noted: the process tells. Saying that it runs, of a run
 * that had ended, begins the next attempt.
 */
export async function reportStatus(
  run: ClientRun,
  status: ClientStatus,
  time: number | null,
  parts: ClientJournalParts,
): Promise<void> {
  const { compute, clock } = parts;
  const [seen] = await compute.observe([run.directory]);
  const start = seen?.start ?? null;
  const now = clock();
  const said: JournalRecord = { kind: "run", time: now, status };
  if (seen === undefined || start === null || start.pid !== 0) return appendToJournal(run, [said], parts);
  const hasEnded = (seen.exit !== null && seen.exit.attempt >= start.attempt) || seen.cancelAsked;
  if (status === "running" && hasEnded) {
    const attempt = start.attempt + 1;
    await rm(path.join(run.directory, runFile.cancel), { force: true });
    const { host } = start;
    await replaceFile(run, runFile.start, { ...startOf(run.id, attempt, start.time), host });
    await appendToJournal(run, [{ kind: "attempt", time: now, attempt }, said], parts);
  } else {
    await appendToJournal(run, [said], parts);
    if (status !== "running")
      await replaceFile(run, runFile.exit, await exitOf(run, start.attempt, status, time ?? now, parts));
  }
  await look(run, parts);
}

/** What the disk says now is what the store says. */
async function look(run: ClientRun, parts: ClientJournalParts): Promise<void> {
  const [seen] = await parts.compute.observe([run.directory]);
  if (seen !== undefined) await lookAt(await runOf(run.id, parts.store), seen, parts);
}

async function replaceFile(run: ClientRun, name: string, record: object): Promise<void> {
  const draft = path.join(run.directory, `.${name}.${randomBytes(6).toString("hex")}`);
  try {
    await writeFile(draft, JSON.stringify(record), { mode: 0o600 });
    await rename(draft, path.join(run.directory, name));
  } catch (thrown) {
    await rm(draft, { force: true });
    throw named(thrown, run.directory);
  }
}

/** The spec of a run that was not started by Runline: nothing of it is captured. */
export function specOf(id: string, ask: NewClientRun, workspace: string, now: number): RunSpec {
  return {
    ...{ version: 1, run_id: id, name: ask.name, experiment: ask.experiment },
    ...{ argv: [], shown_argv: [], cwd: workspace, workspace, script: null, env_names: [] },
    ...{ created: now, code: null, queue: null, grace_seconds: [0, 0] },
    capture: {
      ...{ stdout: false, patterns: [], tensorboard: false, parameters: false, files: false },
      ...{ data_folders: [], artifacts: [], artifact_limit_bytes: 0, system_interval_seconds: 0 },
    },
    parent: ask.parent !== null && isRunId(ask.parent) ? ask.parent : null,
  };
}

/** A start without a process. */
export function startOf(id: string, attempt: number, time: number): StartRecord {
  return {
    ...{ run_id: id, attempt, pid: 0, pgid: 0, start_ticks: 0, recorder_pid: 0, recorder_start_ticks: 0 },
    ...{ boot_id: "", host: hostname(), gpus: [], recorder_version: "", python: "", time, uptime: 0 },
  };
}

/** What a status that a client says is as an exit code. */
export const exitCodes = { finished: 0, failed: 1, cancelled: null } as const;

async function exitOf(
  run: ClientRun,
  attempt: number,
  status: Exclude<ClientStatus, "running">,
  time: number,
  { compute }: ClientJournalParts,
): Promise<ExitRecord> {
  const { size } = await compute.read(run.directory, runFile.journal, 0, 0);
  return {
    ...{ run_id: run.id, attempt, exit_code: exitCodes[status], signal: null, error: null },
    reason: status === "cancelled" ? "cancelled" : "reported",
    ...{ time, uptime: 0, journal_bytes: size, log_bytes: 0 },
  };
}

function named(thrown: unknown, place: string): unknown {
  const isFull = thrown instanceof Error && "code" in thrown && thrown.code === "ENOSPC";
  return isFull ? new RunlineError("diskFull", { path: place }, thrown) : thrown;
}
