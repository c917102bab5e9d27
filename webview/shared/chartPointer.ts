/** Pointer and keyboard of a chart: pointing, dragging a range to zoom in, walking the crosshair with the arrows. */

import type { ZoomRange } from "../../src/protocol/chartLayout.ts";
import type { Hover } from "./hover.ts";

/** What the pointer needs of its chart. */
export interface PointedChart {
  readonly hover: Hover;
  readonly zoom: ZoomRange | null;
  placeAt(pixel: number): number | null;
  range(): ZoomRange | null;
  setZoom(zoom: ZoomRange | null): void;
  drawOverlay(): void;
  /** Brings the line under the pointer forward, in all charts and beside them; null where the pointer is on none. */
  pointTo(at: { readonly x: number; readonly y: number } | null): void;
  /** A click that was no drag. */
  choose(): void;
  querySelector(selector: string): Element | null;
}

const dragThreshold = 4;

export class ChartPointer {
  /** The dragged range in pixels of the plot, while it is dragged. */
  selection: { readonly from: number; readonly to: number } | null = null;
  /** Where the pointer is on the screen; the tooltip stands beside it. */
  client = { x: 0, y: 0 };
  private readonly chart: PointedChart;
  private pressedAt: number | null = null;

  constructor(chart: PointedChart) {
    this.chart = chart;
  }

  readonly down = (event: PointerEvent): void => {
    if (event.button !== 0 || event.target instanceof HTMLButtonElement) return;
    this.pressedAt = event.offsetX;
    if (event.currentTarget instanceof Element) event.currentTarget.setPointerCapture(event.pointerId);
  };

  readonly move = (event: PointerEvent): void => {
    this.client = { x: event.clientX, y: event.clientY };
    if (this.pressedAt !== null && Math.abs(event.offsetX - this.pressedAt) > dragThreshold)
      this.selection = { from: this.pressedAt, to: event.offsetX };
    this.chart.hover.moveTo(this.chart.placeAt(event.offsetX), this.chart);
    this.chart.pointTo(this.selection === null ? { x: event.offsetX, y: event.offsetY } : null);
  };

  readonly up = (): void => {
    const { selection, pressedAt } = this;
    this.pressedAt = null;
    this.selection = null;
    if (selection === null) {
      if (pressedAt !== null) this.chart.choose();
      return;
    }
    const from = this.chart.placeAt(Math.min(selection.from, selection.to));
    const to = this.chart.placeAt(Math.max(selection.from, selection.to));
    if (from !== null && to !== null && to > from) this.chart.setZoom({ x0: from, x1: to });
    this.chart.drawOverlay();
  };

  readonly leave = (): void => {
    if (this.pressedAt !== null) return;
    this.chart.hover.moveTo(null, null);
    this.chart.pointTo(null);
  };

  readonly key = (event: KeyboardEvent): void => {
    const range = this.chart.range();
    if (range === null) return;
    const length = range.x1 - range.x0;
    const middle = this.chart.hover.place.x ?? (range.x0 + range.x1) / 2;
    const walk = (share: number) =>
      this.pointAt(Math.min(range.x1, Math.max(range.x0, middle + share * length)), range);
    const zoomTo = (factor: number) =>
      this.chart.setZoom({
        x0: middle - (middle - range.x0) * factor,
        x1: middle + (range.x1 - middle) * factor,
      });
    const actions: Readonly<Record<string, () => void>> = {
      ArrowLeft: () => walk(event.shiftKey ? -0.1 : -0.01),
      ArrowRight: () => walk(event.shiftKey ? 0.1 : 0.01),
      Home: () => walk(-1),
      End: () => walk(1),
      "+": () => zoomTo(0.5),
      "-": () => zoomTo(2),
      "0": () => this.chart.setZoom(null),
      // Escape that has nothing to reset here is for what is around the chart.
      ...(this.chart.zoom === null ? {} : { Escape: () => this.chart.setZoom(null) }),
    };
    const action = actions[event.key];
    if (action === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    action();
  };

  private pointAt(x: number, range: ZoomRange): void {
    const box = this.chart.querySelector(".plot")?.getBoundingClientRect();
    const share = (x - range.x0) / (range.x1 - range.x0 || 1);
    if (box !== undefined)
      this.client = { x: box.left + 60 + share * (box.width - 68), y: box.top + box.height / 2 };
    this.chart.hover.moveTo(x, this.chart);
  }
}
