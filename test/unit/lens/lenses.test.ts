/** The lens line and the hovers, as text. */

import { expect, test } from "vitest";
import { hover } from "../../../src/lens/hovers.ts";
import { type LensFacts, lenses } from "../../../src/lens/lenses.ts";
import { readScript } from "../../../src/lens/trainingScript.ts";
import type { Run } from "../../../src/model/run.ts";
import { testGrammar } from "./grammar.ts";

const grammar = await testGrammar();
const script = readScript(
  grammar,
  'p.add_argument("--lr")\nfor step in steps:\n  print(f"step {step}: loss {loss} acc {acc}")\nif __name__ == "__main__":\n  config["depth"]\n',
);

const fresh: LensFacts = { path: "/w/train.py", canRun: true, runs: 0, best: null, champion: null };
const seen = { ...fresh, runs: 14, best: { metric: "val_acc", value: 0.9432109, run: "keen-heron" } };

const titles: readonly (readonly [what: string, facts: LensFacts, expected: string])[] = [
  ["never run", fresh, "▷ Run · ⚙ Run with…"],
  ["run once", { ...seen, runs: 1 }, "▷ Run · ⚙ Run with… · 1 run, val_acc 0.94321 (keen-heron)"],
  ["no metric", { ...fresh, runs: 3 }, "▷ Run · ⚙ Run with… · 3 runs"],
  [
    "champion",
    { ...seen, champion: { model: "digits", version: 4 } },
    "▷ Run · ⚙ Run with… · 14 runs, best val_acc 0.94321 (keen-heron) · champion digits v4",
  ],
  ["not trusted", { ...seen, canRun: false }, "14 runs, best val_acc 0.94321 (keen-heron)"],
];

for (const [what, facts, expected] of titles)
  test(what, () => {
    const found = lenses(script, facts);
    expect(found.map(({ title }) => title).join(" · ")).toBe(expected);
    expect(new Set(found.map(({ line }) => line))).toEqual(new Set([3]));
  });

test("names from outside are short, on one line and no icons", () => {
  const champion = { model: `$(flame)\n${"x".repeat(300)}`, version: 1 };
  const title = lenses(script, { ...fresh, champion }).at(-1)?.title ?? "";
  expect(title).toMatch(/^champion \$\u200b\(flame\) x{30}… v1$/);
});

test("a script without arguments has nothing to run it with, and a library has no lens", () => {
  const plain = readScript(grammar, 'for step in steps:\n  print(f"loss {loss}")\n');
  expect(lenses(plain, fresh).map(({ title }) => title)).toEqual(["▷ Run"]);
  expect(lenses(readScript(grammar, "x = 1"), seen)).toEqual([]);
});

test("a script whose arguments are told elsewhere can be run with some", () => {
  for (const head of ["import hydra\n", "from options import parse_args\nargs = parse_args()\n"]) {
    const read = readScript(grammar, `${head}for step in steps:\n  print(f"loss {loss}")\n`);
    expect(read.arguments).toEqual([]);
    expect(lenses(read, fresh).map(({ title }) => title)).toEqual(["▷ Run", "⚙ Run with…"]);
  }
});

test("each lens says what it is about", () => {
  const facts = { ...seen, champion: { model: "digits", version: 4 } };
  expect(lenses(script, facts).map(({ command, args }) => [command, ...args])).toEqual([
    ["runline.run", "/w/train.py"],
    ["runline.runWith", "/w/train.py"],
    ["runline.showScriptRuns", "/w/train.py"],
    ["runline.showModel", "digits"],
  ]);
});

const now = Date.UTC(2026, 0, 2);

/** A finished run that started `hours` ago. */
function run(name: string, hours: number, lr: string, values: Readonly<Record<string, number>>): Run {
  const metric = (last: number) => ({
    last,
    lastStep: 1,
    min: last,
    minStep: 1,
    max: last,
    maxStep: 1,
    count: 1,
    nan: 0,
    inf: 0,
  });
  return {
    id: name,
    name,
    experiment: "",
    state: "finished",
    reason: null,
    drained: true,
    host: "here",
    argv: [],
    cwd: "/w",
    script: "train.py",
    code: null,
    attempt: 1,
    exitCode: 0,
    signal: null,
    created: now,
    started: now - hours * 3_600_000,
    ended: now,
    asOf: now,
    note: "",
    starred: false,
    tags: {},
    parameters: { lr: { value: lr, source: "argparse" }, depth: { value: "3", source: "argparse" } },
    metrics: Object.fromEntries(Object.entries(values).map(([key, last]) => [key, metric(last)])),
    keyMetric: "val/acc",
    sparkline: [],
    findings: 0,
    directory: "",
  };
}

