import { expect, test } from "vitest";
import { forestImportance } from "../../../src/model/forest.ts";
import { parameterImportance } from "../../../src/model/importance.ts";
import { comparedRun } from "../webview/compare/runs.ts";

const sweep = (count: number, accuracy: (index: number) => number) =>
  Array.from({ length: count }, (_, index) =>
    comparedRun(
      `run-${index}`,
      { acc: accuracy(index) },
      {
        lr: String(10 ** -(1 + (index % 5))),
        noise: String((index * 7919) % 13),
        optimizer: index % 2 === 0 ? "adam" : "sgd",
        fixed: "32",
      },
    ),
  );

test("the parameter that decides is first, with its sign; what is constant is left out", () => {
  const result = parameterImportance(
    sweep(60, (index) => index % 5),
    "acc",
  );
  expect(result.runs).toBe(60);
  expect(result.explained).toBeGreaterThan(0.8);
  expect(result.parameters.map((parameter) => parameter.key).sort()).toEqual(["lr", "noise", "optimizer"]);
  expect(result.parameters[0]?.key).toBe("lr");
  expect(result.parameters[0]?.importance).toBeGreaterThan(0.9);
  expect(result.parameters[0]?.correlation).toBeCloseTo(-1, 6);
  expect(result.parameters.find((parameter) => parameter.key === "optimizer")?.correlation).toBeNull();
});

test("the same runs give the same answer", () => {
  const runs = sweep(40, (index) => Math.sin(index));
  expect(parameterImportance(runs, "acc")).toEqual(parameterImportance(runs, "acc"));
});

test("too few runs, a metric that none has, NaN and a constant metric claim nothing", () => {
  expect(
    parameterImportance(
      sweep(5, (index) => index),
      "acc",
    ),
  ).toMatchObject({ runs: 5, parameters: [] });
  expect(
    parameterImportance(
      sweep(40, (index) => index),
      "loss",
    ),
  ).toMatchObject({ runs: 0, parameters: [] });
  expect(
    parameterImportance(
      sweep(40, () => Number.NaN),
      "acc",
    ).runs,
  ).toBe(0);
  const constant = parameterImportance(
    sweep(40, () => 1),
    "acc",
  );
  expect(constant.explained).toBe(0);
  expect(constant.parameters.every((parameter) => parameter.importance === 0)).toBe(true);
});

test("a metric that depends on two features together needs both", () => {
  const rows = Array.from({ length: 200 }, (_, index) => [index % 2, Math.floor(index / 2) % 2, index % 7]);
  const target = rows.map(([a = 0, b = 0]) => (a === b ? 1 : 0));
  const { importance, explained } = forestImportance(rows, target);
  expect(explained).toBeGreaterThan(0.5);
  expect(importance[0]).toBeGreaterThan(10 * (importance[2] ?? 1));
  expect(importance[1]).toBeGreaterThan(10 * (importance[2] ?? 1));
});
