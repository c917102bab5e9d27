import { expect, test } from "vitest";
import { rowHeight, seenRows } from "../../../../webview/compare/gridLayout.ts";

const height = 10 * rowHeight;

test.each([
  ["the first rows", 0, 100, 0, { first: 0, end: 10 }],
  ["half a row at both ends", 5.5 * rowHeight, 100, 0, { first: 5, end: 16 }],
  ["some to spare", 50 * rowHeight, 100, 12, { first: 38, end: 72 }],
  ["none beyond the ends", 0, 12, 12, { first: 0, end: 12 }],
  ["the last rows, when most have just gone", 500 * rowHeight, 12, 0, { first: 2, end: 12 }],
  ["fewer than there is room for", 500 * rowHeight, 3, 0, { first: 0, end: 3 }],
  ["none", 500 * rowHeight, 0, 12, { first: 0, end: 0 }],
] as const)("%s", (_what, scrolled, count, spare, seen) => {
  expect(seenRows(scrolled, height, count, spare)).toEqual(seen);
});
