import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { Smoothing } from "../../../src/model/metric.ts";
import { smoothedAt } from "../../../src/model/smoothing.ts";

function all(values: readonly number[], smoothing: Smoothing): number[] {
  return [...smoothedAt(Float64Array.from(values), [...values.keys()], smoothing)];
}

const series = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 60 });

/** The definitions, written as sums over the whole series. */
const definition = {
  ema: (values: readonly number[], weight: number, at: number) => {
    const weights = values.slice(0, at + 1).map((_, place) => weight ** (at - place));
    return mean(values.slice(0, at + 1), weights);
  },
  mean: (values: readonly number[], window: number, at: number) => {
    const part = values.slice(Math.max(0, at - Math.floor(window / 2)), at + Math.ceil(window / 2));
    return mean(
      part,
      part.map(() => 1),
    );
  },
  gaussian: (values: readonly number[], sigma: number, at: number) => {
    const weight = (far: number) =>
      Math.abs(far) > Math.ceil(4 * sigma) ? 0 : Math.exp(-(far ** 2) / (2 * sigma ** 2));
    return mean(
      values,
      values.map((_, place) => weight(place - at)),
    );
  },
};

function mean(values: readonly number[], weights: readonly number[]): number {
  const sum = values.reduce((so, value, at) => so + value * (weights[at] as number), 0);
  return sum / weights.reduce((so, weight) => so + weight, 0);
}

function expectClose(found: readonly number[], wanted: readonly number[], scale: number) {
  expect(found.length).toBe(wanted.length);
  for (const [at, value] of found.entries())
    expect(Math.abs(value - (wanted[at] as number))).toBeLessThan(1e-9 * scale);
}

test("each kind is what its definition says", () => {
  fc.assert(
    fc.property(
      series,
      fc.double({ min: 0, max: 0.99, noNaN: true }),
      fc.integer({ min: 1, max: 80 }),
      fc.double({ min: 0.1, max: 9, noNaN: true }),
      (values, weight, window, sigma) => {
        const scale = Math.max(1, ...values.map(Math.abs));
        const wanted = (kind: keyof typeof definition, setting: number) =>
          values.map((_, at) => definition[kind](values, setting, at));
        expectClose(all(values, { kind: "ema", weight }), wanted("ema", weight), scale);
        expectClose(all(values, { kind: "mean", window }), wanted("mean", window), scale);
        expectClose(all(values, { kind: "gaussian", sigma }), wanted("gaussian", sigma), scale);
      },
    ),
  );
});

test("places are answered as if all were asked for", () => {
  fc.assert(
    fc.property(series, fc.array(fc.nat(59)), (values, some) => {
      const places = [...new Set(some)].filter((at) => at < values.length).sort((a, b) => a - b);
      for (const smoothing of kinds) {
        const whole = all(values, smoothing);
        expect([...smoothedAt(Float64Array.from(values), places, smoothing)]).toEqual(
          places.map((at) => whole[at]),
        );
      }
    }),
  );
});

const kinds: readonly Smoothing[] = [
  { kind: "ema", weight: 0.9 },
  { kind: "mean", window: 5 },
  { kind: "gaussian", sigma: 2 },
];

test("a constant stays what it is from its first point on", () => {
  for (const smoothing of kinds)
    for (const value of all(Array(50).fill(0.3) as number[], smoothing)) expect(value).toBeCloseTo(0.3, 14);
});

test("the least setting is the line itself, and settings out of range are bounded", () => {
  const values = [3, -1, 4, 1, -5];
  for (const weight of [0, -1, Number.NaN]) expect(all(values, { kind: "ema", weight })).toEqual(values);
  for (const window of [1, 0, Number.NaN]) expect(all(values, { kind: "mean", window })).toEqual(values);
  expect(all(values, { kind: "gaussian", sigma: 0 })).toEqual(values);
  for (const smoothing of [
    { kind: "ema", weight: 1 },
    { kind: "mean", window: 1e9 },
    { kind: "gaussian", sigma: 1e9 },
  ] as const)
    for (const value of all(values, smoothing)) expect(Number.isFinite(value)).toBe(true);
});

test("no points, no values", () => {
  for (const smoothing of kinds) expect(all([], smoothing)).toEqual([]);
});
