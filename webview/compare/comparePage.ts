/** Runs side by side: a table of everything in which they differ, and under it charts and other views of the same runs. */

import { html, nothing } from "lit";
import type { Failure } from "../../src/model/failure.ts";
import type { RunFile } from "../../src/model/lineage.ts";
import type { RunEdit } from "../../src/model/run.ts";
import type { ColumnSet, ComparePageState, CompareTab, KeptColumns } from "../../src/protocol/comparePage.ts";
import { toggled } from "../shared/chartMove.ts";
import { PageElement } from "../shared/element.ts";
import { Hover } from "../shared/hover.ts";
import { offerKeyHints } from "../shared/keyHints.ts";
import { type MetricSource, touches } from "../shared/metricSource.ts";
import { pageSource } from "../shared/pageSource.ts";
import { showPopup } from "../shared/popup.ts";
import { Query } from "../shared/query.ts";
import { splitter } from "../shared/splitter.ts";
import { emptyState, noticeBar, queryState } from "../shared/states.ts";
import { tabBar } from "../shared/tabs.ts";
import { ChartsTab } from "./chartsTab.ts";
import { columnSetOf, isArranged } from "./columnOrder.ts";
import type { ComparedRuns, CompareRun } from "./comparedRuns.ts";
import type { CompareGrid } from "./compareGrid.ts";
import { compareHead } from "./compareHead.ts";
import type { CompareHost } from "./compareHost.ts";
import { compareKeys } from "./compareKeys.ts";
import { CompareReader } from "./compareReader.ts";
import { type CompareTable, CompareTables, neededColumns } from "./compareTable.ts";
import type { DataKnown } from "./differencesTab.ts";
import type { ExportedTable } from "./exportTable.ts";
import { freshState, noBaseline } from "./freshState.ts";
import type { GridEvents } from "./gridEvents.ts";
import { headHeight, rowHeight } from "./gridLayout.ts";
import { gridMenu, type MenuView } from "./gridMenu.ts";
import { checkedView, viewOf, viewText } from "./linkedView.ts";
import { filterColumns } from "./runFilter.ts";
import { toggledSort } from "./sortRows.ts";
import "./compareGrid.ts";
import "./differencesTab.ts";
import "./importanceTab.ts";
import "./parallelTab.ts";
import "./scatterTab.ts";
import "./valuesTab.ts";

// Files are asked for run by run; beyond this the data columns are left out.
const mostFiles = 200;
// A drag saves its end, not its way: the state of a large comparison is long.
const savedAfterMs = 50;
// Below the last row, so that a scroll bar hides no run.
const scrollbarRoom = 16;

const tabs: readonly { readonly id: CompareTab; readonly label: string }[] = [
  { id: "charts", label: "Charts" },
  { id: "scatter", label: "Scatter" },
  { id: "parallel", label: "Parallel coordinates" },
  { id: "importance", label: "Importance" },
  { id: "values", label: "Final values" },
  { id: "differences", label: "Differences" },
];

export class ComparePage extends PageElement {
  static override properties = {
    host: { attribute: false },
    state: { state: true },
    failed: { state: true },
    lost: { state: true },
    kept: { state: true },
  };

  declare host: CompareHost;
  declare state: ComparePageState;
  /** What a person asked for and did not get. */
  declare failed: Failure | null;
  /** The server is gone. */
  declare lost: boolean;
  /** Columns as they were arranged in other comparisons. */
  declare kept: KeptColumns;

  private readonly reader = new CompareReader(this, {
    host: () => this.host,
    runIds: () => this.state.runIds,
    wanted: () => neededColumns(this.state, filterColumns(this.state.filter)),
    isFresh: () => this.state.filter === "" && this.state.pinned.length === 0,
    onFailed: (failure) => this.tellFailure(failure),
  });
  private readonly files = new Query<ReadonlyMap<string, readonly RunFile[]>>(
    this,
    (signal) => this.readFiles(signal),
    "later",
  );
  private readonly hover = new Hover();
  private readonly tables = new CompareTables(this.reader.need);
  private asksFiles = false;
  private saving: number | undefined;
  private charts: ChartsTab | undefined;
  private source: MetricSource | undefined;
  private unsubscribe: (() => void) | undefined;

