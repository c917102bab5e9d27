/** Searching in numbers that ascend. */

export function isAscending(xs: Float64Array): boolean {
  for (let at = 1; at < xs.length; at++) if ((xs[at] as number) < (xs[at - 1] as number)) return false;
  return true;
}

/** The first place from `from` on that fits, where all after it fit too: found from a guess in steps that double, then halve. */
export function firstAt(
  xs: Float64Array,
  from: number,
  fits: (x: number) => boolean,
  guess: number = from,
): number {
  let [low, high, stride] = [from, Math.max(from, guess), 1];
  for (; high < xs.length && !fits(xs[high] as number); stride *= 2) {
    low = high + 1;
    high += stride;
  }
  high = Math.min(high, xs.length);
  for (stride = 1; low === from && high - stride >= from; stride *= 2) {
    if (fits(xs[high - stride] as number)) high -= stride;
    else low = high - stride + 1;
  }
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (fits(xs[middle] as number)) high = middle;
    else low = middle + 1;
  }
  return low;
}
