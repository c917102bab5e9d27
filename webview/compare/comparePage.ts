/** Runs side by side: a table of everything in which they differ, and under it one chart per metric with a line per run. */

import { html, nothing } from "lit";
import type { Failure } from "../../src/model/failure.ts";
import type { RunFile } from "../../src/model/lineage.ts";
import type { Run } from "../../src/model/run.ts";
import { looksOfRuns, type RunLook } from "../../src/model/runColor.ts";
import type { ComparePageState } from "../../src/protocol/comparePage.ts";
import { chartControls } from "../shared/chartControls.ts";
import { PageElement } from "../shared/element.ts";
import { Hover } from "../shared/hover.ts";
import { icon } from "../shared/icon.ts";
import { type ChartRun, type ChartSettings, type MetricSource, touches } from "../shared/metricSource.ts";
import { Query } from "../shared/query.ts";
import { splitter } from "../shared/splitter.ts";
import { emptyState, noticeBar, queryState } from "../shared/states.ts";
import type { CompareHost } from "./compareHost.ts";
import { freshState } from "./compareHost.ts";
import { csvTable, type ExportedTable, markdownTable } from "./exportTable.ts";
import { type GridColumn, gridColumns, shownColumns } from "./gridColumns.ts";
import { headHeight, rowHeight } from "./gridLayout.ts";
import { sortedRows, toggledSort } from "./sortRows.ts";
import "../shared/menu.ts";
import "../shared/metricCharts.ts";
import "./compareGrid.ts";

// More lines than this can neither be told apart nor drawn quickly.
const mostLines = 100;
// Files are asked for run by run; beyond this the data columns are left out.
const mostFiles = 200;

export class ComparePage extends PageElement {
  static override properties = {
    host: { attribute: false },
    state: { state: true },
    failed: { state: true },
  };

  declare host: CompareHost;
  declare state: ComparePageState;
  /** What a person asked for and did not get. */
  declare failed: Failure | null;

  private readonly runs = new Query<readonly Run[]>(this, (signal) => this.readRuns(signal), "later");
  private readonly keys = new Query<readonly string[]>(
    this,
    (signal) => this.host.call("metrics/keys", { runIds: this.state.runIds }, { signal }),
    "later",
  );
  private readonly files = new Query<ReadonlyMap<string, readonly RunFile[]>>(
    this,
    (signal) => this.readFiles(signal),
    "later",
  );
  private readonly hover = new Hover();
  private unsubscribe: (() => void) | undefined;

  constructor() {
    super();
    this.state = freshState;
    this.failed = null;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.host.onActFailed((failure) => this.tellFailure(failure));
    this.state = { ...freshState, ...this.host.savedState() };
    this.unsubscribe = this.host.on("changed", (changed) => {
      const ids = this.state.runIds;
      if (touches(changed, "runs", ids) || touches(changed, "metrics", ids)) this.runs.refresh();
      if (touches(changed, "metrics", ids)) this.keys.refresh();
      if (touches(changed, "lineage", ids)) this.files.refresh();
    });
    void this.host
      .call("page/subject", {})
      .then((reply) => this.show(reply.ok ? reply.value.runIds : this.state.runIds));
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.unsubscribe?.();
  }

  private tellFailure(failure: Failure | null): void {
    this.failed = failure;
  }

  private show(runIds: readonly string[]): void {
    this.save({ runIds });
    this.runs.restart();
    this.keys.restart();
    this.files.restart();
  }

  private async readRuns(signal: AbortSignal) {
    const ids = this.state.runIds;
    const reply = await this.host.call("runs/list", { ids, limit: ids.length }, { signal });
    if (!reply.ok) return reply;
    const byId = new Map(reply.value.map((run) => [run.id, run]));
    return { ok: true as const, value: ids.map((id) => byId.get(id)).filter((run) => run !== undefined) };
  }

  /** One call per run, one after the other: the table stands already. A run that fails has no data columns. */
  private async readFiles(signal: AbortSignal) {
    const files = new Map<string, readonly RunFile[]>();
    const ids = this.state.runIds.length > mostFiles ? [] : this.state.runIds;
    for (const id of ids) {
      const reply = await this.host.call("runs/files", { id }, { signal });
      if (signal.aborted) break;
      if (reply.ok) files.set(id, reply.value);
    }
    return { ok: true as const, value: files };
  }

  protected override render(): unknown {
    return queryState({
      query: this.runs,
      rows: 8,
      show: (runs) => (runs.length === 0 ? this.empty() : this.page(runs)),
      showLog: () => void this.host.act("page/showLog", {}),
    });
  }

