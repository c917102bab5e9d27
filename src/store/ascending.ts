/** Searching in numbers that ascend. */

export function isAscending(xs: Float64Array): boolean {
  for (let at = 1; at < xs.length; at++) if ((xs[at] as number) < (xs[at - 1] as number)) return false;
  return true;
}

/** The first place from `from` on that fits, where all after it fit too: found in steps that double, then halve. */
export function firstAt(xs: Float64Array, from: number, fits: (x: number) => boolean): number {
  let [low, high, stride] = [from, from, 1];
  while (high < xs.length && !fits(xs[high] as number)) {
    low = high + 1;
    high += stride;
    stride *= 2;
  }
  high = Math.min(high, xs.length);
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (fits(xs[middle] as number)) high = middle;
    else low = middle + 1;
  }
  return low;
}