  constructor() {
    super();
    this.state = freshState;
    this.failed = null;
    this.lost = false;
    this.kept = { last: null, sets: {} };
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.host.onActFailed((failure) => this.tellFailure(failure));
    this.state = { ...freshState, ...this.host.savedState() };
    this.source = pageSource(this.host, (query, signal) =>
      this.host.call("metrics/bands", query, { signal }),
    );
    addEventListener("pagehide", this.saveNow);
    const endHints = offerKeyHints(compareKeys);
    this.charts = new ChartsTab(this.source, this.hover, this.save);
    const endColumns = this.host.on("columns", (kept) => this.take(kept));
    const endServer = this.host.on("server", ({ up }) => this.setLost(!up));
    const endChanged = this.host.on("changed", (changed) => {
      const ids = this.state.runIds;
      if (touches(changed, "runs", ids) || touches(changed, "metrics", ids)) this.reader.refresh();
      if (touches(changed, "lineage", ids)) this.files.refresh();
    });
    this.unsubscribe = () => {
      endColumns();
      endServer();
      endChanged();
      endHints();
    };
    const isNew = this.host.savedState() === undefined;
    void this.host.call("page/subject", {}).then((reply) => {
      if (reply.ok) {
        const { view, kept } = reply.value;
        this.kept = kept;
        if (view !== undefined) this.state = { ...freshState, ...viewOf(view) };
        else if (isNew) this.state = { ...this.state, ...checkedView(kept.last) };
      }
      this.show(reply.ok ? reply.value.runIds : this.state.runIds);
    });
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    removeEventListener("pagehide", this.saveNow);
    this.saveNow();
    this.unsubscribe?.();
  }

  private take(kept: KeptColumns): void {
    this.kept = kept;
  }

  private setLost(lost: boolean): void {
    this.lost = lost;
  }

  private tellFailure(failure: Failure | null): void {
    this.failed = failure;
  }

  private show(runIds: readonly string[]): void {
    this.save({ runIds });
    this.files.value = undefined;
    this.asksFiles = true;
    this.reader.restart();
  }

  private async readFiles(signal: AbortSignal) {
    const ids = this.state.runIds;
    const reply = await this.host.call("compare/files", { runIds: ids }, { signal });
    if (!reply.ok) return reply;
    const files = reply.value.map((each, at): [string, readonly RunFile[]] => [ids[at] ?? "", each]);
    return { ok: true as const, value: new Map(files) };
  }

  protected override updated(): void {
    const known = this.reader.table.value;
    if (known === undefined) return;
    this.reader.need(neededColumns(this.state, filterColumns(this.state.filter)));
    if (!this.asksFiles || this.state.runIds.length > mostFiles) return;
    this.asksFiles = false;
    // The charts are asked for first: what the runs have read is a column further right.
    requestAnimationFrame(() => this.files.restart());
  }

  protected override render(): unknown {
    return queryState({
      query: this.reader.table,
      rows: 8,
      lost: this.lost,
      show: (known) => (known.runs.length === 0 ? this.empty() : this.page(known)),
      showLog: () => void this.host.act("page/showLog", {}),
    });
  }

  private empty(): unknown {
    return emptyState("No runs to compare. Choose two or more.", {
      label: "Choose runs",
      run: this.addRuns,
    });
  }