const runs = [
  run("late|crow", 1, "50", { loss: Number.NaN, "val/acc": 0.1 }),
  run("keen-heron", 2, "0.1", { loss: 0.2, "val/acc": 0.943 }),
  run("pale_moth", 50, "0.01", { loss: 0.31, "val/acc": 0.9 }),
];

function hoverAt(line: number, character: number, of: readonly Run[] = runs): string | null {
  return hover(script, { line, character }, { runs: of, keyMetric: "val/acc", now })?.markdown ?? null;
}

test("a metric over its runs", () => {
  expect(hoverAt(2, 24)).toBe(
    [
      "**loss** · 3 runs · ▇▁×",
      "",
      "|  | run | loss | started |",
      "| :-- | :-- | --: | :-- |",
      "|  | late\\|crow | NaN | 1 h ago |",
      "| ★ | **keen-heron** | **0.2** | **2 h ago** |",
      "|  | pale_moth | 0.31 | 2 d ago |",
      "",
    ].join("\n"),
  );
});

test("a metric under the runs' own name for it", () =>
  expect(hoverAt(2, 36)).toContain("**val/acc** · 3 runs · ▇▇▁"));

test("a printed metric of two words, as the recorder joins them", () => {
  const printing = readScript(grammar, 'print(f"val acc {a} train loss {b}")');
  const at = (character: number) =>
    hover(printing, { line: 0, character }, { runs, keyMetric: null, now })?.markdown.split(" ")[0];
  expect([at(9), at(13), at(27)]).toEqual(["**val/acc**", "**val/acc**", "**loss**"]);
});

test("a parameter with the key metric, and how that goes with it", () => {
  expect(hoverAt(0, 18)).toBe(
    [
      "**lr** · 3 runs · val/acc as lr grows ▇▇▁",
      "",
      "|  | run | lr | val/acc | started |",
      "| :-- | :-- | --: | --: | :-- |",
      "|  | late\\|crow | 50 | 0.1 | 1 h ago |",
      "| ★ | **keen-heron** | **0.1** | **0.943** | **2 h ago** |",
      "|  | pale_moth | 0.01 | 0.9 | 2 d ago |",
      "",
    ].join("\n"),
  );
});

test("a dictionary key that the runs know as a parameter", () =>
  expect(hoverAt(4, 11)).toContain("**depth** · 3 runs\n"));

test("the best of all stands below when it is older than the last ten", () => {
  const later = Array.from({ length: 12 }, (_, at) => run(`r${at}`, at, "1", { loss: 1 }));
  const rows = hoverAt(2, 24, [...later, run("old", 99, "1", { loss: 0.5 })])?.split("\n") ?? [];
  expect(rows.filter((row) => row.startsWith("|")).length).toBe(2 + 10 + 1);
  expect(rows.at(-2)).toBe("| ★ | **old** | **0.5** | **4 d ago** |");
});

test("where all came out the same, none is the best", () => {
  const same = [1, 2, 3].map((hours) => run(`r${hours}`, hours, "1", { loss: 0.5 }));
  expect(hoverAt(2, 24, same)).not.toContain("★");
  expect(hoverAt(2, 24, [run("nan", 1, "1", { loss: Number.NaN }), ...same.slice(1)])).not.toContain("★");
});

test("nothing to tell: no word, no run, no value", () => {
  expect(hoverAt(1, 0)).toBeNull();
  expect(hoverAt(2, 24, [])).toBeNull();
  expect(hoverAt(2, 24, [run("a", 1, "1", { other: 1 })])).toBeNull();
});

test("names and values from outside stay text", () => {
  const name = "[x](http://evil) <b> `c` $(flame) www.a.b a@b.c __i__";
  const text = hoverAt(0, 18, [run(name, 1, "\n| a\n# b", { loss: 1 })]) ?? "";
  expect(text).toContain(
    "| \\[x\\]\\(http\\://evil\\) \\<b\\> \\`c\\` \\$\\(flame\\) www\\.a.b a\\@b.c \\_\\_i\\_\\_ | \\| a \\# b |",
  );
});
