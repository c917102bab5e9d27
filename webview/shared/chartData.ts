/** The points of one chart: what is asked for, when it has to be asked again, and what has come. */

import type { ReactiveControllerHost } from "lit";
import type { BandColumns, ColumnsQuery, ColumnsResult } from "../../src/model/metric.ts";
import type { ZoomRange } from "../../src/protocol/chartLayout.ts";
import type { Reply } from "../../src/protocol/editor.ts";
import { type ChartGroup, meanSeries } from "./chartBands.ts";
import { clippingRange } from "./chartClip.ts";
import { type ChartRun, type ChartSettings, type MetricSource, smoothingOf } from "./metricSource.ts";
import { Query } from "./query.ts";

/** What a chart shows, as its element has it now. */
export interface ChartSubject {
  readonly source: MetricSource;
  readonly metric: string;
  readonly runs: readonly ChartRun[];
  /** Drawn as one line each, instead of their runs; empty for every run on its own. */
  readonly groups: readonly ChartGroup[];
  readonly settings: ChartSettings;
  readonly zoom: ZoomRange | null;
  /** In CSS pixels. */
  readonly width: number;
}

const widest = 8192;

export class ChartData {
  readonly query: Query<ColumnsResult>;
  /** Of the groups, where there are any. */
  bands: readonly BandColumns[] = [];
  private readonly subject: () => ChartSubject;
  private asked = "";
  private askedSmoothing: string | undefined;

  constructor(element: ReactiveControllerHost, subject: () => ChartSubject) {
    this.subject = subject;
    this.query = new Query<ColumnsResult>(element, (signal) => this.read(signal), "later");
  }

  /** Asks where the subject is another one by now; a change of the smoothing alone keeps what is drawn until the other line comes. */
  follow(): void {
    const { metric, settings, groups, zoom, runs, width } = this.subject();
    const ids = [runs.map(({ id }) => id), groups.map(({ name, runIds }) => [name, runIds])];
    const wanted = JSON.stringify([metric, axisId(settings.axis), ids, zoom]);
    const { clip, logarithmic } = settings;
    const smoothing = JSON.stringify([
      smoothingOf(settings),
      clip && settings.smoothing > 0 && [logarithmic],
    ]);
    if (wanted !== this.asked) {
      if (width > 0) this.query.restart();
    } else if (smoothing !== this.askedSmoothing && width > 0) this.query.refresh();
    this.asked = wanted;
    this.askedSmoothing = smoothing;
  }

  private async read(signal: AbortSignal): Promise<Reply<ColumnsResult>> {
    const { source, metric, runs, groups, settings, zoom, width } = this.subject();
    const pixels = Math.min(widest, Math.max(1, Math.round(width * devicePixelRatio)));
    const range = zoom === null ? {} : { x0: zoom.x0, x1: zoom.x1 };
    const view = { keys: [metric], axis: settings.axis, width: pixels, ...range };
    const smoothing = smoothingOf(settings);
    const smooth = smoothing === undefined ? {} : { smoothing };
    if (groups.length === 0 || source.bands === undefined) {
      this.bands = [];
      return this.smoothed({ runIds: runs.map(({ id }) => id), ...view, ...smooth }, signal);
    }
    const asked = groups.map(({ name, runIds }) => ({ name, runIds }));
    const members = [...new Set(groups.flatMap(({ runIds }) => runIds))];
    const [bands, smoothed] = await Promise.all([
      source.bands({ groups: asked, ...view }, signal),
      smoothing === undefined ? null : this.smoothed({ runIds: members, ...view, ...smooth }, signal),
    ]);
    if (!bands.ok) return bands;
    if (smoothed?.ok === false) return smoothed;
    this.bands = bands.value.bands;
    return { ok: true, value: meanSeries(bands.value, asked, smoothed?.value.series) };
  }

  /** Outliers that the chart clips do not bend the smoothed lines: which they are goes by the whole of the lines, not by the part in view. */
  private async smoothed(query: ColumnsQuery, signal: AbortSignal): Promise<Reply<ColumnsResult>> {
    const { source, settings, zoom } = this.subject();
    if (query.smoothing === undefined || !settings.clip) return source.columns(query, signal);
    const { smoothing: _none, x0: _x0, x1: _x1, ...whole } = query;
    const all = await source.columns(zoom === null ? query : whole, signal);
    if (!all.ok) return all;
    const range = clippingRange(all.value.series, settings.logarithmic);
    if (range === null && zoom === null) return all;
    const within = range === null ? {} : { smoothWithin: { low: range.min, high: range.max } };
    return source.columns({ ...query, ...within }, signal);
  }
}

export const axisId = (axis: ChartSettings["axis"]) =>
  typeof axis === "string" ? axis : `metric ${axis.metric}`;
