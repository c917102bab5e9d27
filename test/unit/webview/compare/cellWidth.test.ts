import { expect, test } from "vitest";
import { lazyWidth, roomAfter } from "../../../../webview/compare/cellWidth.ts";

test.each([
  [["0.94125", "0.9357", "12"], { longest: 8, decimals: 5 }],
  [["3", "12"], { longest: 2, decimals: 0 }],
  [["1.5e-7", "NaN", "0.5"], { longest: 6, decimals: 1 }],
  [["−0.5", "adam"], { longest: 4, decimals: 1 }],
  [[], { longest: 0, decimals: 0 }],
] as const)("%j", (texts, expected) => {
  expect(lazyWidth(() => texts)()).toEqual(expected);
});

test("points stand below each other, and what is no plain number is left where it is", () => {
  const texts = ["0.94125", "0.9357", "12", "1.5e-7", "3 min", "NaN"];
  const { decimals } = lazyWidth(() => texts)();
  expect(texts.map((text) => roomAfter(text, decimals))).toEqual([0, 1, 6, 0, 0, 0]);
});

test("measured once, and only when asked", () => {
  let measured = 0;
  const width = lazyWidth(() => {
    measured++;
    return ["0.5"];
  });
  expect(measured).toBe(0);
  expect([width(), width()]).toEqual([
    { longest: 3, decimals: 1 },
    { longest: 3, decimals: 1 },
  ]);
  expect(measured).toBe(1);
});
