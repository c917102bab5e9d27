/** Takes over what other tools have left behind: runs as run directories, then models. Importing again adds what is new, and only that. */

import { realpath, stat } from "node:fs/promises";
import * as path from "node:path";
import { failureOf, RunlineError } from "../model/failure.ts";
import type {
  ForeignLog,
  ForeignPlace,
  ForeignReaders,
  ForeignTrouble,
  ForeignVersion,
} from "../model/foreignLog.ts";
import { unreadCode } from "../model/foreignText.ts";
import { runFile } from "../model/journal.ts";
import type { Store } from "../store/store.ts";
import { adopt } from "./adopt.ts";
import type { AliasRules } from "./aliasRules.ts";
import { runOf } from "./findRun.ts";
import { type ImportedAs, type ImportPlace, importedId, shownPath, writeImported } from "./importedRun.ts";
import { type ImportedModels, importModel, type VersionFiles } from "./importModels.ts";
import type { Layout } from "./layout.ts";
import { type LookParts, lookAt } from "./look.ts";
import { modelFiles } from "./modelFiles.ts";
import { withProcessLock } from "./processLock.ts";
import { forgetPurged, purgedIn } from "./purged.ts";

export interface ImportParts extends LookParts {
  readonly store: Store;
  readonly layout: Layout;
  readonly readers: ForeignReaders;
  readonly rules?: AliasRules;
}

export interface ImportCalls {
  readonly signal: AbortSignal;
  /** After each run: how many are done, of about how many. */
  readonly progress: (done: number, of: number | null) => void;
  /** Runs that were deleted here come back; else they are left out. */
  readonly again?: boolean;
}

export interface Imported extends ImportedModels {
  readonly place: ForeignPlace;
  readonly runs: Readonly<Record<ImportedAs | "deleted", number>>;
  /** What could not be read, the first of it; `troubleCount` is all of it. */
  readonly troubles: readonly ForeignTrouble[];
  readonly troubleCount: number;
  /** It was stopped: what is there is whole, and the next import goes on from here. */
  readonly canceled: boolean;
}

const mostTroubles = 200;

/** Places at a path: it itself, or those below it. Throws `importNothing`. */
export async function placesAt(given: string, readers: ForeignReaders): Promise<readonly ForeignPlace[]> {
  const found = await readers.find(await realpath(given).catch(() => given), 4);
  if (found.length === 0) throw new RunlineError("importNothing", { path: given });
  return found;
}

/** Has an import taken runs from a place before? Its first one tells. */
export async function wasImported(
  place: ForeignPlace,
  { readers, layout, clock }: Pick<ImportParts, "readers" | "layout" | "clock">,
): Promise<boolean> {
  const purged = await purgedIn(layout.runs);
  const log = await readers.open(place, () => undefined);
  try {
    for await (const { id } of log.runs()) {
      const here = importedId(id, placeIn(place, layout, clock()));
      if (purged.has(here)) return true;
      return await stat(path.join(layout.runs, here)).then(
        () => true,
        () => false,
      );
    }
    return false;
  } finally {
    await log.close();
  }
}

/** A place that can't be read at all is told as its trouble. Throws `importBusy`, `diskFull` and the store's own failures. */
export async function importPlace(
  place: ForeignPlace,
  parts: ImportParts,
  calls: ImportCalls,
): Promise<Imported> {
  // What one import adds is there when the next one looks.
  const done = await withProcessLock(path.join(parts.layout.runs, ".import"), async () => {
    const troubles: ForeignTrouble[] = [];
    let troubleCount = 0;
    const trouble = (what: ForeignTrouble) => {
      if (troubleCount++ < mostTroubles) troubles.push(what);
    };
    const runs: Counts = { new: 0, grown: 0, same: 0, taken: 0, deleted: 0 };
    const log = await parts.readers.open(place, trouble).catch((thrown: unknown) => {
      const { code, message } = failureOf(thrown);
      if (code !== "fileUnreadable") throw thrown;
      trouble({ about: path.basename(place.path), text: message });
      return null;
    });
    if (log === null)
      return { place, runs, versions: 0, aliases: 0, troubles, troubleCount, canceled: false };
    try {
      const finished = await importAll(log, { ...parts, trouble }, calls, runs);
      const models = finished ? await importModels(log, parts, trouble) : { versions: 0, aliases: 0 };
      return { place, runs, ...models, troubles, troubleCount, canceled: !finished };
    } finally {
      await log.close();
    }
  });
  if (done === null) throw new RunlineError("importBusy", {});
  return done;
}

type Counts = Record<ImportedAs | "deleted", number>;
type Parts = ImportParts & { readonly trouble: (what: ForeignTrouble) => void };

