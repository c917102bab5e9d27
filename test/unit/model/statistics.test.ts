import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { statistics, studentT95 } from "../../../src/model/statistics.ts";

const { NaN: none } = Number;

// Figures of NumPy and SciPy (np.mean, np.median, np.std with ddof=1, stats.sem, stats.t.interval).
describe("agrees with an oracle", () => {
  test.each([
    [[1, 2], 1.5, 1.5, Math.SQRT1_2, 0.5, -4.85310236809, 7.85310236809],
    [[0.91, 0.93, 0.92], 0.92, 0.92, 0.01, 0.0057735026919, 0.895158622882, 0.944841377118],
    [[3, 1, 4, 1, 5, 9, 2, 6], 3.875, 3.5, 2.74837614394, 0.971697704315, 1.57730004316, 6.17269995684],
    [[-1, -1, -1, 5], 0.5, -1.0, 3.0, 1.5, -4.27366945793, 5.27366945793],
    [
      [1e-9, 2e-9, 4e-9],
      2.33333333333e-9,
      2e-9,
      1.52752523165e-9,
      8.81917103688e-10,
      -1.46124970026e-9,
      6.12791636693e-9,
    ],
    [
      [1000001, 1000002, 1000003.5],
      1000002.16667,
      1000002.0,
      1.25830573921,
      0.726483157257,
      999999.040862,
      1000005.29247,
    ],
    [
      [
        0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27,
        28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39,
      ],
      19.5,
      19.5,
      11.6904519445,
      1.84842275107,
      15.761212085,
      23.238787915,
    ],
  ])("%j", (values, mean, median, deviation, error, low, high) => {
    const found = statistics(values);
    expect(found.count).toBe(values.length);
    for (const [name, wanted] of Object.entries({ mean, median, deviation, error, low, high })) {
      const figure = found[name as "mean"];
      expect(Math.abs(figure - wanted) / Math.max(1e-12, Math.abs(wanted)), name).toBeLessThan(1e-6);
    }
  });

  test.each([
    [1, 12.706204736],
    [2, 4.30265273],
    [9, 2.262157163],
    [30, 2.042272456],
    [31, 2.039513446],
    [40, 2.02107539],
    [100, 1.983971519],
    [1000, 1.962339081],
  ])("t for %i degrees of freedom", (degrees, wanted) => {
    expect(Math.abs(studentT95(degrees) - wanted)).toBeLessThan(1e-7);
  });
});

test("of one value there is no spread, of none nothing", () => {
  const spread = { deviation: none, error: none, low: none, high: none };
  expect(statistics([2])).toEqual({ count: 1, mean: 2, median: 2, min: 2, max: 2, ...spread });
  const nothing = { count: 0, mean: none, median: none, min: none, max: none, ...spread };
  expect(statistics([])).toEqual(nothing);
  expect(statistics([none, Number.POSITIVE_INFINITY])).toEqual(nothing);
});

test("equal values have no deviation, and huge ones don't overflow", () => {
  expect(statistics([0.5, 0.5, 0.5])).toMatchObject({ mean: 0.5, deviation: 0, low: 0.5, high: 0.5 });
  expect(statistics([1e308, 1e308])).toMatchObject({ mean: 1e308, median: 1e308 });
});

test("the order of the values does not matter, and the mean lies between the extremes", () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: -1e9, max: 1e9, noNaN: true }), { minLength: 1 }), (values) => {
      const found = statistics(values);
      expect(statistics(values.toReversed())).toEqual(found);
      expect(found.mean).toBeGreaterThanOrEqual(found.min - 1e-3);
      expect(found.mean).toBeLessThanOrEqual(found.max + 1e-3);
    }),
  );
});
