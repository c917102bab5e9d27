import { expect, test } from "vitest";
import {
  clockText,
  paddedRange,
  shortStep,
  valueTicks,
  xText,
  xTicks,
} from "../../../../webview/shared/axis.ts";

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;

test.each([
  [0, 1000, "step", 5, [0, 200, 400, 600, 800, 1000]],
  [0, 3, "step", 8, [0, 1, 2, 3]],
  [17, 17, "step", 5, [17]],
  [950, 1050, "step", 2, [950, 1000, 1050]],
  [0, 3.5 * minute, "relative", 4, [0, minute, 2 * minute, 3 * minute]],
  [0, 50 * hour, "relative", 5, [0, 12 * hour, 24 * hour, 36 * hour, 48 * hour]],
] as const)("ticks from %d to %d by %s", (min, max, axis, count, ticks) => {
  expect(xTicks(min, max, axis, count)).toEqual(ticks);
});

test.each([
  [{ min: 0, max: 1 }, false, [0, 0.2, 0.4, 0.6, 0.8, 1]],
  [{ min: 1e-4, max: 1e4 }, true, [1e-4, 0.01, 1, 100, 1e4]],
  [{ min: 1, max: 50 }, true, [1, 3, 10, 30]],
  [{ min: 2, max: 9 }, true, [2, 4, 6, 8]],
])("value ticks of %j", (range, logarithmic, ticks) => {
  expect(valueTicks(range, logarithmic)).toEqual(ticks.map((tick) => expect.closeTo(tick, 10)));
});

test("sizes stand at round multiples of their unit", () => {
  const gigabyte = 1024 ** 3;
  expect(valueTicks({ min: 0, max: 3 * gigabyte }, false, 3, gigabyte)).toEqual(
    [0, 1, 2, 3].map((many) => many * gigabyte),
  );
});

test("a constant series lies in the middle", () => {
  expect(paddedRange({ min: 5, max: 5 }, false)).toEqual({ min: 4.5, max: 5.5 });
  expect(paddedRange({ min: 0, max: 0 }, false)).toEqual({ min: -0.5, max: 0.5 });
  expect(paddedRange(null, true)).toEqual({ min: 0.1, max: 10 });
});

test.each([
  [0, "0 s"],
  [250, "0.25 s"],
  [7 * second, "7 s"],
  [12 * second, "0:12"],
  [12 * minute + 4 * second, "12:04"],
  [hour + 12 * minute + 4 * second, "1:12:04"],
  [76 * hour, "3 d 04:00"],
  [-2 * minute, "−2:00"],
])("clock %d", (ms, text) => {
  expect(clockText(ms)).toBe(text);
});

test("steps are short on ticks and exact in words", () => {
  expect([950, 12_000, 1_250_000, 0.5].map(shortStep)).toEqual(["950", "12k", "1.25M", "0.5"]);
  expect(xText(1_250_000, "step")).toBe("step 1,250,000");
});
