/**
 * Follows the runs of a folder: finds those that are there, takes in what they write, and says what changed and what ended. Nothing
 * depends on it being there all the time: it may start after a run has ended, and several may follow the same runs.
 */

import type { Observation } from "../compute/compute.ts";
import type { JournalRecord } from "../model/journal.ts";
import { type Run, terminalStates } from "../model/run.ts";
import { silenceIn } from "../model/stall.ts";
import { adopt } from "./adopt.ts";
import { begunAnew, type Heard, hasWord } from "./begunAnew.ts";
import { type Change, type ChangeKind, changeKinds, coalescedChanges } from "./changes.ts";
import type { Layout } from "./layout.ts";
import { activeStates, type LookParts, lookAt } from "./look.ts";
import { isMade, lookAtMade } from "./lookAtMade.ts";
import { stallsIn } from "./stalls.ts";

export interface FollowParts extends Omit<LookParts, "stalls"> {
  readonly layout: Layout;
  /** At most four times a second. */
  readonly changed: (change: Change) => void;
  /** Once per run that reached a terminal state while it was followed. */
  readonly ended: (run: Run) => void;
  /** Once per run that makes no progress any more, in one of the windows that follow it; its reason says for how long. */
  readonly stalled?: (run: Run) => void;
  /** The shortest silence that is called a stall, in milliseconds; 0 calls none so. Default ten minutes. */
  readonly stallMs?: () => number;
  /** Something could not be done now and is tried again. */
  readonly failed: (thrown: unknown) => void;
}

export interface Follower {
  /** Looks again soon: something was launched or changed by this process. */
  poke(): void;
  /** Resolves when a look that began after this call is done. */
  looked(): Promise<void>;
  /** Stops; resolves when nothing of it touches the store any more. */
  close(): Promise<void>;
}

const changeEveryMs = 250;
const soonest = 1_000;
const slowest = 5_000;
/** How long a launch may take from making its directory to its claim. */
const claimMs = 60_000;
/** An end is looked at again this often: what was requeued goes on as the same run. */
const anewMs = 15_000;
/** While nothing else goes on, so seldom, and for ends only for so long after the last one. */
const idleAnewMs = 60_000;
const idleMs = 15 * 60_000;
const usualStallMs = 600_000;

/** Kinds of change by kind of record. */
const changeOf: Readonly<Record<JournalRecord["kind"], readonly ChangeKind[]>> = {
  parameter: ["runs"],
  metric: ["runs", "metrics"],
  system: ["metrics"],
  tag: ["runs"],
  read: ["lineage"],
  write: ["lineage"],
  environment: ["runs", "lineage"],
  artifact: ["lineage"],
  notice: ["runs"],
  run: ["runs"],
  input: ["lineage"],
  model_input: ["lineage"],
  model_output: ["lineage"],
  model: ["lineage"],
  attempt: ["runs"],
};

interface Followed {
  run: Run;
  logBytes: number;
  readonly watching: Disposable;
}

