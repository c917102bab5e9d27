import * as fc from "fast-check";
import { expect, test } from "vitest";
import { firstAt, isAscending } from "../../../src/store/ascending.ts";
import { axisAscends, decodeAxis, encodeAxis } from "../../../src/store/axisCodec.ts";

test("the first place that fits is found, whatever the guess", () => {
  const numbers = fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 30 });
  const cases = [numbers, fc.nat(30), fc.integer({ min: -3, max: 40 }), fc.nat(11)] as const;
  fc.assert(
    fc.property(...cases, (given, start, guess, least) => {
      const xs = Float64Array.from(given).sort();
      const from = Math.min(start, xs.length);
      const fits = (x: number) => x >= least;
      const found = xs.findIndex((x, at) => at >= from && fits(x));
      const expected = found < 0 ? xs.length : found;
      expect(firstAt(xs, from, fits, guess)).toBe(expected);
      expect(firstAt(xs, from, fits)).toBe(expected);
    }),
    { numRuns: 2_000 },
  );
});

test("an axis that is said to ascend does, and one that is regular or grows in small steps is said to", () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof(fc.integer({ min: -5, max: 70_000 }), fc.double({ noNaN: true }))),
      (given) => {
        const values = Float64Array.from(given.filter(Number.isFinite));
        const { layout, base, stride, data } = encodeAxis(values);
        if (axisAscends(layout, stride))
          expect(isAscending(decodeAxis(layout, base, stride, data, values.length))).toBe(true);
      },
    ),
  );
  const isSaid = (values: readonly number[]) => {
    const { layout, stride } = encodeAxis(Float64Array.from(values));
    return axisAscends(layout, stride);
  };
  expect([[0, 1, 2], [0, 40, 83], [0, 4_000, 8_001], [7], []].map(isSaid)).toEqual(Array(5).fill(true));
  expect(
    [
      [2, 1, 0],
      [0, 2, 1],
    ].map(isSaid),
  ).toEqual([false, false]);
});
