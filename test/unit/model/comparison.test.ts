import { describe, expect, it } from "vitest";
import { compareRuns, numberOf, onlyDifferences } from "../../../src/model/comparison.ts";
import type { MetricSummary, Run } from "../../../src/model/run.ts";

function metric(last: number): MetricSummary {
  return { last, lastStep: 0, min: last, minStep: 0, max: last, maxStep: 0, count: 1, nan: 0, inf: 0 };
}

interface Given {
  readonly parameters?: Readonly<Record<string, string>>;
  readonly metrics?: Readonly<Record<string, number>>;
  readonly tags?: Readonly<Record<string, string>>;
  readonly tree?: string;
}

function run({ parameters = {}, metrics = {}, tags = {}, tree }: Given): Run {
  return {
    id: "0".repeat(32),
    name: "brave-otter",
    experiment: "digits",
    state: "finished",
    reason: null,
    drained: true,
    host: "here",
    argv: [],
    cwd: "/w",
    script: "train.py",
    code:
      tree === undefined
        ? null
        : {
            kind: "git",
            id: "c",
            tree,
            head: null,
            branch: null,
            remote: null,
            changed: [],
            changed_count: 0,
            skipped: [],
          },
    attempt: 1,
    exitCode: 0,
    signal: null,
    created: 0,
    started: 0,
    ended: 1,
    asOf: 1,
    note: "",
    starred: false,
    tags,
    parameters: Object.fromEntries(
      Object.entries(parameters).map(([key, value]) => [key, { value, source: "argparse" }]),
    ),
    metrics: Object.fromEntries(Object.entries(metrics).map(([key, last]) => [key, metric(last)])),
    keyMetric: null,
    sparkline: [],
    findings: 0,
    directory: "/w/.runline/runs/0",
  };
}

function differing(...given: Given[]): string[] {
  return onlyDifferences(compareRuns(given.map(run))).columns.map(({ kind, key }) => `${kind} ${key}`);
}

describe("comparison", () => {
  it.each<[string, Given, Given, string[]]>([
    ["equal numbers written differently", { parameters: { lr: "0.01" } }, { parameters: { lr: "1e-2" } }, []],
    ["trailing zeros", { parameters: { lr: "1" } }, { parameters: { lr: "1.0" } }, []],
    ["different numbers", { parameters: { lr: "0.1" } }, { parameters: { lr: "0.2" } }, ["parameter lr"]],
    ["missing is not equal", { parameters: { lr: "0.1" } }, {}, ["parameter lr"]],
    ["missing is not the empty text", { parameters: { note: "" } }, {}, ["parameter note"]],
    ["leading zeros are text", { parameters: { id: "007" } }, { parameters: { id: "7" } }, ["parameter id"]],
    [
      "numbers too big for a double stay apart",
      { parameters: { seed: "9007199254740993" } },
      { parameters: { seed: "9007199254740992" } },
      ["parameter seed"],
    ],
    ["NaN is NaN", { metrics: { loss: Number.NaN } }, { metrics: { loss: Number.NaN } }, []],
    ["NaN is no number", { metrics: { loss: Number.NaN } }, { metrics: { loss: 1 } }, ["metric loss"]],
    ["zero is zero", { metrics: { loss: 0 } }, { metrics: { loss: -0 } }, []],
    ["case of text counts", { tags: { a: "True" } }, { tags: { a: "true" } }, ["tag a"]],
    ["the same tree is the same code", { tree: "t1" }, { tree: "t1" }, []],
    ["another tree is other code", { tree: "t1" }, { tree: "t2" }, ["fact code"]],
  ])("%s", (_, left, right, expected) => expect(differing(left, right)).toEqual(expected));

  it("keeps the order of the runs and sorts the columns by kind and name", () => {
    const { columns } = compareRuns([
      run({ parameters: { b: "1", a: "x" }, metrics: { loss: 2 } }),
      run({ metrics: { loss: 1, acc: 0.5 } }),
    ]);
    expect(columns.map(({ kind, key }) => `${kind} ${key}`)).toEqual([
      "metric acc",
      "metric loss",
      "parameter a",
      "parameter b",
      "fact state",
      "fact script",
      "fact experiment",
      "fact host",
    ]);
    expect(columns[1]?.cells.map((cell) => cell?.number)).toEqual([2, 1]);
    expect(columns[0]?.cells[0]).toBeNull();
    expect(columns[2]?.numeric).toBe(false);
    expect(columns[3]?.numeric).toBe(true);
  });

  it("shows all columns of a single run", () => {
    expect(differing({ parameters: { lr: "1" } })).toContain("parameter lr");
  });

  it("is not misled by names of Object.prototype", () => {
    expect(differing({ parameters: { constructor: "1" } }, {})).toEqual(["parameter constructor"]);
    expect(differing({ metrics: { __proto__x: 1 } }, {})).toEqual(["metric __proto__x"]);
  });

  it.each([
    ["1", 1],
    ["-1.5e-3", -0.0015],
    [".5", 0.5],
    [" 2 ", 2],
    ["", null],
    ["1e999", null],
    ["0x10", null],
    ["1_000", null],
    ["nan", null],
    ["1,5", null],
  ])("numberOf %j", (text, expected) => expect(numberOf(text)).toBe(expected));
});
