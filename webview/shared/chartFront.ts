/** The lines that are brought forward in a chart, in pixels. */

import type { ChartGroup } from "./chartBands.ts";
import type { ChartCanvas } from "./chartCanvas.ts";
import { type DrawingInput, frontOf } from "./chartDrawing.ts";
import type { Front } from "./chartOverlay.ts";
import { Kept } from "./kept.ts";

const none: Front = { lines: [], bands: [] };

export class ChartFront {
  private readonly kept = new Kept<Front>();

  /** Runs (or the groups that they are in) as they lie over the others; made anew only when they, or what is drawn, change. */
  of(
    chart: ChartCanvas,
    input: DrawingInput | undefined,
    groups: readonly ChartGroup[],
    runIds: readonly string[],
  ): Front {
    if (input === undefined || runIds.length === 0) return none;
    return this.kept.of([chart, input, groups, runIds], () => {
      const runs = new Set(runIds);
      const within = groups.filter((group) => group.runIds.some((id) => runs.has(id)));
      const ids = groups.length > 0 ? new Set(within.map(({ name }) => name)) : runs;
      return inPixels(chart, frontOf(input, ids, chart.logarithmic));
    });
  }
}

function inPixels(chart: ChartCanvas, { lines, bands }: Pick<ChartDrawing, "lines" | "bands">): Front {
  const toX = (x: number) => chart.pixelOfX(x);
  const toY = (y: number) => (Number.isNaN(y) ? y : chart.pixelOfY(y));
  return {
    lines: lines.map((line) => ({
      ...line,
      points: line.points.map(({ x, y }) => ({ x: toX(x), y: toY(y) })),
    })),
    bands: bands.map(({ x, low, high, color }) => ({
      ...{ x: x.map(toX), low: low.map(toY), high: high.map(toY), color },
    })),
  };
}

type ChartDrawing = ReturnType<typeof frontOf>;
