/** What stands inside the cells of the compare table. */

import { html, svg, type TemplateResult } from "lit";
import { icon } from "../shared/icon.ts";
import { roomAfter } from "./cellWidth.ts";
import type { GridCell } from "./columnCells.ts";
import { differenceOf, type GridColumn, hasDeltas, isBest } from "./gridColumns.ts";

const trendSize = { width: 80, height: 14 };

/** A small line of values; gaps where they are not finite. */
export function trendLine(values: readonly number[], colorClass: string): TemplateResult {
  const finite = values.filter((value) => Number.isFinite(value));
  const [low, high] = [Math.min(...finite), Math.max(...finite)];
  const { width, height } = trendSize;
  const points = values
    .map((value, index) => ({ value, x: (index / Math.max(1, values.length - 1)) * width }))
    .filter(({ value }) => Number.isFinite(value))
    .map(({ value, x }) => {
      const y = height - 1 - ((value - low) / (high - low || 1)) * (height - 2);
      return `${x.toFixed(1)},${y.toFixed(1)}`;
    });
  return html`<svg class=${`trend ${colorClass}`} width=${width} height=${height} aria-hidden="true">
    ${svg`<polyline points=${points.join(" ")} fill="none" stroke="currentColor" stroke-width="1.25" stroke-linejoin="round" />`}</svg>`;
}

export interface CellView {
  readonly column: GridColumn;
  readonly cell: GridCell | null;
  readonly index: number;
  /** Place of the baseline, −1 without one: deltas have their place even where there is none. */
  readonly baseline: number;
}

export interface CellContent {
  readonly differs: boolean;
  readonly content: TemplateResult;
}

/** Value, mark of the best, difference from the baseline: nothing stands in a cell that it does not need, for there are hundreds in sight. */
export function cellContent({ column, cell, index, baseline }: CellView): CellContent {
  const withDeltas = baseline >= 0;
  const compared = withDeltas && baseline !== index && column.loaded;
  const difference = compared ? differenceOf(column, index, baseline) : null;
  const best = cell !== null && cell.number !== null && isBest(column, cell.number);
  const { delta = null, better = null } = difference ?? {};
  const differs = difference?.differs ?? false;
  const shown = cell?.shown ?? (column.loaded ? "–" : "…");
  const room = column.numeric && cell !== null ? roomAfter(shown, column.cells.width().decimals) : 0;
  const value = html`<span class="clip" .style=${room > 0 ? `padding-right:${room}ch` : ""}>${shown}</span>`;
  const unequal = differs && delta === null && cell !== null;
  const after =
    withDeltas && hasDeltas(column)
      ? deltaOf(delta ?? (unequal ? unequalSign : ""), better)
      : unequal
        ? unequalSign
        : null;
  const valued = after === null ? value : html`${value}${after}`;
  return { differs, content: best ? html`${bestSign}${valued}` : valued };
}

/** Its place is kept where there is none. */
function deltaOf(delta: string | TemplateResult, better: boolean | null): TemplateResult {
  return html`<span class=${better === null ? "delta" : `delta ${better ? "better" : "worse"}`}>${delta}</span>`;
}

const unequalSign = html`<span class="unequal" role="img" aria-label="differs from the baseline">≠</span>`;
const bestSign = html`<span class="best" role="img" aria-label="best" title="best of these runs">${icon("star-full")}</span>`;
