/**
 * The runs that this window knows: pulled when something changed, old data kept while it refetches. While nobody looks at
 * a list, only the active ones are asked for (the status bar shows them).
 */

import * as vscode from "vscode";
import type { Failure } from "../model/failure.ts";
import type { Run, RunState } from "../model/run.ts";
import { coalesce } from "./coalesce.ts";
import { isActive } from "./runsGroups.ts";
import { type Server, shownFailure } from "./server.ts";

const page = 200;
/** As many as the server gives at once. */
const everything = 10_000;
const gapMs = 300;
const activeStates: readonly RunState[] = ["queued", "running", "orphaned"];

export interface RunsSnapshot {
  /** Newest first; active ones are always among them. */
  readonly runs: readonly Run[];
  /** There may be older runs behind the last one. */
  readonly more: boolean;
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
  private searching = false;
  /** Calls of `refresh` that wait for a whole list. */
  private waiting = 0;
  /** Runs to ask for again; null: all of them. */
  private stale: Set<string> | null = null;

  snapshot: RunsSnapshot = { runs: [], more: false, known: false, failure: null, noPython: false };
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

  /** Whoever searches means every run, not only those that happen to be loaded. */
  async search(searching: boolean): Promise<void> {
    if (this.searching === searching) return;
    this.searching = searching;
    await this.refresh();
  }

  loadMore(): Promise<RunsSnapshot> {
    this.limit += page * 2;
    return this.refresh();
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
    const fresh = await this.server.request("runs/list", { ids, limit: ids.length });
    const rest = this.snapshot.runs.filter((run) => !ids.includes(run.id));
    const runs = [...fresh, ...rest].sort((a, b) => b.created - a.created);
    this.snapshot = { ...this.snapshot, runs, failure: null };
  }

  private async fetchActive(whole: boolean): Promise<void> {
    if (whole) this.stale = new Set();
    const active = await this.server.request("runs/list", { states: activeStates, limit: 100 });
    if (whole) await this.fetchAll(active);
    else this.setActive(active);
  }

  private async fetchAll(active: readonly Run[]): Promise<void> {
    const limit = this.searching ? everything : this.limit;
    const newest = await this.server.request("runs/list", { limit });
    const status = newest.length === 0 ? await this.server.request("store/status", {}) : null;
    const ids = new Set(newest.map((run) => run.id));
    this.snapshot = {
      runs: [...newest, ...active.filter((run) => !ids.has(run.id))],
      more: newest.length >= limit,
      known: true,
      failure: status?.failure ?? null,
      noPython: status !== null && status.python === null,
    };
  }

  /** Fresh facts of the active ones among what is known already; the rest waits until somebody looks. */
  private setActive(active: readonly Run[]): void {
    const ids = new Set(active.map((run) => run.id));
    const rest = this.snapshot.runs.filter((run) => !ids.has(run.id) && !isActive(run));
    this.snapshot = { ...this.snapshot, runs: [...active, ...rest], failure: null };
  }
}
