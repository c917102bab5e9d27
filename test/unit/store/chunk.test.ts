import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { encodeChunk, openChunk, type Points } from "../../../src/store/chunk.ts";

function roundTrip({ steps, times, values }: Points): Points {
  const bytes = encodeChunk({ steps, times, values });
  // A driver may hand out any place of a larger buffer.
  const shifted = new Uint8Array(bytes.length + 3).fill(1);
  shifted.set(bytes, 3);
  const chunk = openChunk(shifted.subarray(3));
  if (chunk === null) throw new Error("not a chunk");
  return { steps: chunk.steps(), times: chunk.times(), values: chunk.values() };
}

const axis = fc.oneof(
  fc.array(fc.integer({ min: 0, max: 400 })),
  fc.array(fc.integer({ min: -70_000, max: 1e12 })),
  fc.array(fc.double({ noNaN: true, noDefaultInfinity: true })),
  fc
    .tuple(fc.integer(), fc.integer(), fc.nat(50))
    .map(([base, stride, n]) => Array.from({ length: n }, (_, at) => base + at * stride)),
  fc.array(fc.maxSafeInteger()),
);
const values = fc.oneof(
  fc.array(fc.double()),
  fc.array(fc.float()),
  fc.array(fc.integer({ min: -400_000, max: 400_000 }).map((integer) => integer / 1000)),
  fc.array(fc.constantFrom(0, -0, 0.5, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY)),
  fc.array(fc.constantFrom(32_764, 32_765, -32_765, -32_766, 32_767, 2_147_483_644, -2_147_483_645, 0.25)),
);

test("gives back exactly what was put in", () => {
  fc.assert(
    fc.property(axis, axis, values, (steps, times, numbers) => {
      const count = Math.min(steps.length, times.length, numbers.length);
      const points = {
        steps: Float64Array.from(steps.slice(0, count)),
        times: Float64Array.from(times.slice(0, count)),
        values: Float64Array.from(numbers.slice(0, count)),
      };
      expect(roundTrip(points)).toStrictEqual(points);
    }),
    { numRuns: 2000 },
  );
});

describe("takes few bytes for what training logs", () => {
  const count = 4096;
  const steps = Float64Array.from({ length: count }, (_, at) => at);
  const seconds = Float64Array.from({ length: count }, (_, at) => 1_700_000_000_000 + at * 37 + (at % 5));
  const noise = (at: number) => Math.abs(Math.sin(at * 12.9898) * 43758.5453) % 1;
  const cases: readonly (readonly [string, (at: number) => number, number])[] = [
    ["a constant", () => 0.01, 1.1],
    ["three decimals, as printed", (at) => Math.round(noise(at) * 1000) / 1000, 3.1],
    ["six decimals, as printed", (at) => Math.round(noise(at) * 1e6) / 1e6, 5.1],
    ["single precision", (at) => Math.fround(noise(at)), 5.1],
    ["double precision", (at) => noise(at), 9.1],
  ];
  test.each(cases)("%s", (_, value, most) => {
    const bytes = encodeChunk({ steps, times: seconds, values: Float64Array.from(steps, value) });
    expect(bytes.length / count).toBeLessThan(most);
  });
});

test.each([
  ["nothing", new Uint8Array(0)],
  ["another version", new Uint8Array(48).fill(9)],
  ["an unknown layout", Uint8Array.from({ length: 48 }, (_, at) => (at === 0 ? 1 : at === 1 ? 99 : 0))],
  [
    "a cut",
    encodeChunk({
      steps: Float64Array.of(1, 5, 6),
      times: Float64Array.of(0, 0, 0),
      values: Float64Array.of(0.1, 0.22, 1 / 3),
    }).subarray(0, 60),
  ],
])("refuses bytes that are no chunk: %s", (_, bytes) => {
  expect(openChunk(bytes)).toBeNull();
});