/** False when it was canceled. */
async function importAll(
  log: ForeignLog,
  parts: Parts,
  { signal, progress, again = false }: ImportCalls,
  runs: Counts,
): Promise<boolean> {
  const { store, layout, readers } = parts;
  const about = log.kind;
  const unread = (thrown: unknown) => parts.trouble({ about, text: textOf(thrown) });
  const of = await readers.count(log).catch(() => null);
  await importExperiments(log, store).catch(orThrow(unread));
  const purged = await purgedIn(layout.runs);
  let done = 0;
  progress(done, of);
  for await (const run of until(log.runs(), unread)) {
    if (signal.aborted) return false;
    const place = placeIn(log, layout, parts.clock());
    const here = importedId(run.id, place);
    if (purged.has(here) && !again) {
      runs.deleted += 1;
      progress(++done, of);
      continue;
    }
    const written = await writeImported(run, place, signal).catch((thrown: unknown) => {
      if (signal.aborted) return null;
      orThrow((why) => parts.trouble({ about: `run ${run.id}`, text: textOf(why) }))(thrown);
      return undefined;
    });
    if (written === null) return false;
    if (written !== undefined) {
      if (written.as === "new" || written.as === "grown") {
        await takeIn(written.id, parts);
        await tellUnread(written.id, parts);
      }
      if (purged.has(here)) await forgetPurged(layout.runs, [here]);
      const isDeleted = written.as !== "new" && (await wasDeleted(here, store));
      if (isDeleted && again) await store.runs.setDeleted(here, null);
      runs[!isDeleted ? written.as : again ? "new" : "deleted"] += 1;
    }
    progress(++done, of);
  }
  return true;
}

/** The person took it out of sight, and it can still be restored. */
async function wasDeleted(id: string, store: Store): Promise<boolean> {
  const [shown] = await store.runs.list({ ids: [id], limit: 1 });
  return shown === undefined && (await store.runs.get(id)) !== null;
}

/** Failures of our own side (a full disk, a store that is locked) end an import; anything else is the source's, and is told. */
function orThrow(tell: (thrown: unknown) => void): (thrown: unknown) => void {
  return (thrown) => {
    if (thrown instanceof RunlineError) throw thrown;
    tell(thrown);
  };
}

function textOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

/** All that can be had; where a source breaks off, that is told. */
async function* until<T>(items: AsyncIterable<T>, tell: (thrown: unknown) => void): AsyncGenerator<T> {
  const source = items[Symbol.asyncIterator]();
  try {
    for (;;) {
      const next = await source.next().catch((thrown: unknown) => void tell(thrown));
      if (next === undefined || next.done === true) return;
      yield next.value;
    }
  } finally {
    await source.return?.();
  }
}

function placeIn(log: ForeignPlace, { runs, workspace }: Layout, now: number): ImportPlace {
  return { runs, workspace, kind: log.kind, source: shownPath(log.path, workspace), now };
}

/** What of a run could not be read stands on its page; that there is something is told here too. */
async function tellUnread(id: string, { store, trouble }: Parts): Promise<void> {
  const findings = await store.runs.findings(id);
  const [first, ...more] = findings.filter(({ code }) => code === unreadCode);
  if (first === undefined) return;
  const rest = more.length === 0 ? "" : ` And ${more.length} more, on the page of the run.`;
  trouble({ about: `run ${(await runOf(id, store)).name}`, text: first.text + rest });
}

/** The directory is there; now the store says what it says. */
async function takeIn(id: string, parts: ImportParts): Promise<void> {
  const { store, compute, layout } = parts;
  const directory = path.join(layout.runs, id);
  await adopt([directory], store, compute);
  const [seen] = await compute.observe([directory]);
  if (seen !== undefined) await lookAt(await runOf(id, store), seen, parts);
}

/** Those with tags; the others come with their runs. One that is there stays as it is. */
async function importExperiments(log: ForeignLog, store: Store): Promise<void> {
  for (const { name, created, tags } of await log.experiments()) {
    if (Object.keys(tags).length === 0 || name.length > 250) continue;
    if ((await store.experiments.byName(name)) === null)
      await store.experiments.create({ name, artifactLocation: null, tags, time: created });
  }
}

async function importModels(
  log: ForeignLog,
  parts: ImportParts,
  trouble: (what: ForeignTrouble) => void,
): Promise<ImportedModels> {
  const { store, clock, layout, rules } = parts;
  const place = placeIn(log, layout, clock());
  const filesOf = (version: ForeignVersion) => versionFiles(version, place, store);
  const sum = { versions: 0, aliases: 0 };
  const unread = orThrow((thrown) => trouble({ about: "models", text: textOf(thrown) }));
  for (const model of (await log.models().catch(unread)) ?? []) {
    const about = { registry: store.registry, clock, trouble, filesOf };
    const { versions, aliases } = await importModel(model, rules === undefined ? about : { ...about, rules });
    sum.versions += versions;
    sum.aliases += aliases;
  }
  return sum;
}

/** As they lie with the run here; of a run that is not here nothing is known. */
async function versionFiles(
  { runId, artifact }: ForeignVersion,
  place: ImportPlace,
  store: Store,
): Promise<VersionFiles> {
  const unseen = { runId: null, artifact: null, digest: null, bytes: null, signature: null };
  const run = runId === null ? null : await store.runs.get(importedId(runId, place));
  if (run === null) return unseen;
  if (artifact === null) return { ...unseen, runId: run.id };
  const seen = await modelFiles(path.join(run.directory, runFile.artifacts), artifact);
  return seen.digest === null ? { ...unseen, runId: run.id } : { runId: run.id, artifact, ...seen };
}
