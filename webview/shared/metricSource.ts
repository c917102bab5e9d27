/** Where charts get their data: a page hands its host's calls over in this shape. */

import type {
  BandsQuery,
  BandsResult,
  ColumnsQuery,
  ColumnsResult,
  MetricAxis,
  SeriesRef,
  Smoothing,
  XAxis,
} from "../../src/model/metric.ts";
import type { RunLook } from "../../src/model/runColor.ts";
import type { BeyondQuery, Changed, RawPoints, Reply } from "../../src/protocol/editor.ts";
import type { BandKind } from "./chartBands.ts";

export interface MetricSource {
  columns(query: ColumnsQuery, signal: AbortSignal): Promise<Reply<ColumnsResult>>;
  /** Of pages that show groups. */
  bands?(query: BandsQuery, signal: AbortSignal): Promise<Reply<BandsResult>>;
  /** How many points lie beyond a range of values. */
  beyond?(query: BeyondQuery, signal: AbortSignal): Promise<Reply<number>>;
  onChanged(listener: (changed: Changed) => void): () => void;
  /** Every point of one series, for exports. */
  points(series: SeriesRef): Promise<RawPoints | undefined>;
  /** Asks the person where to, and writes the file there. */
  save(name: string, content: Blob): Promise<void>;
  showLog(): void;
}

/** A run as charts know it. */
export interface ChartRun {
  readonly id: string;
  readonly name: string;
  readonly look: RunLook;
}

/** How all charts of a page are drawn. */
export interface ChartSettings {
  readonly axis: XAxis | MetricAxis;
  /** 0 to 0.999. */
  readonly smoothing: number;
  readonly smoothingKind: Smoothing["kind"];
  readonly logarithmic: boolean;
  /** Outliers do not decide the range of the values. */
  readonly clip: boolean;
  /** What is drawn around the means of groups. */
  readonly bands: BandKind;
}

/** The smoothing that the store is asked for; undefined for none. Stronger is wider for each kind. */
export function smoothingOf({ smoothing, smoothingKind }: ChartSettings): Smoothing | undefined {
  if (smoothing <= 0) return undefined;
  const width = 1 / (1 - smoothing);
  if (smoothingKind === "ema") return { kind: "ema", weight: smoothing };
  if (smoothingKind === "mean") return { kind: "mean", window: Math.max(2, Math.round(2 * width)) };
  return { kind: "gaussian", sigma: Math.max(0.5, width / 2) };
}

/** Does a change touch any of these runs in this way? */
export function touches(
  changed: Changed,
  kind: Changed["kinds"][number],
  runIds: readonly string[],
): boolean {
  if (!changed.kinds.includes(kind)) return false;
  return changed.runIds.length === 0 || changed.runIds.some((id) => runIds.includes(id));
}
