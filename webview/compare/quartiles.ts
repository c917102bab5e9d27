/** The five numbers of a box plot. Pure. */

export interface Quartiles {
  readonly min: number;
  readonly low: number;
  readonly median: number;
  readonly high: number;
  readonly max: number;
}

/** Quartiles between two values are their weighted mean, as most programs have it; null without values. */
export function quartiles(values: readonly number[]): Quartiles | null {
  const sorted = values.filter((value) => Number.isFinite(value)).sort((a, b) => a - b);
  if (sorted.length === 0) return null;
  const at = (share: number) => {
    const place = share * (sorted.length - 1);
    const [below, above] = [sorted[Math.floor(place)] ?? 0, sorted[Math.ceil(place)] ?? 0];
    return below + (above - below) * (place - Math.floor(place));
  };
  return { min: at(0), low: at(0.25), median: at(0.5), high: at(0.75), max: at(1) };
}
