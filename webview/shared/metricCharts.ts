/** Charts of many metrics, grouped by prefix. Only those near the visible part of the page exist as charts. */

import { html, nothing } from "lit";
import { repeat } from "lit/directives/repeat.js";
import { type ChartLayout, freshLayout } from "../../src/protocol/chartLayout.ts";
import type { ChartGroup } from "./chartBands.ts";
import { actedLayout, type ChartAct } from "./chartMove.ts";
import { PageElement } from "./element.ts";
import type { Hover } from "./hover.ts";
import { icon } from "./icon.ts";
import { groupMetrics, type MetricGroup, nameMatches } from "./metricGroups.ts";
import type { ChartRun, ChartSettings, MetricSource } from "./metricSource.ts";
import "./chartSlot.ts";
import "./metricChart.ts";

/** Charts that can be seen at once on most screens. */
const mostFirst = 2;
const pinnedName = "Pinned";
const noTitles: ReadonlyMap<string, string> = new Map();

export class MetricCharts extends PageElement {
  static override properties = {
    source: { attribute: false },
    runs: { attribute: false },
    groups: { attribute: false },
    metrics: { attribute: false },
    titles: { attribute: false },
    keyMetric: { attribute: false },
    search: { attribute: false },
    settings: { attribute: false },
    hover: { attribute: false },
    collapsed: { attribute: false },
    layout: { attribute: false },
  };

  declare source: MetricSource;
  declare runs: readonly ChartRun[];
  /** Drawn as one line each, instead of their runs; empty for every run on its own. */
  declare groups: readonly ChartGroup[];
  declare metrics: readonly string[];
  /** Titles of metrics whose names are not for reading, in the order in which they are to stand. */
  declare titles: ReadonlyMap<string, string>;
  /** Its chart is the first. */
  declare keyMetric: string | null;
  declare search: string;
  declare settings: ChartSettings;
  declare hover: Hover;
  /** Names of the groups that are closed. A change is told by the event `collapsed`. */
  declare collapsed: readonly string[];
  /** A change is told by the event `layout`. */
  declare layout: ChartLayout;

  constructor() {
    super();
    this.titles = noTitles;
    this.keyMetric = null;
    this.groups = [];
    this.layout = freshLayout;
  }

  protected override render(): unknown {
    const { full } = this.layout;
    if (full !== null && this.metrics.includes(full))
      return html`<div class="chart-full" @keydown=${this.onKey}>${this.chartOf({ key: full, label: full }, [full], true)}</div>`;
    const groups = this.sections();
    if (groups.length === 0)
      return html`<div class="state"><p>No metric is called “${this.search}”.</p></div>`;
    return html`<div class=${`chart-groups charts-${this.layout.size}`}>${repeat(
      groups,
      (group) => group.name,
      (group, at) => this.group(group, groups.length > 1, at === 0),
    )}</div>`;
  }

  private sections(): readonly MetricGroup[] {
    const pinned = this.layout.pinned.filter(
      (key) => this.metrics.includes(key) && nameMatches(key, this.search),
    );
    const others = this.metrics.filter((key) => !pinned.includes(key));
    const { order } = this.layout;
    const chosen = [...order, ...[...this.titles.keys()].filter((key) => !order.includes(key))];
    const groups = groupMetrics(others, this.search, { key: this.keyMetric, chosen });
    const first = { name: pinnedName, metrics: pinned.map((key) => ({ key, label: key })) };
    return pinned.length === 0 ? groups : [first, ...groups];
  }

  private group(group: MetricGroup, titled: boolean, first: boolean): unknown {
    const open = !this.collapsed.includes(group.name);
    const shown = group.metrics.map(({ key }) => key);
    const grid = html`<div class="chart-grid">${repeat(
      group.metrics,
      ({ key }) => key,
      (metric, at) => this.chartOf(metric, shown, first && at < mostFirst),
    )}</div>`;
    if (!titled) return grid;
    return html`<section class="chart-group">
      <h3><button class="group-head" aria-expanded=${open} @click=${() => this.toggle(group.name)}>
        ${icon(open ? "chevron-down" : "chevron-right")}<span class="clip">${group.name}</span><span class="count">${group.metrics.length}</span>
      </button></h3>
      ${open ? grid : nothing}
    </section>`;
  }

  private chartOf(
    { key, label }: MetricGroup["metrics"][number],
    shown: readonly string[],
    first: boolean,
  ): unknown {
    const chart = html`<rl-metric-chart .source=${this.source} .runs=${this.runs} .groups=${this.groups} .metric=${key} .label=${this.titles.get(key) ?? label} .settings=${this.settings}
      .hover=${this.hover} .zoom=${this.layout.zoom[key] ?? null} .pinned=${this.layout.pinned.includes(key)} .full=${this.layout.full === key}
      @chart-act=${(event: CustomEvent<ChartAct>) => this.onAct(event.detail, shown)}></rl-metric-chart>`;
    return html`<rl-chart-slot .content=${chart} .first=${first}></rl-chart-slot>`;
  }

  private onAct(act: ChartAct, shown: readonly string[]): void {
    const detail = actedLayout(this.layout, act, shown);
    if (detail !== this.layout) this.dispatchEvent(new CustomEvent("layout", { detail }));
  }

  private readonly onKey = (event: KeyboardEvent): void => {
    const { full } = this.layout;
    if (event.key === "Escape" && full !== null && !event.defaultPrevented)
      this.onAct({ act: "full", metric: full }, []);
  };

  private toggle(name: string): void {
    const collapsed = this.collapsed.includes(name)
      ? this.collapsed.filter((each) => each !== name)
      : [...this.collapsed, name];
    this.dispatchEvent(new CustomEvent("collapsed", { detail: collapsed }));
  }
}

customElements.define("rl-metric-charts", MetricCharts);
