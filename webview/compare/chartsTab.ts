/** The charts of the compared runs: one a metric, a line a run; metrics with one value a run as bars. */

import { html, nothing } from "lit";
import { formatWhole } from "../../src/model/format.ts";
import { isBookkeeping } from "../../src/model/keyMetric.ts";
import { terminalStates } from "../../src/model/run.ts";
import { looksOfRuns } from "../../src/model/runColor.ts";
import type { ChartLayout } from "../../src/protocol/chartLayout.ts";
import type { ComparePageState } from "../../src/protocol/comparePage.ts";
import type { ChartGroup } from "../shared/chartBands.ts";
import { chartControls } from "../shared/chartControls.ts";
import { toggled } from "../shared/chartMove.ts";
import type { Hover } from "../shared/hover.ts";
import { icon } from "../shared/icon.ts";
import { Kept } from "../shared/kept.ts";
import { nameMatches } from "../shared/metricGroups.ts";
import type { ChartRun, ChartSettings, MetricSource } from "../shared/metricSource.ts";
import { emptyState } from "../shared/states.ts";
import type { CompareRun } from "./comparedRuns.ts";
import type { CompareTable } from "./compareTable.ts";
import { finalBars } from "./finalBars.ts";
import { groupName } from "./tableRows.ts";
import "../shared/metricCharts.ts";

// More lines than this can neither be told apart nor drawn quickly.
const mostLines = 100;
const mostFinals = 24;
const finalsName = "Final values";

export class ChartsTab {
  private readonly source: MetricSource;
  private readonly hover: Hover;
  private readonly save: (change: Partial<ComparePageState>) => void;
  private readonly metrics = new Kept<readonly string[]>();
  private readonly settings = new Kept<ChartSettings>();
  private readonly shownGroups = new Kept<readonly ChartGroup[]>();
  private shownRuns: readonly ChartRun[] = [];

  constructor(source: MetricSource, hover: Hover, save: (change: Partial<ComparePageState>) => void) {
    this.source = source;
    this.hover = hover;
    this.save = save;
  }

  render(table: CompareTable, state: ComparePageState, hidden: ReadonlySet<string>): unknown {
    const metrics = this.metrics.of([table.all], () =>
      table.all.filter(({ group }) => group === "metric").map(({ title }) => title),
    );
    if (metrics.length === 0)
      return emptyState(
        table.runs.every((run) => terminalStates.has(run.state))
          ? "These runs have no metrics."
          : "No metrics yet. They are read from what the scripts print, from TensorBoard files and from MLflow calls.",
      );
    const { axis, smoothing, smoothingKind, logarithmic, clip, bands } = state;
    const settings = this.settings.of([axis, smoothing, smoothingKind, logarithmic, clip, bands], () => ({
      ...{ axis, smoothing, smoothingKind, logarithmic, clip, bands },
    }));
    const shown = table.order
      .flatMap((index) => table.runs[index] ?? [])
      .filter((run) => !hidden.has(run.id));
    return html`${chartControls({
      search: state.search,
      settings,
      layout: state.layout,
      onSearch: (search) => this.save({ search }),
      onSettings: (changed) => this.save(changed),
      onLayout: (layout) => this.save({ layout }),
      axisMetrics: metrics,
      withBands: state.groupBy.length > 0,
    })}
      ${shown.length > mostLines ? html`<p class="quiet note">${icon("info")} Charts show the first ${mostLines} of ${formatWhole(shown.length)} runs in the order of the table.</p>` : nothing}
      ${
        shown.length === 0
          ? emptyState("All runs are hidden from the charts.", {
              label: "Show all",
              run: () => this.save({ hidden: [] }),
            })
          : this.charts(table, shown, metrics, settings, state)
      }`;
  }