  private empty(): unknown {
    return emptyState("No runs to compare. Choose two or more.", {
      label: "Choose runs",
      run: () => void this.addRuns(),
    });
  }

  private page(runs: readonly Run[]): unknown {
    const { columns, order, looks } = this.table(runs);
    const hidden = new Set(this.state.hidden);
    return html`
      ${this.header(runs, columns, order)}
      ${this.failed === null ? nothing : noticeBar(this.failed, () => this.tellFailure(null))}
      <div class="split">
        <div class="upper" .style=${`height:${this.state.split * 100}%;max-height:${headHeight + rowHeight * runs.length + scrollbarRoom}px`}>
          <rl-compare-grid .runs=${runs} .looks=${looks} .columns=${columns} .order=${order} .hiddenRuns=${hidden} .baseline=${this.baseline(runs)}
            .sort=${this.state.sort} .hover=${this.hover}
            @sort=${(event: CustomEvent<{ column: string; add: boolean }>) => this.onSort(columns, event.detail)}
            @hide=${(event: CustomEvent<string>) => this.onHide(event.detail)}
            @open=${(event: CustomEvent<string>) => this.host.act("page/openRun", { runId: event.detail })}></rl-compare-grid>
        </div>
        ${splitter({ share: this.state.split, label: "Share of table and charts", onMove: (split) => this.save({ split }) })}
        <div class="lower">${this.charts(runs, order, looks, hidden)}</div>
      </div>`;
  }

  private header(runs: readonly Run[], columns: readonly GridColumn[], order: readonly number[]): unknown {
    const exported: ExportedTable = { names: runs.map((run) => run.name), columns, order };
    const copy = (text: string) => void this.host.act("page/copy", { text });
    const baseline = this.baseline(runs);
    const [left, right] = [baseline, runs.find((run) => run.id !== baseline)?.id];
    const more = [
      { label: "Copy table as Markdown", icon: "markdown", run: () => copy(markdownTable(exported)) },
      { label: "Copy table as CSV", icon: "table", run: () => copy(csvTable(exported)) },
      ...(runs.length === 2 && left !== null && right !== undefined
        ? [
            {
              label: "Open difference of the code",
              icon: "diff",
              run: () => void this.host.act("page/openDiff", { left, right }),
            },
          ]
        : []),
    ];
    return html`<header class="compare-head">
      <h1>${runs.length === 1 ? "1 run" : `${runs.length.toLocaleString("en-US")} runs`}</h1>
      <label class="control"><span class="quiet">Baseline</span>
        <select @change=${(event: Event) => this.save({ baseline: (event.target as HTMLSelectElement).value })}>
          <option value=${noBaseline} ?selected=${baseline === null}>none</option>
          ${runs.map((run) => html`<option value=${run.id} ?selected=${run.id === baseline}>${run.name.length > 60 ? `${run.name.slice(0, 60)}…` : run.name}</option>`)}
        </select>
      </label>
      <vscode-checkbox label="Only what differs" ?checked=${this.state.onlyDifferences} ?disabled=${runs.length < 2}
        @change=${(event: Event) => this.save({ onlyDifferences: (event.target as HTMLInputElement).checked })}></vscode-checkbox>
      ${runs.length === 1 ? html`<span class="quiet">Add a second run to see what differs.</span>` : nothing}
      <span class="grow"></span>
      <vscode-button secondary @click=${() => this.addRuns()}>Add runs</vscode-button>
      <rl-menu .label=${"More actions"} .items=${more}></rl-menu>
    </header>`;
  }

  private charts(
    runs: readonly Run[],
    order: readonly number[],
    looks: ReadonlyMap<string, RunLook>,
    hidden: ReadonlySet<string>,
  ): unknown {
    const metrics = (this.keys.value ?? []).filter((key) => !key.startsWith("system/"));
    if (this.keys.value === undefined) return nothing;
    if (metrics.length === 0) return emptyState("These runs have no metrics.");
    const settings = this.settings();
    const shown = order.flatMap((index) => runs[index] ?? []).filter((run) => !hidden.has(run.id));
    // In an order that a sort does not change: the same lines need no new data.
    const first = new Set(shown.slice(0, mostLines));
    const drawn = runs.filter((run) => first.has(run));
    return html`${chartControls({
      search: this.state.search,
      settings,
      onSearch: (search) => this.save({ search }),
      onSettings: (changed) => this.save(changed),
    })}
      ${shown.length > mostLines ? html`<p class="quiet note">${icon("info")} Charts show the first ${mostLines} of ${shown.length.toLocaleString("en-US")} runs in the order of the table.</p>` : nothing}
      ${
        shown.length === 0
          ? emptyState("All runs are hidden from the charts.", {
              label: "Show all",
              run: () => this.save({ hidden: [] }),
            })
          : html`<rl-metric-charts .source=${this.source} .runs=${this.chartRuns(drawn, looks)} .metrics=${metrics} .search=${this.state.search}
            .settings=${settings} .hover=${this.hover} .collapsed=${this.state.collapsed}
            @collapsed=${(event: CustomEvent<readonly string[]>) => this.save({ collapsed: event.detail })}></rl-metric-charts>`
      }`;
  }

