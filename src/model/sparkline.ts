/** A few values as a line of text, for trees and terminals. */

const bars = ["▁", "▂", "▃", "▄", "▅", "▆", "▇"] as const;

/**
 * Values in order → "▁▂▃". Values that are not finite show as a gap "×", so that a divergence is seen. A flat line is drawn in the
 * middle. More than `width` values are thinned evenly, first and last kept.
 */
export function sparkline(values: readonly number[], width = 24): string {
  const shown = thin(values, Math.max(1, Math.floor(width)));
  const finite = shown.filter(Number.isFinite);
  const low = finite.reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY);
  const high = finite.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY);
  return shown.map((value) => bar(value, low, high)).join("");
}

function bar(value: number, low: number, high: number): string {
  if (!Number.isFinite(value)) return "×";
  // Halved first: the span of two extremes of opposite sign can be more than a double holds.
  const span = high / 2 - low / 2;
  if (span <= 0) return bars[3];
  return bars[Math.min(bars.length - 1, Math.floor(((value / 2 - low / 2) / span) * bars.length))] ?? bars[0];
}

function thin(values: readonly number[], width: number): readonly number[] {
  if (values.length <= width) return values;
  if (width === 1) return values.slice(-1);
  return Array.from(
    { length: width },
    (_, at) => values[Math.round((at * (values.length - 1)) / (width - 1))] ?? Number.NaN,
  );
}