  private page(known: ComparedRuns): unknown {
    const { state, save } = this;
    const table = this.tables.of(known, this.files.value, state);
    const hidden = new Set(state.hidden);
    const baseline = this.baseline(table);
    const room = headHeight + rowHeight * Math.max(2, table.rows.length + table.coming) + scrollbarRoom;
    return html`
      ${compareHead({ table, state, baseline, save, sets: this.kept.sets, keepColumns: this.keepColumns, copyTable: this.copyTable, copyLink: this.copyLink, addRuns: this.addRuns })}
      ${this.failed === null ? nothing : noticeBar(this.failed, () => this.tellFailure(null))}
      <div class="split">
        <div class="upper" .style=${`height:${state.split * 100}%;max-height:${room}px`}>
          ${this.grid(table, hidden, baseline)}
          ${table.rows.length === 0 ? emptyState("No run fits the filter.", { label: "Clear the filter", run: () => save({ filter: "", brushes: {} }) }) : nothing}
        </div>
        ${splitter({ share: state.split, label: "Share of table and charts", onMove: (split) => save({ split }) })}
        <div class="lower">
          ${tabBar<CompareTab>({ label: "Views", tabs, chosen: state.tab, onChoose: (tab) => save({ tab }) })}
          <main id="panel" class=${`compare-panel panel-${state.tab}`} role="tabpanel" aria-labelledby=${`tab-${state.tab}`} tabindex="-1"
            @run-choose=${(event: CustomEvent<string>) => this.querySelector<CompareGrid>("rl-compare-grid")?.reveal(event.detail)}>
            ${this.panel(table, hidden, baseline)}
          </main>
        </div>
      </div>`;
  }

  private grid(table: CompareTable, hidden: ReadonlySet<string>, baseline: string | null): unknown {
    const on =
      <N extends keyof GridEvents>(act: (detail: GridEvents[N]) => void) =>
      (event: CustomEvent<GridEvents[N]>) =>
        act(event.detail);
    return html`<rl-compare-grid .runs=${table.runs} .looks=${table.looks} .columns=${table.columns} .rows=${table.rows} .coming=${table.coming} .hiddenRuns=${hidden}
      .baseline=${baseline} .sort=${this.state.sort} .hover=${this.hover} .version=${this.reader.version}
      @seen=${on<"seen">((seen) => this.onSeen(seen))}
      @sort=${on<"sort">(({ column, add }) => this.sortBy(table, column, add))}
      @show=${on<"show">(({ ids, shown }) => this.showRuns(ids, shown))}
      @copy-text=${on<"copy-text">(this.copy)}
      @open=${on<"open">(this.openRun)}
      @pin=${on<"pin">((id) => this.save({ pinned: toggled(this.state.pinned, id) }))}
      @star=${on<"star">((id) => this.star(table.runs[table.places.get(id) ?? -1]))}
      @toggle-group=${on<"toggle-group">((id) => this.save({ closedGroups: toggled(this.state.closedGroups, id) }))}
      @edit=${on<"edit">(({ runId, edit }) => void this.edit(runId, edit))}
      @ask-menu=${on<"ask-menu">((ask) => showPopup(ask.at, ask.run?.name ?? ask.column?.title ?? "Run", gridMenu(ask, this.menuView(table, baseline))))}></rl-compare-grid>`;
  }

  private panel(table: CompareTable, hidden: ReadonlySet<string>, baseline: string | null): unknown {
    const { state, save, host, hover } = this;
    switch (state.tab) {
      case "charts":
        return this.charts?.render(table, state, hidden);
      case "scatter":
        return html`<rl-scatter-tab .table=${table} .state=${state} .hover=${hover} .save=${save} .open=${this.openRun}></rl-scatter-tab>`;
      case "parallel":
        return html`<rl-parallel-tab .table=${table} .state=${state} .hover=${hover} .save=${save} .open=${this.openRun}></rl-parallel-tab>`;
      case "importance":
        return html`<rl-importance-tab .table=${table} .state=${state} .host=${host} .save=${save} .addRuns=${this.addRuns}></rl-importance-tab>`;
      case "values":
        return html`<rl-values-tab .table=${table} .state=${state} .hover=${hover} .save=${save} .open=${this.openRun}></rl-values-tab>`;
      case "differences":
        return html`<rl-differences-tab .table=${table} .state=${state} .save=${save} .baseline=${baseline} .host=${host} .data=${this.dataKnown()}
          .details=${this.reader.table.value?.details} .version=${this.reader.version} .needDetails=${this.needDetails} .addRuns=${this.addRuns}></rl-differences-tab>`;
    }
  }

