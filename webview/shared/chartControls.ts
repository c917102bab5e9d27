/** The controls above charts: search, smoothing, x axis, logarithmic values. */

import { html, type TemplateResult } from "lit";
import type { ChartSettings } from "./metricSource.ts";
import { searchField } from "./searchField.ts";

export interface ControlsView {
  readonly search: string;
  readonly settings: ChartSettings;
  readonly onSearch: (text: string) => void;
  readonly onSettings: (settings: ChartSettings) => void;
}

const axes = [
  { value: "step", label: "Step" },
  { value: "relative", label: "Time since start" },
  { value: "wall", label: "Time of day" },
] as const;

// The slider is finer where smoothing is strong: 0 … 1000 → 0 … 0.999.
const toSlider = (factor: number) => Math.round((1 - (1 - factor) ** (1 / 3)) * 1000);
const fromSlider = (place: number) => Math.min(0.999, Number((1 - (1 - place / 1000) ** 3).toFixed(3)));

export function chartControls({ search, settings, onSearch, onSettings }: ControlsView): TemplateResult {
  const smoothed = (event: Event) =>
    onSettings({ ...settings, smoothing: fromSlider(Number((event.target as HTMLInputElement).value)) });
  return html`<div class="controls" role="group" aria-label="Charts">
    ${searchField({ text: search, label: "Search metrics", onSearch })}
    <label class="control" title="Exponential moving average; the values themselves stay visible behind it">
      <span>Smoothing</span>
      <input type="range" min="0" max="950" step="5" .value=${String(toSlider(settings.smoothing))}
        aria-valuetext=${String(settings.smoothing)} @input=${smoothed} />
      <span class="number smoothing-value">${settings.smoothing === 0 ? "off" : settings.smoothing.toFixed(2)}</span>
    </label>
    <label class="control">
      <span>X axis</span>
      <select .value=${settings.axis}
        @change=${(event: Event) => onSettings({ ...settings, axis: axisOf((event.target as HTMLSelectElement).value) })}>
        ${axes.map((axis) => html`<option value=${axis.value} ?selected=${axis.value === settings.axis}>${axis.label}</option>`)}
      </select>
    </label>
    <vscode-checkbox label="Log scale" ?checked=${settings.logarithmic}
      @change=${(event: Event) => onSettings({ ...settings, logarithmic: (event.target as HTMLInputElement).checked })}></vscode-checkbox>
  </div>`;
}

function axisOf(value: string): ChartSettings["axis"] {
  return axes.find((axis) => axis.value === value)?.value ?? "step";
}