  private charts(
    table: CompareTable,
    shown: readonly CompareRun[],
    metrics: readonly string[],
    settings: ChartSettings,
    state: ComparePageState,
  ): unknown {
    const { single } = table;
    if (single === null) return nothing;
    const curves = metrics.filter((key) => !single.has(key));
    const values = metrics
      .filter((key) => single.has(key) && nameMatches(key, state.search))
      .sort((a, b) => Number(isBookkeeping(a)) - Number(isBookkeeping(b)));
    const full = state.layout.full !== null && curves.includes(state.layout.full);
    // In an order that a sort does not change: the same lines need no new data.
    const first = new Set(shown.slice(0, mostLines));
    const drawn = table.runs.filter((run) => first.has(run));
    const hidden = new Set(state.hidden);
    return html`
      ${
        curves.length === 0
          ? nothing
          : html`<rl-metric-charts .source=${this.source} .runs=${this.chartRuns(drawn, table)} .groups=${this.groups(table, state, hidden)} .metrics=${curves} .keyMetric=${table.keyMetric}
              .search=${state.search} .settings=${settings} .hover=${this.hover} .collapsed=${state.collapsed} .layout=${state.layout}
              @show-all=${() => this.save({ clip: false })}
              @layout=${(event: CustomEvent<ChartLayout>) => this.save({ layout: event.detail })}
              @collapsed=${(event: CustomEvent<readonly string[]>) => this.save({ collapsed: event.detail })}></rl-metric-charts>`
      }
      ${full || values.length === 0 ? nothing : this.finals(table, shown, values, state)}`;
  }

  private finals(
    table: CompareTable,
    shown: readonly CompareRun[],
    metrics: readonly string[],
    { collapsed }: ComparePageState,
  ): unknown {
    const open = !collapsed.includes(finalsName);
    const drawn = metrics.slice(0, mostFinals);
    if (open) table.need(drawn.map((key) => `metric:${key}`));
    const indexes = shown.slice(0, mostLines).flatMap(({ id }) => table.places.get(id) ?? []);
    return html`<section class="chart-group">
      <h3><button class="group-head" aria-expanded=${open} @click=${() => this.save({ collapsed: toggled(collapsed, finalsName) })}>
        ${icon(open ? "chevron-down" : "chevron-right")}<span class="clip">${finalsName}</span><span class="count">${metrics.length}</span>
      </button></h3>
      ${open ? finalBars({ table, shown: indexes, total: shown.length, metrics: drawn, hover: this.hover }) : nothing}
      ${open && metrics.length > mostFinals ? html`<p class="quiet note">and ${formatWhole(metrics.length - mostFinals)} more metrics: search for them</p>` : nothing}
    </section>`;
  }

  /** Where the table is grouped and bands are wanted: its groups, by the values of all grouping columns together. */
  private groups(
    { order, runs, all }: CompareTable,
    { groupBy, bands, hidden: hiddenIds }: ComparePageState,
    hidden: ReadonlySet<string>,
  ): readonly ChartGroup[] {
    return this.shownGroups.of([order, runs, all, groupBy, bands === "off", hiddenIds], () => {
      if (groupBy.length === 0 || bands === "off") return [];
      const by = groupBy.flatMap((id) => all.find((column) => column.id === id) ?? []);
      const members = new Map<string, string[]>();
      for (const index of order) {
        const run = runs[index];
        if (run === undefined || hidden.has(run.id)) continue;
        const name = groupName(by, index);
        members.set(name, [...(members.get(name) ?? []), run.id]);
      }
      const shown = [...members].slice(0, mostLines);
      const looks = looksOfRuns(shown.map(([name]) => name));
      return shown.flatMap(([name, runIds]) => {
        const look = looks.get(name);
        return look === undefined ? [] : [{ name, runIds, look }];
      });
    });
  }

  /** The same array while nothing about it changes, so that charts need not look. */
  private chartRuns(runs: readonly CompareRun[], { looks }: CompareTable): readonly ChartRun[] {
    const made = runs.flatMap(({ id, name }) => {
      const look = looks.get(id);
      return look === undefined ? [] : [{ id, name, look }];
    });
    const same = made.every((run, index) => {
      const known = this.shownRuns[index];
      return run.id === known?.id && run.name === known.name && run.look === known.look;
    });
    if (!same || made.length !== this.shownRuns.length) this.shownRuns = made;
    return this.shownRuns;
  }
}
