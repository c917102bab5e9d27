/** Metrics with one value a run as small horizontal bars, side by side: run, bar from zero, value. */

import { html, nothing } from "lit";
import { formatValue, formatWhole } from "../../src/model/format.ts";
import type { Hover } from "../shared/hover.ts";
import { icon } from "../shared/icon.ts";
import { metricUnit } from "../shared/metricUnit.ts";
import { swatch } from "../shared/swatch.ts";
import type { CompareTable } from "./compareTable.ts";
import { isBest } from "./gridColumns.ts";

const mostBars = 8;

export interface FinalBarsView {
  readonly table: CompareTable;
  /** Places of the runs in the order of the table. */
  readonly shown: readonly number[];
  readonly metrics: readonly string[];
  readonly hover: Hover;
  /** Runs in all, where only the first of them are given. */
  readonly total?: number;
  /** Bars a metric, at most. */
  readonly most?: number;
}

export function finalBars(view: FinalBarsView): unknown {
  return html`<section class="finals" aria-label="Final values">${view.metrics.map((metric) => barsOf(metric, view))}</section>`;
}

function barsOf(metric: string, { table, shown, total, hover, most = mostBars }: FinalBarsView): unknown {
  const column = table.all.find(({ id }) => id === `metric:${metric}`);
  if (column === undefined) return nothing;
  const { cells } = column;
  const valued = shown.filter((index) => cells.has(index));
  const finite = valued.map((index) => cells.number(index)).filter((value) => Number.isFinite(value));
  const low = finite.reduce((a, b) => Math.min(a, b), 0);
  const high = finite.reduce((a, b) => Math.max(a, b), 0);
  const share = (value: number) => (100 * (value - low)) / (high - low || 1);
  const unit = metricUnit(metric);
  const more = (total ?? shown.length) - Math.min(valued.length, most);
  const front = new Set(hover.frontRuns);
  const bar = (index: number) => {
    const run = table.runs[index];
    if (run === undefined) return nothing;
    const value = cells.number(index);
    const look = table.looks.get(run.id);
    const [from, to] = [Math.min(share(0), share(value)), Math.max(share(0), share(value))];
    return html`<li class=${`final-row ${front.has(run.id) ? "front" : ""}`} title=${`${run.name}: ${value}`}
      @mouseenter=${() => hover.bringForward(run.id)} @mouseleave=${() => hover.bringForward(null)}>
      ${look === undefined ? nothing : swatch(look)}<span class="clip">${run.name}</span>
      <span class="bar-room" aria-hidden="true">${Number.isFinite(value) && look !== undefined ? html`<span class=${`bar run-${look.color + 1}`} .style=${`left:${from}%;width:${to - from}%`}></span>` : nothing}</span>
      <span class="number">${isBest(column, value) ? html`<span class="best" role="img" aria-label="best">${icon("star-full")}</span> ` : nothing}${Number.isFinite(value) ? unit.text(value) : formatValue(value)}</span>
    </li>`;
  };
  return html`<div class="final"><h4 class="clip" title=${metric}>${metric}</h4>
    <ul>${valued.slice(0, most).map(bar)}</ul>
    ${valued.length > most && more > 0 ? html`<p class="quiet">and ${formatWhole(more)} more: see the table or Final values</p>` : nothing}
  </div>`;
}
