/**
 * The runs that this window knows: pulled when something changed, old data kept while it refetches. While nobody looks at
 * a list, only the active ones are asked for (the status bar shows them).
 */

import * as vscode from "vscode";
import type { Failure } from "../model/failure.ts";
import { type Run, type RunState, runStates } from "../model/run.ts";
import { coalesce } from "./coalesce.ts";
import { type EndedCount, isActive } from "./runsGroups.ts";
import { type Server, shownFailure } from "./server.ts";

const page = 200;
const everything = 10_000;
const gapMs = 300;
const activeStates: readonly RunState[] = ["queued", "running", "orphaned"];
const endedStates = runStates.filter((state) => !activeStates.includes(state));

export interface RunsSnapshot {
  /** Newest first; active ones are always among them. */
  readonly runs: readonly Run[];
  /** Those are all that there are. */
  readonly all: boolean;
  /** Those that the list shows: the newest that fit the words searched for, or simply `runs`. */
  readonly shown: readonly Run[];
  /** There may be older ones behind the last one shown. */
  readonly more: boolean;
  /** How many ended ones there are to show, where not all are loaded. */
  readonly counts: readonly EndedCount[] | null;
  /** False until the first whole answer. */
  readonly known: boolean;
  readonly failure: Failure | null;
  /** No interpreter was found. Looked at only while there is no run. */
  readonly noPython: boolean;
}

export class RunsSource implements vscode.Disposable {
  private readonly server: Server;
  private readonly emitter = new vscode.EventEmitter<RunsSnapshot>();
  private readonly pull;
  private readonly listening: vscode.Disposable;
  private limit = page;
  private looking = false;
  /** Words that the runs to show must have. */
  private words = "";
  /** Calls of `refresh` that wait for a whole list. */
  private waiting = 0;
  /** Runs to ask for again; null: all of them. */
  private stale: Set<string> | null = null;

  snapshot: RunsSnapshot = {
    runs: [],
    all: true,
    shown: [],
    more: false,
    counts: null,
    known: false,
    failure: null,
    noPython: false,
  };
  readonly onDidChange = this.emitter.event;

  constructor(server: Server, log: vscode.LogOutputChannel) {
    this.server = server;
    this.pull = coalesce(
      () => this.fetch(),
      gapMs,
      (error) => log.error(`The runs were not read: ${String(error)}`),
    );
    this.listening = server.onChanged(({ kinds, runIds }) => {
      if (!kinds.includes("runs") && !kinds.includes("metrics")) return;
      if (runIds.length === 0) this.stale = null;
      for (const id of runIds) this.stale?.add(id);
      void this.pull.ask();
    });
  }

  get active(): readonly Run[] {
    return this.snapshot.runs.filter(isActive);
  }

  get(id: string): Run | undefined {
    return this.snapshot.runs.find((run) => run.id === id);
  }

  /** While somebody looks, whole lists are pulled. */
  look(looking: boolean): void {
    this.looking = looking;
    if (looking) this.stale = null;
    if (looking) void this.pull.ask();
  }

  /** The whole list now; for pickers and after a change of one's own. */
  async refresh(): Promise<RunsSnapshot> {
    this.waiting++;
    this.stale = null;
    try {
      await this.pull.ask();
    } finally {
      this.waiting--;
    }
    return this.snapshot;
  }

  /** Shows only runs with these words, wherever in the store they are; "" shows all. */
  async search(words: string): Promise<void> {
    if (this.words === words) return;
    this.words = words;
    this.limit = page;
    await this.refresh();
  }

  loadMore(): Promise<RunsSnapshot> {
    this.limit += page * 2;
    return this.refresh();
  }

  /** As many of the runs to show as the server gives at once, without keeping them; for what is about a whole group. */
  everyRun(): Promise<readonly Run[]> {
    const { words } = this;
    return this.server.request("runs/list", {
      limit: everything,
      ...(words === "" ? {} : { text: words }),
    });
  }

  dispose(): void {
    this.listening.dispose();
    this.pull.dispose();
    this.emitter.dispose();
  }

  private async fetch(): Promise<void> {
    const { stale } = this;
    const whole = this.looking || this.waiting > 0;
    try {
      if (whole && stale !== null && this.snapshot.known) await this.fetchSome([...stale]);
      else await this.fetchActive(whole);
    } catch (error) {
      this.stale = null;
      this.snapshot = { ...this.snapshot, failure: shownFailure(error) };
    }
    this.emitter.fire(this.snapshot);
  }

  /** Only what changed: a list of runs with hundreds of metrics is too much to move for each new point. */
  private async fetchSome(ids: readonly string[]): Promise<void> {
    this.stale = new Set();
    if (ids.length === 0) return;
    const { words, snapshot } = this;
    const [fresh, found] = await Promise.all([
      this.server.request("runs/list", { ids, limit: ids.length }),
      words === "" ? null : this.server.request("runs/list", { ids, text: words, limit: ids.length }),
    ]);
    const runs = replaced(snapshot.runs, ids, fresh);
    const shown = found === null ? runs : replaced(snapshot.shown, ids, found);
    const ended = (list: readonly Run[]) => list.filter((run) => !isActive(run)).map(({ id }) => id);
    const moved = snapshot.more && String(ended(shown)) !== String(ended(snapshot.shown));
    const counts = moved ? await this.count() : snapshot.counts;
    this.snapshot = { ...snapshot, runs, shown, counts, failure: null };
  }

  private async fetchActive(whole: boolean): Promise<void> {
    if (whole) this.stale = new Set();
    const active = await this.server.request("runs/list", { states: activeStates, limit: 100 });
    if (whole) await this.fetchAll(active);
    else this.setActive(active);
  }

  private async fetchAll(active: readonly Run[]): Promise<void> {
    const { words, limit } = this;
    const [newest, found] = await Promise.all([
      this.server.request("runs/list", { limit: words === "" ? limit : page }),
      words === "" ? null : this.server.request("runs/list", { limit, text: words }),
    ]);
    const status = newest.length === 0 ? await this.server.request("store/status", {}) : null;
    const runs = replaced(newest, [], active);
    const more = (found ?? newest).length >= limit;
    this.snapshot = {
      runs,
      all: newest.length < (words === "" ? limit : page),
      shown: found ?? runs,
      more,
      counts: more ? await this.count() : null,
      known: true,
      failure: status?.failure ?? null,
      noPython: status !== null && status.python === null,
    };
  }

  private count(): Promise<readonly EndedCount[]> {
    const { words } = this;
    return this.server.request("runs/counts", {
      states: endedStates,
      ...(words === "" ? {} : { text: words }),
    });
  }

  /** Fresh facts of the active ones among what is known already; the rest waits until somebody looks. */
  private setActive(active: readonly Run[]): void {
    const { runs, shown } = this.snapshot;
    const ended = runs.filter((run) => isActive(run) && !active.some(({ id }) => id === run.id));
    const now = replaced(
      runs,
      ended.map(({ id }) => id),
      active,
    );
    const known = new Map(now.map((run) => [run.id, run]));
    const still = this.words === "" ? now : shown.map((run) => known.get(run.id) ?? run);
    this.snapshot = { ...this.snapshot, runs: now, shown: still, failure: null };
  }
}

/** The list with fresh ones in their places, newest first; of those asked for, one that did not come is gone. */
function replaced(runs: readonly Run[], asked: readonly string[], fresh: readonly Run[]): readonly Run[] {
  const gone = new Set([...asked, ...fresh.map(({ id }) => id)]);
  return [...fresh, ...runs.filter(({ id }) => !gone.has(id))].sort((a, b) => b.created - a.created);
}