  private made:
    | {
        readonly key: readonly unknown[];
        readonly columns: readonly GridColumn[];
        readonly looks: ReadonlyMap<string, RunLook>;
      }
    | undefined;

  /** Columns are made anew only when the data is; a sort or a hover must not pay for them. */
  private table(runs: readonly Run[]) {
    const key = [runs, this.files.value];
    if (this.made === undefined || this.made.key.some((part, index) => part !== key[index]))
      this.made = {
        key,
        columns: gridColumns(runs, this.files.value ?? new Map(), Date.now()),
        looks: looksOfRuns(runs.map((run) => run.id)),
      };
    const { columns: all, looks } = this.made;
    const order = sortedRows(
      runs.map((run) => run.name),
      all,
      this.state.sort,
    );
    return { columns: this.chosen(all, runs.length), order, looks };
  }

  private chosenKey: readonly unknown[] = [];
  private chosenColumns: readonly GridColumn[] = [];

  private chosen(all: readonly GridColumn[], runs: number): readonly GridColumn[] {
    const key = [all, this.state.onlyDifferences];
    if (key.some((part, index) => part !== this.chosenKey[index])) {
      this.chosenKey = key;
      this.chosenColumns = shownColumns(all, runs, this.state.onlyDifferences);
    }
    return this.chosenColumns;
  }

  /** The first run, unless another or none was chosen. */
  private baseline(runs: readonly Run[]): string | null {
    if (this.state.baseline === noBaseline || runs.length < 2) return null;
    return (runs.find((run) => run.id === this.state.baseline) ?? runs[0])?.id ?? null;
  }

  private readonly source: MetricSource = {
    columns: (query, signal) => this.host.call("metrics/columns", query, { signal }),
    onChanged: (listener) => this.host.on("changed", listener),
    showLog: () => void this.host.act("page/showLog", {}),
  };

  private shownRuns: readonly ChartRun[] = [];

  /** The same array while nothing about it changes, so that charts need not look. */
  private chartRuns(runs: readonly Run[], looks: ReadonlyMap<string, RunLook>): readonly ChartRun[] {
    const made = runs.flatMap(({ id, name }) => {
      const look = looks.get(id);
      return look === undefined ? [] : [{ id, name, look }];
    });
    const same =
      made.length === this.shownRuns.length &&
      made.every(
        (run, index) =>
          run.id === this.shownRuns[index]?.id &&
          run.name === this.shownRuns[index]?.name &&
          run.look === this.shownRuns[index]?.look,
      );
    if (!same) this.shownRuns = made;
    return this.shownRuns;
  }

  private shownSettings: ChartSettings = freshState;

  private settings(): ChartSettings {
    const { axis, smoothing, logarithmic } = this.state;
    const known = this.shownSettings;
    if (known.axis !== axis || known.smoothing !== smoothing || known.logarithmic !== logarithmic)
      this.shownSettings = { axis, smoothing, logarithmic };
    return this.shownSettings;
  }

  private onSort(
    columns: readonly GridColumn[],
    { column, add }: { readonly column: string; readonly add: boolean },
  ): void {
    const found = columns.find((each) => each.id === column) ?? null;
    this.save({ sort: toggledSort(this.state.sort, found, column, add) });
  }

  private onHide(runId: string): void {
    const { hidden } = this.state;
    this.save({ hidden: hidden.includes(runId) ? hidden.filter((id) => id !== runId) : [...hidden, runId] });
  }

  private async addRuns(): Promise<void> {
    const chosen = await this.host.act("page/addRuns", {});
    if (chosen !== undefined) this.show(chosen.runIds);
  }

  private save(change: Partial<ComparePageState>): void {
    this.state = { ...this.state, ...change };
    this.host.saveState(this.state);
  }
}

const noBaseline = "none";
// Below the last row, so that a scroll bar hides no run.
const scrollbarRoom = 16;

customElements.define("rl-compare-page", ComparePage);
