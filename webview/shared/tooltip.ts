/** The one tooltip of a page: exact values of the nearest real points under the crosshair. */

import { html, render } from "lit";
import { type AxisKind, xText } from "./axis.ts";
import type { Reading } from "./chartLine.ts";
import type { ChartRun } from "./metricSource.ts";
import { swatch } from "./swatch.ts";

export interface TooltipRow {
  readonly run: ChartRun;
  readonly reading: Reading | null;
  /** What is said after the value instead of the range of its pixel. */
  readonly note?: string;
  /** Of the line that is pointed at. */
  readonly front?: boolean;
}

const mostRows = 12;
const distance = 14;
let box: HTMLElement | undefined;
let owner: object | undefined;

/** Shows the rows beside the pointer, highest value first. */
export function showTooltip(
  chart: object,
  at: { readonly x: number; readonly y: number },
  place: string,
  rows: readonly TooltipRow[],
  axis: AxisKind,
  text: (value: number) => string,
): void {
  owner = chart;
  if (box === undefined) {
    box = document.createElement("div");
    box.className = "tooltip";
    box.setAttribute("role", "status");
    document.body.append(box);
  }
  const sorted = [...rows].sort(
    (a, b) => (b.reading?.value ?? Number.NEGATIVE_INFINITY) - (a.reading?.value ?? Number.NEGATIVE_INFINITY),
  );
  // With more rows than there is room for: those around the line that is pointed at.
  const middle = sorted.findIndex((row) => row.front);
  const from = Math.max(0, Math.min(middle - mostRows / 2, sorted.length - mostRows));
  const shown = sorted.slice(from, from + mostRows);
  const below = sorted.length - from - shown.length;
  render(
    html`<div class="tooltip-head">${place}</div>
      ${from > 0 ? html`<div class="quiet">${from} higher</div>` : ""}
      ${shown.map((row) => tooltipRow(row, place, axis, text))}
      ${below > 0 ? html`<div class="quiet">${below} lower</div>` : ""}`,
    box,
  );
  box.hidden = rows.length === 0;
  const left =
    at.x + distance + box.offsetWidth > innerWidth ? at.x - distance - box.offsetWidth : at.x + distance;
  const top = Math.min(at.y + distance, innerHeight - box.offsetHeight - 4);
  box.style.transform = `translate(${Math.max(4, left)}px, ${Math.max(4, top)}px)`;
}

function tooltipRow(
  { run, reading, note, front }: TooltipRow,
  place: string,
  axis: AxisKind,
  text: (value: number) => string,
) {
  if (reading === null) return "";
  const own = xText(reading.x, axis);
  const wide = reading.high > reading.low;
  return html`<div class=${front ? "tooltip-row front" : "tooltip-row"}>
    ${swatch(run.look)}<span class="tooltip-name">${run.name}</span>
    <span class="number">${text(reading.value)}</span>
    <span class="quiet">${note ?? (wide ? `${text(reading.low)} … ${text(reading.high)}` : "")}${own === place ? "" : ` ${own}`}</span>
  </div>`;
}

/** Hides the tooltip if it is this chart's. */
export function hideTooltip(chart: object): void {
  if (owner === chart && box !== undefined) box.hidden = true;
}
