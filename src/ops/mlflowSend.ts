/**
 * Sends a run to a team's MLflow server. Every step may be done again: the copy is found by the tag with the run's id, and parameters, tags,
 * points and files are the same the second time. So whatever breaks off, the run is sent from the start and nothing gets there twice.
 */

import * as path from "node:path";
import { RunlineError } from "../model/failure.ts";
import { runFile } from "../model/journal.ts";
import { type Run, terminalStates } from "../model/run.ts";
import type { LatestMetric } from "../model/tracking.ts";
import type { Store } from "../store/store.ts";
import { listArtifacts } from "./artifactFiles.ts";
import { sentTag, type TeamRun, type TeamServer } from "./mlflowTeam.ts";

export interface Sent {
  readonly link: string;
  /** Files that stayed here: the server has its clients write elsewhere, or takes none of that size. */
  readonly left: number;
}

const mostPoints = 1_000;
const mostPairs = 100;
const nameLength = 250;
const parameterLength = 6_000;
const tagLength = 5_000;
/** About runs of one server; a copy on another one must not point at them. */
const ownTags: ReadonlySet<string> = new Set(["mlflow.parentRunId", "mlflow.runName", sentTag]);

/** May the run be sent? Throws `teamRunActive` while it has not ended. */
export function refuseActive(run: Run): void {
  if (!terminalStates.has(run.state)) throw new RunlineError("teamRunActive", { run: run.name });
}

/** Throws what the server's calls throw, and the reason of `signal`. `progress` hears how much is done, from 0 to 1. */
export async function sendRun(
  run: Run,
  server: TeamServer,
  store: Store,
  progress: (done: number) => void,
  signal: AbortSignal,
): Promise<Sent> {
  refuseActive(run);
  const found = await server.find(run.id, [sentTag, run.id], run.experiment);
  // Read from there: it needs no copy beside itself.
  if (found !== null && found.id === run.id) return { link: server.link(found), left: 0 };
  const copy = found ?? (await create(run, server));
  for (const some of pieces(parametersOf(run), mostPairs)) await server.log(copy.id, { parameters: some });
  for (const some of pieces(tagsOf(run), mostPairs)) await server.log(copy.id, { tags: some });
  const keys = await store.metrics.keys([run.id]);
  for (const [at, key] of keys.entries()) {
    for (let attempt = 1; attempt <= run.attempt; attempt++)
      for await (const some of pointsOf(run.id, attempt, key, store)) {
        signal.throwIfAborted();
        await server.log(copy.id, { metrics: some });
      }
    progress((0.7 * (at + 1)) / keys.length);
  }
  const left = await sendFiles(run, copy, server, (done) => progress(0.7 + 0.3 * done), signal);
  await server.end(copy.id, statusOf(run), run.ended ?? run.asOf);
  return { link: server.link(copy), left };
}

async function create(run: Run, server: TeamServer): Promise<TeamRun> {
  const { name, experiment, script, code, created, started, tags } = run;
  const user = tags["mlflow.user"] ?? "";
  const origin: (readonly [string, string])[] = [[sentTag, run.id]];
  if (script !== null) origin.push(["mlflow.source.name", script], ["mlflow.source.type", "LOCAL"]);
  if (code?.head != null) origin.push(["mlflow.source.git.commit", code.head]);
  return server.create({ name, experiment, user, started: started ?? created }, origin);
}

function statusOf({ state }: Run): TeamRun["status"] {
  if (state === "finished" || state === "cancelled") return state;
  return "failed";
}

/** The characters that MLflow allows in a name; what is not among them becomes "_". */
export function sentName(key: string): string {
  const parts = key.replace(/[^\w\-. :/]/g, "_").split("/");
  const safe = parts
    .filter((part) => part !== "" && part !== ".")
    .map((part) => (part === ".." ? "__" : part));
  return safe.join("/").slice(0, nameLength) || "_";
}

function parametersOf(run: Run): readonly (readonly [string, string])[] {
  const named = Object.entries(run.parameters).map(
    ([key, { value }]) => [sentName(key), value.slice(0, parameterLength)] as const,
  );
  // Written once there: of two that become one name the first counts.
  return [...new Map(named.reverse())].reverse();
}

function tagsOf(run: Run): readonly (readonly [string, string])[] {
  const note = run.note === "" ? [] : [["mlflow.note.content", run.note.slice(0, tagLength)] as const];
  const tags = Object.entries(run.tags)
    .filter(([key]) => !ownTags.has(key))
    .map(([key, value]) => [sentName(key), value.slice(0, tagLength)] as const);
  return [...tags, ...note];
}

/** In batches: as objects all points of a long series would take some gigabytes. */
async function* pointsOf(
  runId: string,
  attempt: number,
  key: string,
  store: Store,
): AsyncGenerator<readonly LatestMetric[]> {
  const { steps, times, values } = await store.metrics.points({ runId, attempt, key });
  const name = sentName(key);
  for (let from = 0; from < steps.length; from += mostPoints)
    yield Array.from(steps.subarray(from, from + mostPoints), (step, at) => ({
      ...{ key: name, step: Math.round(step), time: Math.round(times[from + at] ?? 0) },
      value: values[from + at] ?? 0,
    }));
}

/** Answers how many the server would not take. */
async function sendFiles(
  run: Run,
  copy: TeamRun,
  server: TeamServer,
  progress: (done: number) => void,
  signal: AbortSignal,
): Promise<number> {
  const root = path.join(run.directory, runFile.artifacts);
  const files = await filesBelow(root, []);
  let left = 0;
  for (const [at, parts] of files.entries()) {
    signal.throwIfAborted();
    if (!(await server.upload(copy, parts.join("/"), path.join(root, ...parts)))) left += 1;
    progress((at + 1) / files.length);
  }
  return left;
}

/** What the recorder itself writes there, about the other files. */
const manifest = "manifest.json";

/** Links are passed over. */
async function filesBelow(root: string, parts: readonly string[]): Promise<readonly (readonly string[])[]> {
  const found: (readonly string[])[] = [];
  for (const { name, isFolder } of await listArtifacts({ root, parts }))
    if (isFolder) found.push(...(await filesBelow(root, [...parts, name])));
    else if (parts.length > 0 || name !== manifest) found.push([...parts, name]);
  return found;
}

function* pieces<T>(list: readonly T[], most: number): Generator<readonly T[]> {
  for (let at = 0; at < list.length; at += most) yield list.slice(at, at + most);
}
