/** Makes the store anew from the run directories, which are the truth; what only the store knew is carried over where it can be read. */

import { rename, rm, stat } from "node:fs/promises";
import * as path from "node:path";
import type { Compute } from "../compute/compute.ts";
import { failureOf, RunlineError } from "../model/failure.ts";
import type { Run } from "../model/run.ts";
import type { Store } from "../store/store.ts";
import { catchUp } from "./catchUp.ts";
import type { Layout } from "./layout.ts";
import { withProcessLock } from "./processLock.ts";
import type { OpenStore } from "./storeAccess.ts";

export interface RebuildParts {
  readonly layout: Layout;
  readonly openStore: OpenStore;
  readonly compute: Compute;
  readonly clock: () => number;
  /** The store so far, closed by this; null when it can't be opened. */
  readonly previous: Store | null;
}

export interface Rebuilt {
  readonly runs: number;
  /** Where the old file lies now; null when there was none. */
  readonly old: string | null;
  /**
   * What only the old store knew and could not be read: notes and stars, deletions, experiments and what they are called now, traces, the models and
   * their audit log.
   */
  readonly lost: readonly ("notes" | "experiments" | "models" | "traces")[];
}

/** SQLite keeps these beside its file while it is open, or after a crash. */
const besides = ["", "-wal", "-shm"];

/**
 * The new file is made beside the old one and takes its place only when it is whole. Throws the store's own failures, `auditBroken`, and
 * `storeBusy` while another window or program has it open: what that writes meanwhile would be lost. The old file is then still in its
 * place.
 */
export async function rebuild(parts: RebuildParts): Promise<Rebuilt> {
  const file = parts.previous?.location ?? parts.layout.store;
  try {
    const rebuilt = await withProcessLock(`${file}.rebuild`, () => rebuildFile(file, parts));
    if (rebuilt === null) throw new RunlineError("storeBusy", { path: file });
    return rebuilt;
  } finally {
    // One that stayed open would be in the way of the next try.
    await parts.previous?.close();
  }
}

async function rebuildFile(
  file: string,
  { layout, openStore, compute, clock, previous }: RebuildParts,
): Promise<Rebuilt> {
  const draft = `${file}.new`;
  await removeStore(draft);
  const store = await openStore(draft);
  const lost: Rebuilt["lost"][number][] = [];
  try {
    if (store.location !== draft)
      throw new RunlineError("storeUnreadable", { path: file, cause: "it is on a network file system" });
    await catchUp({ store, compute, clock, layout });
    const ids = (await compute.list(layout.runs)).map((directory) => path.basename(directory));
    if (!(await carried(previous, (old) => carryEdits(ids, old, store, clock())))) lost.push("notes");
    if (!(await carried(previous, (old) => carryExperiments(old, store)))) lost.push("experiments");
    if (!(await carried(previous, (old) => carryModels(old, store)))) lost.push("models");
    if (!(await carried(previous, (old) => store.kept.restore(old.kept.read())))) lost.push("traces");
    const runs = (await store.runs.counts({})).reduce((sum, each) => sum + each.runs, 0);
    await store.close();
    await previous?.close();
    if (previous !== null && (await isOpenElsewhere(file)))
      throw new RunlineError("storeBusy", { path: file });
    const old = await setAside(file, clock());
    await rename(draft, file);
    return { runs, old, lost };
  } catch (thrown) {
    await store.close().catch(() => undefined);
    await removeStore(draft);
    throw thrown;
  }
}

/**
 * An old store that breaks while it is read is no reason to stop: it is what the rebuild is for. An audit log that was tampered with
 * is one: making the store anew must not be a way to be rid of it.
 */
async function carried(previous: Store | null, carry: (old: Store) => Promise<void>): Promise<boolean> {
  if (previous === null) return false;
  return carry(previous).then(
    () => true,
    (thrown: unknown) => {
      if (failureOf(thrown).code === "auditBroken") throw thrown;
      return false;
    },
  );
}

/** As many ids as one query takes well. */
const atOnce = 500;

/** When a run was deleted is not known: its week begins anew, rather than that it is gone too soon. */
async function carryEdits(ids: readonly string[], old: Store, store: Store, now: number): Promise<void> {
  for (let from = 0; from < ids.length; from += atOnce) {
    const some = { ids: ids.slice(from, from + atOnce), limit: atOnce };
    const visible = new Set((await old.runs.list(some)).map(({ id }) => id));
    for (const run of await old.runs.list({ ...some, deleted: true })) {
      const fresh = await store.runs.get(run.id);
      if (fresh === null) continue;
      await store.runs.edit(run.id, editsOf(run, fresh));
      if (!visible.has(run.id)) await store.runs.setDeleted(run.id, now);
    }
  }
}

/** Tags of the journal come from there again; only what differs was a person's. */
function editsOf(run: Run, fresh: Run) {
  const tags = Object.entries(run.tags).filter(([key, value]) => fresh.tags[key] !== value);
  return { name: run.name, note: run.note, starred: run.starred, tags: Object.fromEntries(tags) };
}

/** Ids, places and tags of experiments, and the logged models that no run made: no run directory tells of them. */
async function carryExperiments(old: Store, store: Store): Promise<void> {
  const search = { filter: null, order: [] };
  const runs = await old.experiments.ofRuns();
  for (let after: string | null = null; ; ) {
    const page = await old.experiments.search({ search, limit: 1_000, after, view: "all" });
    if (page === null) return;
    await store.experiments.restore(page.items, runs);
    after = page.next;
    if (after === null) break;
  }
  for (const model of await old.loggedModels.unattached()) {
    const { id, experimentId, name, type, created, sourceRun, updated, status, deleted } = model;
    await store.loggedModels.create({ id, experimentId, name, type, time: created, sourceRun });
    const texts = { parameters: Object.fromEntries(model.parameters), tags: Object.fromEntries(model.tags) };
    await store.loggedModels.change(id, { time: updated, status, ...texts });
    if (deleted) await store.loggedModels.setDeleted(id, updated);
  }
}

/** The log goes over as it is, hash by hash; the tables are folded from it again. */
async function carryModels(old: Store, store: Store): Promise<void> {
  const entries = await old.registry.audit();
  if (entries.length > 0) await store.registry.restore(entries);
}

/** The last one to close a store takes away what SQLite kept beside it, so what is still there belongs to somebody else. */
async function isOpenElsewhere(file: string): Promise<boolean> {
  return stat(`${file}-shm`).then(
    () => true,
    () => false,
  );
}

async function setAside(file: string, time: number): Promise<string | null> {
  const stamp = new Date(time).toISOString().replace(/\D/g, "").slice(0, 14);
  const old = `${file}.old-${stamp}`;
  let moved = false;
  for (const beside of besides)
    await rename(file + beside, old + beside).then(
      () => {
        moved = true;
      },
      (thrown: unknown) => {
        if (!(thrown instanceof Error && "code" in thrown && thrown.code === "ENOENT")) throw thrown;
      },
    );
  return moved ? old : null;
}

async function removeStore(file: string): Promise<void> {
  for (const beside of besides) await rm(file + beside, { force: true });
}