/** Starts at once and goes on until it is closed. With no active run it only waits for notices of the file system. */
export function follow(parts: FollowParts): Follower {
  const { store, compute, layout } = parts;
  const followed = new Map<string, Followed>();
  /** Directories that need no more looking for a row, and those still waiting for their claim, by when they were first seen. */
  const known = new Set<string>();
  const unclaimed = new Map<string, { readonly since: number; readonly isSlow: boolean }>();
  const stalls = stallsIn(compute, parts.stallMs ?? (() => usualStallMs));
  const toldStalled = new Set<string>();
  const changes = coalescedChanges(parts.changed, changeEveryMs);
  let revision = -1;
  let pause = soonest;
  let isFirst = true;
  let lookedForAnew = Number.NEGATIVE_INFINITY;
  const heard: Heard = new Map();
  let lastEnd = Number.NEGATIVE_INFINITY;
  let closed = false;
  let timer: NodeJS.Timeout | null = null;
  let looking: Promise<void> | null = null;
  let again: Promise<void> | null = null;

  const watching = [
    compute.watch(layout.runs, () => poke()),
    // The store's own files lie here: what another window or program commits shows as a write beside the runs.
    compute.watch(layout.directory, () => void storeWasWritten().catch(parts.failed)),
  ];

  /** One look in flight, one queued: what a queued one will see includes whatever asked for it. */
  function looked(): Promise<void> {
    if (closed) return Promise.resolve();
    if (looking === null) {
      looking = look().finally(() => {
        looking = null;
      });
      return looking;
    }
    again ??= looking.then(() => {
      again = null;
      return looked();
    });
    return again;
  }

  function poke(): void {
    void looked();
  }

  /** Our own commits come back as notices too; only those of others are a reason to look. */
  async function storeWasWritten(): Promise<void> {
    await looking;
    if (!closed && (await store.revision()) !== revision) poke();
  }

  async function look(): Promise<void> {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    try {
      const writes = await adoptNew();
      await noteRevision(writes, [], null);
      await lookForAnew();
      const lively = await lookAtActive();
      pause = lively ? soonest : Math.min(slowest, pause * 1.5);
    } catch (thrown) {
      pause = slowest;
      if (!closed) parts.failed(thrown);
    }
    if (closed) return;
    const isIdle = followed.size === 0 && [...unclaimed.values()].every(({ isSlow }) => isSlow);
    if (!isIdle) timer = setTimeout(poke, pause);
    else if (unclaimed.size > 0 || performance.now() - lastEnd < idleMs)
      timer = setTimeout(poke, idleAnewMs).unref();
  }

  async function adoptNew(): Promise<number> {
    const listed = await compute.list(layout.runs);
    const now = performance.now();
    const asked = listed.filter((directory) => !known.has(directory));
    const { changed, unclaimed: waiting } = await adopt(asked, store, compute);
    const before = new Map(unclaimed);
    unclaimed.clear();
    for (const { directory, waits } of waiting) {
      const isSlow = waits !== "claim";
      // What takes its time has a minute again once its machine is back.
      const since = isSlow ? now : (before.get(directory)?.since ?? now);
      if (isSlow || now - since < claimMs) unclaimed.set(directory, { since, isSlow });
    }
    for (const directory of listed) if (!unclaimed.has(directory)) known.add(directory);
    return changed.length;
  }

  async function lookForAnew(): Promise<void> {
    if (performance.now() - lookedForAnew < anewMs && !hasWord(compute, heard)) return;
    lookedForAnew = performance.now();
    for (const { run, seen } of await begunAnew(parts, heard)) if (!closed) await lookAtOne(run, seen);
  }

  /** True when something moved, so that the next look should come soon. */
  async function lookAtActive(): Promise<boolean> {
    const active = await store.runs.list({ states: activeStates, limit: 10_000 });
    const ids = new Set(active.map((run) => run.id));
    for (const [id, { run }] of followed) if (!ids.has(id)) await letGo(run);
    const seen = await compute.observe(active.map((run) => run.directory));
    let lively = false;
    for (const [index, run] of active.entries()) {
      const observation = seen[index];
      if (observation === undefined || closed) continue;
      // One run that can't be taken in must not keep the others from it.
      const moved = await lookAtOne(run, observation).catch((thrown: unknown) => {
        if (!closed) parts.failed(thrown);
        return false;
      });
      lively ||= moved;
    }
    isFirst = false;
    return lively;
  }

  async function lookAtOne(run: Run, observation: Observation): Promise<boolean> {
    const wasThere = isFirst && !followed.has(run.id);
    const entry = followed.get(run.id) ?? {
      run,
      logBytes: 0,
      watching: compute.watch(run.directory, () => poke()),
    };
    followed.set(run.id, entry);
    const { state, reason, writes, kinds, news } = await lookAt(run, observation, { ...parts, stalls });
    const changed = new Set<ChangeKind>([...kinds].flatMap((kind) => changeOf[kind]));
    if (news) changed.add("runs");
    if (silenceIn(reason) !== null && silenceIn(run.reason) === null) tellStalled({ ...run, reason });
    if (observation.logBytes !== entry.logBytes) changed.add("logs");
    entry.logBytes = observation.logBytes;
    await noteRevision(writes, changed, run.id);
    // A run that had ended before the first look did not end while it was followed.
    if (terminalStates.has(state) && wasThere) drop(run.id);
    else if (terminalStates.has(state)) await letGo(run);
    return changed.size > 0;
  }

  /** A run that goes on and stops again has been told of. */
  function tellStalled(run: Run): void {
    if (toldStalled.has(run.id)) return;
    toldStalled.add(run.id);
    parts.stalled?.(run);
  }

  function drop(id: string): void {
    stalls.forget(id);
    followed.get(id)?.watching[Symbol.dispose]();
    followed.delete(id);
  }

  async function lookAtChildren(id: string): Promise<void> {
    for await (const { run, look } of lookAtMade(id, parts)) {
      const changed = new Set<ChangeKind>([...look.kinds].flatMap((kind) => changeOf[kind]));
      if (look.news) changed.add("runs");
      await noteRevision(look.writes, changed, run.id);
      if (closed) return;
    }
  }

  async function letGo(run: Run): Promise<void> {
    drop(run.id);
    lastEnd = performance.now();
    if (!isMade(run)) await lookAtChildren(run.id);
    const last = await store.runs.get(run.id);
    // One that was imported has ended elsewhere, whenever it was.
    const isNews = last?.tags["runline.import.from"] === undefined;
    if (last !== null && terminalStates.has(last.state) && isNews) parts.ended(last);
  }

  /** Says what changed. More commits than our own are somebody else's, and may be about anything. */
  async function noteRevision(
    writes: number,
    kinds: Iterable<ChangeKind>,
    runId: string | null,
  ): Promise<void> {
    const now = await store.revision();
    const others = revision >= 0 && now !== revision + writes;
    revision = now;
    if (others) changes.add(now, changeKinds, null);
    else if (writes > 0 && runId === null) changes.add(now, ["runs"], null);
    const own = [...kinds];
    if (own.length > 0) changes.add(now, own, runId);
  }

  poke();
  return {
    poke,
    looked,
    async close() {
      closed = true;
      if (timer !== null) clearTimeout(timer);
      for (const watch of watching) watch[Symbol.dispose]();
      for (const id of [...followed.keys()]) drop(id);
      changes.dispose();
      await looking?.catch(() => undefined);
    },
  };
}
