/** A chart as a file: the picture as it stands (PNG), the same as lines (SVG), or every raw point (CSV). */

import type { BandColumns, SeriesColumns } from "../../src/model/metric.ts";
import type { Drawing } from "./chartPicture.ts";
import { chartSvg } from "./chartSvg.ts";
import { colorText } from "./contrast.ts";
import { csvText } from "./csv.ts";
import type { ChartRun, MetricSource } from "./metricSource.ts";
import type { Theme } from "./theme.ts";

export interface ExportedChart {
  readonly metric: string;
  readonly source: MetricSource;
  readonly runs: readonly ChartRun[];
}

const titleHeight = 28;
const legendRow = 18;
const edge = 12;
const mostNamed = 24;

/** With title and legend, on the background of the theme, in the pixels of the screen. */
export async function savePng(
  chart: ExportedChart,
  lines: HTMLCanvasElement | null,
  theme: Theme,
): Promise<void> {
  if (lines === null) return;
  const scale = devicePixelRatio;
  const [width, height] = [lines.width / scale, lines.height / scale];
  const named = chart.runs.slice(0, mostNamed);
  const canvas = document.createElement("canvas");
  canvas.width = lines.width;
  canvas.height = (titleHeight + height + edge + named.length * legendRow) * scale;
  const context = canvas.getContext("2d");
  if (context === null) return;
  context.scale(scale, scale);
  context.fillStyle = theme.background;
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(lines, 0, titleHeight, width, height);
  context.fillStyle = theme.foreground;
  context.textBaseline = "middle";
  context.font = `600 13px ${theme.font}`;
  context.fillText(chart.metric, edge, titleHeight / 2, width - 2 * edge);
  context.font = `12px ${theme.font}`;
  named.forEach((run, index) => {
    const y = titleHeight + height + edge / 2 + (index + 0.5) * legendRow;
    context.fillStyle = lineColor(run, theme);
    context.fillRect(edge, y - 1.5, 16, 3);
    context.fillStyle = theme.foreground;
    context.fillText(run.name, edge + 24, y, width - 2 * edge - 24);
  });
  const blob = await new Promise<Blob | null>((made) => canvas.toBlob(made, "image/png"));
  if (blob !== null) await chart.source.save(fileName(chart.metric, "png"), blob);
}

export async function saveSvg(
  chart: ExportedChart,
  drawing: Drawing,
  size: { readonly width: number; readonly height: number } | undefined,
  theme: Theme,
): Promise<void> {
  const legend = chart.runs
    .slice(0, mostNamed)
    .map((run) => ({ name: run.name, color: lineColor(run, theme) }));
  const frame = size ?? { width: 640, height: 320 };
  const text = chartSvg({ title: chart.metric, drawing, legend, theme, ...frame });
  await chart.source.save(fileName(chart.metric, "svg"), new Blob([text], { type: "image/svg+xml" }));
}

/** All raw points of the shown series: run, attempt, step, time, value. NaN and infinities as such. */
export async function savePoints(chart: ExportedChart, series: readonly SeriesColumns[]): Promise<void> {
  const rows: (string | number)[][] = [["run", "attempt", "step", "time", chart.metric]];
  for (const { runId, attempt } of series) {
    const name = chart.runs.find((run) => run.id === runId)?.name ?? runId;
    const points = await chart.source.points({ runId, attempt, key: chart.metric });
    if (points === undefined) return;
    points.steps.forEach((step, index) => {
      const time = new Date(points.times[index] ?? 0).toISOString();
      rows.push([name, attempt, step, time, points.values[index] ?? Number.NaN]);
    });
  }
  await chart.source.save(fileName(chart.metric, "csv"), new Blob([csvText(rows)], { type: "text/csv" }));
}

/** Means and figures of the groups as they are drawn: one row a group and pixel column. */
export async function saveBands(chart: ExportedChart, bands: readonly BandColumns[]): Promise<void> {
  const figures = ["runs", "mean", "median", "min", "max", "deviation", "error", "low", "high"] as const;
  const rows = bands.flatMap((band) =>
    band.x.map((x, index) => [band.group, x, ...figures.map((figure) => band[figure][index] ?? Number.NaN)]),
  );
  const content = new Blob([csvText([["group", "x", ...figures], ...rows])], { type: "text/csv" });
  await chart.source.save(fileName(chart.metric, "csv"), content);
}

function lineColor(run: ChartRun, theme: Theme): string {
  const color = theme.runs[run.look.color];
  return color === undefined ? theme.foreground : colorText(color);
}

/** A name that every file system takes. */
function fileName(metric: string, extension: string): string {
  const plain = metric.replace(/[^\w.-]+/g, "-").replace(/^[-.]+|[-.]+$/g, "");
  return `${plain.slice(0, 80) || "chart"}.${extension}`;
}
