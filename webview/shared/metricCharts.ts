/** Charts of many metrics, grouped by prefix. Only those near the visible part of the page exist as charts. */

import { html, nothing } from "lit";
import { repeat } from "lit/directives/repeat.js";
import { PageElement } from "./element.ts";
import type { Hover } from "./hover.ts";
import { icon } from "./icon.ts";
import { groupMetrics, type MetricGroup } from "./metricGroups.ts";
import type { ChartRun, ChartSettings, MetricSource } from "./metricSource.ts";
import "./metricChart.ts";

/** Keeps the place of a chart while it is far away. */
class ChartSlot extends PageElement {
  static override properties = {
    source: { attribute: false },
    runs: { attribute: false },
    metric: { attribute: false },
    label: { attribute: false },
    settings: { attribute: false },
    hover: { attribute: false },
    near: { state: true },
  };

  declare source: MetricSource;
  declare runs: readonly ChartRun[];
  declare metric: string;
  declare label: string;
  declare settings: ChartSettings;
  declare hover: Hover;
  declare near: boolean;

  private readonly observer = new IntersectionObserver(
    (entries) => {
      this.near = entries.at(-1)?.isIntersecting ?? false;
    },
    { rootMargin: "200px" },
  );

  override connectedCallback(): void {
    super.connectedCallback();
    this.observer.observe(this);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.observer.disconnect();
    this.near = false;
  }

  protected override render(): unknown {
    if (!this.near) return nothing;
    return html`<rl-metric-chart .source=${this.source} .runs=${this.runs} .metric=${this.metric} .label=${this.label}
      .settings=${this.settings} .hover=${this.hover}></rl-metric-chart>`;
  }
}

customElements.define("rl-chart-slot", ChartSlot);

export class MetricCharts extends PageElement {
  static override properties = {
    source: { attribute: false },
    runs: { attribute: false },
    metrics: { attribute: false },
    search: { attribute: false },
    settings: { attribute: false },
    hover: { attribute: false },
    collapsed: { attribute: false },
  };

  declare source: MetricSource;
  declare runs: readonly ChartRun[];
  declare metrics: readonly string[];
  declare search: string;
  declare settings: ChartSettings;
  declare hover: Hover;
  /** Names of the groups that are closed. A change is told by the event `collapsed`. */
  declare collapsed: readonly string[];

  protected override render(): unknown {
    const groups = groupMetrics(this.metrics, this.search);
    if (groups.length === 0)
      return html`<div class="state"><p>No metric is called “${this.search}”.</p></div>`;
    return repeat(
      groups,
      (group) => group.name,
      (group) => this.group(group, groups.length > 1),
    );
  }

  private group(group: MetricGroup, titled: boolean): unknown {
    const open = !this.collapsed.includes(group.name);
    const grid = html`<div class="chart-grid">${repeat(
      group.metrics,
      ({ key }) => key,
      ({
        key,
        label,
      }) => html`<rl-chart-slot .source=${this.source} .runs=${this.runs} .metric=${key} .label=${label}
        .settings=${this.settings} .hover=${this.hover}></rl-chart-slot>`,
    )}</div>`;
    if (!titled) return grid;
    return html`<section class="chart-group">
      <h3><button class="group-head" aria-expanded=${open} @click=${() => this.toggle(group.name)}>
        ${icon(open ? "chevron-down" : "chevron-right")}<span class="clip">${group.name}</span><span class="count">${group.metrics.length}</span>
      </button></h3>
      ${open ? grid : nothing}
    </section>`;
  }

  private toggle(name: string): void {
    const collapsed = this.collapsed.includes(name)
      ? this.collapsed.filter((each) => each !== name)
      : [...this.collapsed, name];
    this.dispatchEvent(new CustomEvent("collapsed", { detail: collapsed }));
  }
}

customElements.define("rl-metric-charts", MetricCharts);
