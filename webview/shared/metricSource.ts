/** Where charts get their data: a page hands its host's calls over in this shape. */

import type { ColumnsQuery, ColumnsResult } from "../../src/model/metric.ts";
import type { RunLook } from "../../src/model/runColor.ts";
import type { Changed, Reply } from "../../src/protocol/editor.ts";

export interface MetricSource {
  columns(query: ColumnsQuery, signal: AbortSignal): Promise<Reply<ColumnsResult>>;
  onChanged(listener: (changed: Changed) => void): () => void;
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
  readonly axis: "step" | "relative" | "wall";
  /** 0 to 0.999. */
  readonly smoothing: number;
  readonly logarithmic: boolean;
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
