/** Keeps the place of a chart while it is far away. */

import { html, nothing } from "lit";
import type { ZoomRange } from "../../src/protocol/chartLayout.ts";
import type { ChartGroup } from "./chartBands.ts";
import { PageElement } from "./element.ts";
import type { Hover } from "./hover.ts";
import type { ChartRun, ChartSettings, MetricSource } from "./metricSource.ts";
import "./metricChart.ts";

class ChartSlot extends PageElement {
  static override properties = {
    source: { attribute: false },
    runs: { attribute: false },
    groups: { attribute: false },
    metric: { attribute: false },
    label: { attribute: false },
    settings: { attribute: false },
    hover: { attribute: false },
    zoom: { attribute: false },
    pinned: { attribute: false },
    full: { attribute: false },
    near: { state: true },
  };

  declare source: MetricSource;
  declare runs: readonly ChartRun[];
  declare groups: readonly ChartGroup[];
  declare metric: string;
  declare label: string;
  declare settings: ChartSettings;
  declare hover: Hover;
  declare zoom: ZoomRange | null;
  declare pinned: boolean;
  declare full: boolean;
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
    return html`<rl-metric-chart .source=${this.source} .runs=${this.runs} .groups=${this.groups} .metric=${this.metric} .label=${this.label}
      .settings=${this.settings} .hover=${this.hover} .zoom=${this.zoom} .pinned=${this.pinned} .full=${this.full}></rl-metric-chart>`;
  }
}

customElements.define("rl-chart-slot", ChartSlot);
