/** How many points lie beyond the shown range of a clipped chart: what is drawn knows only in how many pixels. */

import type { ReactiveControllerHost } from "lit";
import { formatWhole } from "../../src/model/format.ts";
import type { ColumnsResult } from "../../src/model/metric.ts";
import type { ChartSubject } from "./chartData.ts";
import type { Drawing } from "./chartPicture.ts";
import { Query } from "./query.ts";

/** More points than this are not read for a number on a badge. */
const mostRead = 5_000_000;

export class ClippedCount {
  private readonly count: Query<number>;
  private readonly subject: () => ChartSubject;
  private result: ColumnsResult | undefined;
  private drawing: Drawing | undefined;
  private asked = "";

  constructor(element: ReactiveControllerHost, subject: () => ChartSubject) {
    this.subject = subject;
    this.count = new Query<number>(element, (signal) => this.read(signal), "later");
  }

  /** The chart was drawn so. */
  follow(result: ColumnsResult, drawing: Drawing): void {
    this.result = result;
    this.drawing = drawing;
    if (drawing.clipped === 0 || !this.countable(result)) return;
    const { metric, zoom } = this.subject();
    const wanted = JSON.stringify([metric, zoom, drawing.y, result.series.map(({ count }) => count)]);
    if (wanted === this.asked) return;
    this.asked = wanted;
    this.count.value = undefined;
    this.count.restart();
  }

  /** e.g. "12 clipped", "3+ clipped" while or where only the pixels are known; null for none. */
  get text(): string | null {
    const pixels = this.drawing?.clipped ?? 0;
    if (pixels === 0) return null;
    const exact = this.result !== undefined && this.countable(this.result) ? this.count.value : undefined;
    return exact === undefined ? `${formatWhole(pixels)}+ clipped` : `${formatWhole(exact)} clipped`;
  }

  /** Points are known by their steps: a zoomed part of another axis can't be told among them. */
  private countable({ series }: ColumnsResult): boolean {
    const { source, zoom, settings, groups } = this.subject();
    const points = series.reduce((sum, { count }) => sum + count, 0);
    return (
      source.beyond !== undefined &&
      groups.length === 0 &&
      points <= mostRead &&
      (zoom === null || settings.axis === "step")
    );
  }

  private async read(signal: AbortSignal) {
    const { source, metric, zoom } = this.subject();
    const { result, drawing } = this;
    if (result === undefined || drawing === undefined || source.beyond === undefined)
      return { ok: true as const, value: 0 };
    const series = result.series.map(({ runId, attempt }) => ({ runId, attempt }));
    const steps = zoom === null ? {} : { steps: { from: zoom.x0, to: zoom.x1 } };
    return source.beyond({ series, key: metric, low: drawing.y.min, high: drawing.y.max, ...steps }, signal);
  }
}
