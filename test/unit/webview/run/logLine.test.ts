import { expect, test } from "vitest";
import { logPieces, longestLine } from "../../../../webview/run/logLine.ts";
import { sourceLinks } from "../../../../webview/run/tracebacks.ts";

test.each([
  ['  File "/home/a b/train.py", line 58, in <module>', [["/home/a b/train.py", 58]]],
  ['File "<stdin>", line 1', []],
  ["tests/test_a.py:12: AssertionError", [["tests/test_a.py", 12]]],
  ["C:\\work\\train.py:7 UserWarning", [["C:\\work\\train.py", 7]]],
  [
    "see a.py:1 and b.py:22",
    [
      ["a.py", 1],
      ["b.py", 22],
    ],
  ],
  ["train.py: no line", []],
  ["loss.pyx:3", []],
  ["step 3: loss 0.1", []],
] as const)("links in %j", (line, links) => {
  expect(sourceLinks(line).map((link) => [link.path, link.line])).toEqual(links);
});

test("a link and a match across a change of colour are cut where the style changes", () => {
  const e = String.fromCharCode(27);
  const pieces = logPieces(`x ${e}[31mtrain.py:${e}[0m12 end`, "py:1");
  expect(
    pieces.map((piece) => [piece.text, piece.link?.line ?? 0, piece.marked, piece.style.foreground]),
  ).toEqual([
    ["x ", 0, false, null],
    ["train.", 12, false, 1],
    ["py:", 12, true, 1],
    ["1", 12, true, null],
    ["2", 12, false, null],
    [" end", 0, false, null],
  ]);
});

test("the pieces of a line are its text, up to the longest that is shown", () => {
  const line = `<script>${"ab".repeat(longestLine)}`;
  const text = logPieces(line, "ABA")
    .map((piece) => piece.text)
    .join("");
  expect(text).toBe(line.slice(0, longestLine));
});

test("a long line without links is quick to look through", () => {
  expect(sourceLinks(`${"a/".repeat(2400)}.py:x .py:1`)).toEqual([]);
});
