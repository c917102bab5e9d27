/** The controls above charts: search, smoothing, x axis, logarithmic values. */

import { html, nothing, type TemplateResult } from "lit";
import type { ChartLayout } from "../../src/protocol/chartLayout.ts";
import type { ChartSettings } from "./metricSource.ts";
import { searchField } from "./searchField.ts";

export interface ControlsView {
  readonly search: string;
  readonly settings: ChartSettings;
  readonly onSearch: (text: string) => void;
  readonly onSettings: (settings: ChartSettings) => void;
  readonly layout: ChartLayout;
  readonly onLayout: (layout: ChartLayout) => void;
  /** Metrics whose values can be the x axis. */
  readonly axisMetrics: readonly string[];
  /** Runs are grouped: what lies around their means can be chosen. */
  readonly withBands?: boolean;
}

const axes = [
  { value: "step", label: "Step" },
  { value: "relative", label: "Time since start" },
  { value: "wall", label: "Time of day" },
] as const;

// The slider is finer where smoothing is strong: 0 … 1000 → 0 … 0.999.
const toSlider = (factor: number) => Math.round((1 - (1 - factor) ** (1 / 3)) * 1000);
const fromSlider = (place: number) => Math.min(0.999, Number((1 - (1 - place / 1000) ** 3).toFixed(3)));

const smoothingKinds = [
  { value: "ema", label: "Exponential" },
  { value: "mean", label: "Running mean" },
  { value: "gaussian", label: "Gaussian" },
] as const;

const bandOptions = [
  { value: "off", label: "Every run" },
  { value: "range", label: "Mean and range" },
  { value: "deviation", label: "Mean ± deviation" },
  { value: "error", label: "Mean ± std. error" },
  { value: "interval", label: "Mean, 95 % interval" },
] as const;

const sizes = [
  { value: "small", label: "Small" },
  { value: "medium", label: "Medium" },
  { value: "large", label: "Large" },
] as const;

export function chartControls(view: ControlsView): TemplateResult {
  const { search, settings, layout, onSearch, onSettings, onLayout } = view;
  const smoothed = (event: Event) =>
    onSettings({ ...settings, smoothing: fromSlider(Number((event.target as HTMLInputElement).value)) });
  return html`<div class="controls" role="group" aria-label="Charts">
    ${searchField({ text: search, label: "Search metrics", onSearch })}
    <span class="control" title="Computed from all points; the values themselves stay visible behind it">
      <span>Smoothing</span>
      <input type="range" min="0" max="950" step="5" .value=${String(toSlider(settings.smoothing))} aria-label="Smoothing"
        aria-valuetext=${settings.smoothing === 0 ? "off" : String(settings.smoothing)} @input=${smoothed} />
      ${
        settings.smoothing === 0
          ? nothing
          : html`<select aria-label="Kind of smoothing" @change=${(event: Event) => onSettings({ ...settings, smoothingKind: chosen(smoothingKinds, event) ?? "ema" })}>
        ${options(smoothingKinds, settings.smoothingKind)}
      </select>`
      }
      <span class="number smoothing-value">${settings.smoothing === 0 ? "off" : settings.smoothing.toFixed(2)}</span>
    </span>
    <label class="control">
      <span>X axis</span>
      <select class="axis-choice" @change=${(event: Event) => onSettings({ ...settings, axis: axisOf((event.target as HTMLSelectElement).value) })}>
        ${options(axes, axisValue(settings.axis))}
        ${view.axisMetrics.length < 2 ? nothing : html`<optgroup label="Another metric">${options(view.axisMetrics.map(metricOption), axisValue(settings.axis))}</optgroup>`}
      </select>
    </label>
    ${
      view.withBands
        ? html`<label class="control"><span>Groups</span><select @change=${(event: Event) => onSettings({ ...settings, bands: chosen(bandOptions, event) ?? "off" })}>
        ${options(bandOptions, settings.bands)}</select></label>`
        : nothing
    }
    <label class="control">
      <span>Size</span>
      <select @change=${(event: Event) => onLayout({ ...layout, size: chosen(sizes, event) ?? "medium" })}>${options(sizes, layout.size)}</select>
    </label>
    <vscode-checkbox label="Log scale" ?checked=${settings.logarithmic}
      @change=${(event: Event) => onSettings({ ...settings, logarithmic: (event.target as HTMLInputElement).checked })}></vscode-checkbox>
    <vscode-checkbox label="Clip outliers" title="Single values far from the rest do not decide the range of a chart; how many lie beyond it is said on the chart" ?checked=${settings.clip}
      @change=${(event: Event) => onSettings({ ...settings, clip: (event.target as HTMLInputElement).checked })}></vscode-checkbox>
  </div>`;
}

interface Option<V extends string> {
  readonly value: V;
  readonly label: string;
}

const options = (all: readonly Option<string>[], value: string) =>
  all.map((one) => html`<option value=${one.value} ?selected=${one.value === value}>${one.label}</option>`);

function chosen<V extends string>(all: readonly Option<V>[], event: Event): V | undefined {
  const { value } = event.target as HTMLSelectElement;
  return all.find((one) => one.value === value)?.value;
}

const metricPrefix = "metric:";
const metricOption = (metric: string) => ({ value: `${metricPrefix}${metric}`, label: metric });
const axisValue = (axis: ChartSettings["axis"]) =>
  typeof axis === "string" ? axis : metricOption(axis.metric).value;

function axisOf(value: string): ChartSettings["axis"] {
  if (value.startsWith(metricPrefix)) return { metric: value.slice(metricPrefix.length) };
  return axes.find((axis) => axis.value === value)?.value ?? "step";
}
