import { expect, test } from "vitest";
import { TerminalText, terminalLines } from "../../../src/model/terminalText.ts";

const e = String.fromCharCode(27);

test.each([
  ["a\nb\n", ["a", "b"], ["a", "b"]],
  ["a\r\nb\r\n", ["a", "b"], ["a", "b"]],
  ["", [], []],
  ["no end", ["no end"], ["no end"]],
  ["\n\nx\n", ["", "", "x"], ["", "", "x"]],
  ["10%\r50%\r100%\ndone\n", ["100%", "done"], ["10%", "50%", "100%", "done"]],
  ["\r 0%|  |\r 9%|# |\r\n", [" 9%|# |"], [" 0%|  |", " 9%|# |"]],
  ["keeps its last form\r", ["keeps its last form"], ["keeps its last form"]],
  [`bar\r${e}[Knext\n`, ["next"], ["bar", `next`]],
  [
    `outer 1\n\rinner 1\rinner 2${e}[A\router 2\n\n`,
    ["outer 2", "inner 2"],
    ["outer 1", "inner 1", "inner 2", "outer 2", ""],
  ],
])("%j", (text, collapsed, all) => {
  expect(terminalLines(text, true)).toEqual(collapsed);
  expect(terminalLines(text, false)).toEqual(all);
});

test("cut anywhere, the same lines come out", () => {
  const text = `start\n\r 0%\r 50%\r100%\nouter\n\rinner${e}[A\router again\n\nend`;
  const whole = terminalLines(text, true);
  for (let cut = 1; cut < text.length; cut++) {
    // A sequence that is cut in two is the one thing a second write can't repair.
    if (text.slice(0, cut).endsWith(e) || text.slice(0, cut).endsWith(`${e}[`)) continue;
    const terminal = new TerminalText(true);
    terminal.write(text.slice(0, cut));
    terminal.write(text.slice(cut));
    expect(terminal.rows).toEqual(whole);
  }
});

test("moving up never leaves the text, however far it is asked to", () => {
  expect(terminalLines(`a\n${e}[999999999Ab\n`, true)).toEqual(["b"]);
});
