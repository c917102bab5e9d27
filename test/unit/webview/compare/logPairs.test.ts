import fc from "fast-check";
import { expect, test } from "vitest";
import { logLines, logPairs } from "../../../../webview/compare/logPairs.ts";

const shown = (left: readonly string[], right: readonly string[]) =>
  logPairs(left, right).map((pair) =>
    [left[pair.left] ?? "", right[pair.right] ?? "", pair.same ? "" : "≠"].join("|"),
  );

test("lines that say the same but for their numbers stand opposite each other", () => {
  const left = ["start", "step 1 loss 0.5", "step 2 loss 0.4", "done"];
  const right = ["start", "a warning", "step 1 loss 0.6", "step 2 loss 0.4", "done"];
  expect(shown(left, right)).toEqual([
    "start|start|",
    "|a warning|≠",
    "step 1 loss 0.5|step 1 loss 0.6|≠",
    "step 2 loss 0.4|step 2 loss 0.4|",
    "done|done|",
  ]);
});

test("a line that stands where another stood is opposite it", () => {
  expect(shown(["a", "old words", "z"], ["a", "new text", "z"])).toEqual([
    "a|a|",
    "old words|new text|≠",
    "z|z|",
  ]);
  expect(shown([], ["only"])).toEqual(["|only|≠"]);
  expect(shown([], [])).toEqual([]);
});

test("every line of both logs is there once, in its order, whatever they hold", () => {
  const log = fc.array(fc.constantFrom("a", "b", "c", "step 1", "step 2"), { maxLength: 12 });
  fc.assert(
    fc.property(log, log, (left, right) => {
      const pairs = logPairs(left, right);
      expect(pairs.map((pair) => pair.left).filter((at) => at >= 0)).toEqual([...left.keys()]);
      expect(pairs.map((pair) => pair.right).filter((at) => at >= 0)).toEqual([...right.keys()]);
      for (const pair of pairs)
        expect(pair.same).toBe(pair.left >= 0 && pair.right >= 0 && left[pair.left] === right[pair.right]);
    }),
  );
});

test("logs with nothing in common stand line by line", () => {
  const left = Array.from({ length: 2_000 }, (_, at) => `${"x".repeat(at % 97)} left`);
  const right = Array.from({ length: 1_500 }, (_, at) => `${"y".repeat(at % 89)} right`);
  const pairs = logPairs(left, right);
  expect(pairs).toHaveLength(2_000);
  expect(pairs[7]).toEqual({ left: 7, right: 7, same: false });
});

test("a log is read as a person reads it: the last form of a bar, without colors", () => {
  const text = "\u001b[32mok\u001b[0m\n10%\r50%\r100%\nend\n";
  expect(logLines(new TextEncoder().encode(text))).toEqual(["ok", "100%", "end"]);
});
