/** Chunks of a metric → its history in MLflow's order. Pure, for every engine. */

import type { Points } from "./chunk.ts";
import type { History } from "./tracking.ts";

interface Chunk {
  readonly count: number;
  steps(): Float64Array;
  times(): Float64Array;
  values(): Float64Array;
}

/**
 * Points by time, step and value, each once. NaN counts as 0, as it does in MLflow, and stands before it. Chunks mostly come in that order already.
 */
export function historyOf(chunks: readonly Chunk[]): History {
  const points = together(chunks);
  if (isOrdered(points)) return points;
  const { steps, times, values } = points;
  const order = Uint32Array.from(steps, (_, at) => at).sort((a, b) => compare(points, a, b) || a - b);
  const kept = order.filter(
    (at, index) => index === 0 || compare(points, order[index - 1] as number, at) !== 0,
  );
  const column = (from: Float64Array) => Float64Array.from(kept, (at) => from[at] as number);
  return { steps: column(steps), times: column(times), values: column(values) };
}

function together(chunks: readonly Chunk[]): Points {
  const count = chunks.reduce((sum, chunk) => sum + chunk.count, 0);
  const [steps, times, values] = [new Float64Array(count), new Float64Array(count), new Float64Array(count)];
  let at = 0;
  for (const chunk of chunks) {
    steps.set(chunk.steps(), at);
    times.set(chunk.times(), at);
    values.set(chunk.values(), at);
    at += chunk.count;
  }
  return { steps, times, values };
}

/** Does each point come behind the one before it? Then no two are the same either. */
function isOrdered(points: Points): boolean {
  for (let at = 1; at < points.values.length; at++) if (compare(points, at - 1, at) >= 0) return false;
  return true;
}

function compare({ steps, times, values }: Points, a: number, b: number): number {
  return (
    (times[a] as number) - (times[b] as number) ||
    (steps[a] as number) - (steps[b] as number) ||
    (values[a] || 0) - (values[b] || 0) ||
    Number(Number.isNaN(values[b])) - Number(Number.isNaN(values[a]))
  );
}