  private dataKnown(): DataKnown {
    if (this.state.runIds.length > mostFiles) return "tooMany";
    return this.files.value === undefined ? "reading" : "known";
  }

  private menuView({ columns }: CompareTable, baseline: string | null): MenuView {
    return {
      state: this.state,
      columns: columns.map(({ id }) => id),
      baseline,
      save: this.save,
      open: this.openRun,
      star: (run) => this.star(run),
      diff: (left, right) => void this.host.act("page/openDiff", { left, right }),
      copy: this.copy,
    };
  }

  /** The first run, unless another or none was chosen. */
  private baseline({ runs, places }: CompareTable): string | null {
    if (this.state.baseline === noBaseline || runs.length < 2) return null;
    return (runs[places.get(this.state.baseline ?? "") ?? 0] ?? runs[0])?.id ?? null;
  }

  private onSeen({ columns, runs }: GridEvents["seen"]): void {
    this.reader.need(columns);
    this.needDetails(runs);
  }

  private readonly needDetails = (runIds: readonly string[]): void => this.reader.needDetails(runIds);

  private sortBy(table: CompareTable, column: string, add: boolean): void {
    const found = table.all.find((each) => each.id === column) ?? null;
    this.save({ sort: toggledSort(this.state.sort, found, column, add) });
  }

  /** Into the charts, or out of them. */
  private showRuns(ids: readonly string[], shown: boolean): void {
    const hidden = new Set(this.state.hidden);
    for (const id of ids)
      if (shown) hidden.delete(id);
      else hidden.add(id);
    this.save({ hidden: [...hidden] });
  }

  private star(run: CompareRun | undefined): void {
    if (run !== undefined) void this.edit(run.id, { starred: !run.starred });
  }

  private async edit(id: string, edit: RunEdit): Promise<void> {
    await this.host.act("runs/edit", { id, edit });
    this.reader.refresh();
  }

  private readonly addRuns = async (): Promise<void> => {
    const chosen = await this.host.act("page/addRuns", {});
    if (chosen !== undefined) this.show(chosen.runIds);
  };

  private readonly openRun = (runId: string): void => void this.host.act("page/openRun", { runId });

  /** Of a large table only what was in sight is here: the rest is read first, so that nothing is left out. */
  private readonly copyTable = async (write: (table: ExportedTable) => string): Promise<void> => {
    const shown = this.exported();
    if (shown === null || !(await this.reader.load(shown.columns.map(({ id }) => id)))) return;
    const whole = this.exported();
    if (whole !== null) this.copy(write(whole));
  };

  private exported(): ExportedTable | null {
    const known = this.reader.table.value;
    if (known === undefined) return null;
    const { runs, columns, order } = this.tables.of(known, this.files.value, this.state);
    return {
      names: runs.map((run) => run.name),
      columns: columns.filter((column) => column.group !== "trend"),
      order,
    };
  }

  private readonly copyLink = (): void => {
    const { runIds } = this.state;
    void this.host.act("page/copyLink", { runIds, view: viewText(this.state) });
  };

  private readonly copy = (text: string): void => void this.host.act("page/copy", { text });

  private readonly keepColumns = async (name: string | null, set: ColumnSet | null): Promise<void> => {
    const kept = await this.host.act("page/keepColumns", { name, set });
    if (kept !== undefined) this.take(kept);
  };

  private readonly save = (change: Partial<ComparePageState>): void => {
    this.state = { ...this.state, ...change };
    if ("columns" in change || "columnOrder" in change || "directions" in change) {
      const set = columnSetOf(this.state);
      void this.keepColumns(null, isArranged(set) ? set : null);
    }
    this.saving ??= window.setTimeout(this.saveNow, savedAfterMs);
  };

  private readonly saveNow = (): void => {
    clearTimeout(this.saving);
    if (this.saving !== undefined) this.host.saveState(this.state);
    this.saving = undefined;
  };
}

customElements.define("rl-compare-page", ComparePage);
