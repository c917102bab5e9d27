/**
 * Reads the compared runs: the rows and the first columns at once, everything else when somebody needs it. What has come stays while it is
 * read again.
 */

import type { ReactiveControllerHost } from "lit";
import { codeId, glanceAsk, mostDetails } from "../../src/model/compareTable.ts";
import type { Failure } from "../../src/model/failure.ts";
import type { TableSummary } from "../../src/model/runTable.ts";
import { Query } from "../shared/query.ts";
import { addDetails, type ComparedRuns, comparedRuns, withColumns, withSummary } from "./comparedRuns.ts";
import type { CompareHost } from "./compareHost.ts";

export interface ReaderOptions {
  readonly host: () => CompareHost;
  readonly runIds: () => readonly string[];
  /** Columns that are needed whatever is seen. */
  readonly wanted: () => readonly string[];
  /** No run is pinned, and no filter or order stands in the way of the first rows. */
  readonly isFresh: () => boolean;
  /** Further columns or details could not be read. */
  readonly onFailed: (failure: Failure) => void;
}

export class CompareReader {
  readonly table: Query<ComparedRuns>;
  /** Grows when details have come: rows in sight are drawn again. */
  version = 0;
  private readonly element: ReactiveControllerHost;
  private readonly options: ReaderOptions;
  private readonly summary: Query<TableSummary>;
  private readonly asked = new Set<string>();
  private readonly askedRuns = new Set<string>();
  private missing: string[] = [];
  private missingRuns: string[] = [];
  private timer: number | undefined;
  private subject: readonly string[] = [];
  private whole: Promise<unknown> = Promise.resolve();

  constructor(element: ReactiveControllerHost, options: ReaderOptions) {
    this.element = element;
    this.options = options;
    this.table = new Query<ComparedRuns>(element, (signal) => this.readTable(signal), "later");
    this.summary = new Query<TableSummary>(element, (signal) => this.readSummary(signal), "later");
  }

  /** Other runs: nothing of the others stays. */
  restart(): void {
    this.table.value = undefined;
    this.forget();
    this.table.restart();
  }

  /** The same runs have changed. */
  refresh(): void {
    this.forget();
    this.table.refresh();
  }

  private forget(): void {
    this.asked.clear();
    this.askedRuns.clear();
  }

  /** Columns that a view needs; those that are here or on their way are not asked for again. */
  readonly need = (columns: readonly string[]): void => {
    const known = this.table.value;
    if (known === undefined || known.coming > 0) return;
    const fresh = columns.filter((id) => isStored(id) && !known.cells.has(id) && !this.asked.has(id));
    if (fresh.length === 0) return;
    for (const id of fresh) this.asked.add(id);
    this.missing.push(...fresh);
    this.later();
  };

  /** Resolves when these columns are here; false when they could not be read. */
  async load(columns: readonly string[]): Promise<boolean> {
    await this.whole;
    const missing = columns.filter((id) => isStored(id) && this.table.value?.cells.has(id) === false);
    if (missing.length > 0) await this.readColumns(missing);
    return missing.every((id) => this.table.value?.cells.has(id) ?? false);
  }

  /** Details of rows in sight. */
  needDetails(runIds: readonly string[]): void {
    const known = this.table.value;
    if (known === undefined || known.coming > 0) return;
    const fresh = runIds.filter((id) => !known.details.has(id) && !this.askedRuns.has(id));
    if (fresh.length === 0) return;
    for (const id of fresh) this.askedRuns.add(id);
    this.missingRuns.push(...fresh);
    this.later();
  }

  /** All that is asked for in one turn goes as one question. */
  private later(): void {
    this.timer ??= window.setTimeout(() => {
      this.timer = undefined;
      void this.readMissing();
    });
  }

  private readTable(signal: AbortSignal) {
    const read = this.readWhole(signal);
    this.whole = read;
    return read;
  }

  private async readWhole(signal: AbortSignal) {
    const before = this.table.value;
    const { host, runIds, isFresh } = this.options;
    const ids = runIds();
    const columns = [...new Set([...this.options.wanted(), ...(before?.cells.keys() ?? [])])];
    // The question for all of very many is long as well: it follows the first picture.
    if (before === undefined && columns.length === 0 && isFresh() && (await this.glance(ids, signal)))
      await painted();
    const wanted = columns.filter(isStored);
    const reply = await host().call("compare/table", { runIds: ids, wanted }, { signal });
    if (!reply.ok) return reply;
    this.subject = ids;
    const value = comparedRuns(ids, reply.value, before);
    if (!reply.value.exact) this.summary.refresh();
    if (reply.value.details === null) void this.readDetails(ids.slice(0, mostDetails), true);
    return { ok: true as const, value };
  }

  /** The first rows of very many, until all of them are here. False where there are none to show. */
  private async glance(runIds: readonly string[], signal: AbortSignal): Promise<boolean> {
    const ask = glanceAsk(runIds);
    if (ask === null) return false;
    const reply = await this.options.host().call("compare/table", ask, { signal });
    // What went wrong is told by the question for all of them.
    if (!reply.ok || signal.aborted) return false;
    this.table.readAt = Date.now();
    this.take(comparedRuns(ask.runIds, reply.value, undefined, runIds.length - ask.runIds.length));
    return true;
  }

  private async readSummary(signal: AbortSignal) {
    const ids = this.options.runIds();
    const reply = await this.options.host().call("compare/summary", { runIds: ids }, { signal });
    const known = this.table.value;
    if (reply.ok && known !== undefined) this.take(withSummary(known, reply.value));
    return reply;
  }

  private async readMissing(): Promise<void> {
    const [columns, runs] = [this.missing, this.missingRuns];
    [this.missing, this.missingRuns] = [[], []];
    await Promise.all([this.readColumns(columns), this.readRuns(runs)]);
  }

  private async readColumns(wanted: readonly string[]): Promise<void> {
    const runIds = this.subject;
    if (wanted.length === 0) return;
    const reply = await this.options.host().call("compare/columns", { runIds, wanted });
    if (!reply.ok) return this.fail(reply.failure, wanted, this.asked);
    const known = this.table.value;
    if (known === undefined || runIds !== this.subject) return;
    const next = withColumns(known, reply.value);
    if (next === null) this.refresh();
    else this.take(next);
  }

  private async readRuns(runIds: readonly string[]): Promise<void> {
    for (let from = 0; from < runIds.length; from += mostDetails)
      await this.readDetails(runIds.slice(from, from + mostDetails), false);
  }

  private async readDetails(runIds: readonly string[], first: boolean): Promise<void> {
    const reply = await this.options.host().call("compare/details", { runIds });
    if (!reply.ok) return this.fail(reply.failure, runIds, this.askedRuns);
    const known = this.table.value;
    if (known === undefined) return;
    addDetails(known, runIds, reply.value);
    this.version++;
    this.take(first ? { ...known, single: new Set(reply.value.single) } : known);
  }

  private fail(failure: Failure, what: readonly string[], asked: Set<string>): void {
    for (const each of what) asked.delete(each);
    this.options.onFailed(failure);
  }

  private take(value: ComparedRuns): void {
    this.table.value = value;
    this.element.requestUpdate();
  }
}

/** A page that nobody sees is not painted. */
const longestPaintMs = 200;

/** Resolves when what was changed has been painted. */
function painted(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, longestPaintMs);
    requestAnimationFrame(() => setTimeout(resolve));
  });
}

const isStored = (id: string) => id === codeId || /^(?:metric|parameter|tag):/.test(id);
