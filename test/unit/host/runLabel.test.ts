import { expect, test } from "vitest";
import {
  runDescription,
  runFlags,
  runSpoken,
  runTitle,
  stateIcon,
  tellingParameters,
} from "../../../src/host/runLabel.ts";
import { plain } from "../../../src/host/translate.ts";
import { type Run, runStates } from "../../../src/model/run.ts";
import { colorOfRun, runColors } from "../../../src/model/runColor.ts";
import { makeRun, metric } from "./makeRun.ts";

const started = Date.UTC(2026, 10, 21, 10);
const parameter = (value: string) => ({ value, source: "argparse" as const });

const rows: [string, Partial<Run>, readonly string[], string][] = [
  [
    "running",
    {
      state: "running",
      started,
      ended: null,
      host: "gpu-box",
      keyMetric: "loss",
      metrics: { loss: metric(0.213, 1_200) },
      parameters: { steps: parameter("5000") },
      sparkline: [7, 6, 5, 4, 3, 2, 1],
    },
    [],
    "loss 0.213 ▇▆▅▄▃▂▁ · 1.2k/5k · 3:12 min · gpu-box",
  ],
  [
    "running, and standing still",
    {
      ...{ state: "running", reason: "no progress for 12 min", started, ended: null, keyMetric: "loss" },
      metrics: { loss: metric(0.213, 1_200) },
    },
    [],
    "no progress for 12 min · loss 0.213 · 1.2k · 3:12 min",
  ],
  [
    "a step past the total tells no total",
    {
      state: "running",
      started,
      ended: null,
      metrics: { loss: metric(1, 9) },
      parameters: { steps: parameter("5") },
    },
    [],
    "9 · 3:12 min",
  ],
  [
    "queued",
    { state: "queued", started: null, ended: null, reason: "waiting for a free slot (2nd)" },
    [],
    "queued: waiting for a free slot (2nd)",
  ],
  [
    "finished",
    { keyMetric: "val_acc", metrics: { val_acc: metric(0.943) }, parameters: { lr: parameter("0.01") } },
    ["lr"],
    "val_acc 0.943 · 12:04 min  lr=0.01",
  ],
  [
    "failed",
    { state: "failed", reason: "exit 1: FileNotFoundError data/v2.csv" },
    [],
    "exit 1: FileNotFoundError data/v2.csv · 12:04 min",
  ],
  ["canceled", { state: "cancelled" }, [], "canceled · 12:04 min"],
  ["diverged", { keyMetric: "loss", metrics: { loss: metric(Number.NaN) } }, [], "loss NaN · 12:04 min"],
  [
    "diverged behind a sound key metric",
    {
      keyMetric: "val_acc",
      metrics: { val_acc: metric(0.1224), lr: metric(Number.NaN), "train/loss": metric(Number.NaN) },
      parameters: { lr: parameter("50") },
    },
    ["lr"],
    "val_acc 0.1224 · train/loss NaN · 12:04 min  lr=50",
  ],
  [
    "an error with its number",
    { state: "failed", reason: "exit 1: FileNotFoundError: [Errno 2] No such file or directory: 'v2.csv'" },
    [],
    "exit 1: FileNotFoundError: No such file or directory: 'v2.csv' · 12:04 min",
  ],
  ["lost without a reason", { state: "lost" }, [], "lost · 12:04 min"],
];

test.each(rows)("description: %s", (_name, given, telling, expected) => {
  expect(
    runDescription(
      makeRun(given),
      started + 192_000,
      { parameters: telling, hosts: given.host !== undefined },
      plain,
    ),
  ).toBe(expected);
});

test("a search says of how many runs it is made", () => {
  const described = (parts: number) =>
    runDescription(makeRun({}), started + 192_000, { parameters: [], hosts: false, parts }, plain);
  expect(described(1)).toBe("12:04 min · 1 child run");
  expect(described(1_200)).toBe("12:04 min · 1.2k child runs");
});

test("a name of 300 characters and a value of 4 kB stay short", () => {
  const run = makeRun({ name: "x".repeat(300), parameters: { config: parameter("{".repeat(4_096)) } });
  expect(runTitle(run)).toHaveLength(80);
  expect(runDescription(run, started, { parameters: ["config"], hosts: true }, plain).length).toBeLessThan(
    120,
  );
});

test("flags for menus", () => {
  expect(runFlags(makeRun({ state: "running" }))).toBe("run.active.running.plain.own");
  expect(runFlags(makeRun({ state: "failed", starred: true }))).toBe("run.ended.failed.starred.own");
  expect(runFlags(makeRun({ argv: [] }))).toBe("run.ended.finished.plain.told");
  expect(runFlags(makeRun({ argv: [], host: "mlflow:5000" }))).toBe("run.ended.finished.plain.there");
});

test("spoken text says state and star in words", () => {
  expect(runSpoken(makeRun({ starred: true }), started, plain)).toBe(
    "keen-heron, starred, finished, 12:04 min",
  );
});

test("parameters that tell runs apart: those that vary, most varied first, never long ones", () => {
  const run = (lr: string, depth: string, blob: string) =>
    makeRun({
      parameters: { lr: parameter(lr), depth: parameter(depth), seed: parameter("0"), blob: parameter(blob) },
    });
  const runs = [
    run("0.1", "3", "a".repeat(90)),
    run("0.2", "3", "b".repeat(90)),
    run("0.3", "5", "c".repeat(90)),
  ];
  expect(tellingParameters(runs)).toEqual(["lr", "depth"]);
  expect(tellingParameters(runs.slice(0, 1))).toEqual([]);
});

test("a run that is going has the color of its lines", () => {
  const colors = ["a", "b", "c"].map((id) => stateIcon({ id, state: "running", reason: null })[1]);
  expect(colors).toEqual(["a", "b", "c"].map((id) => runColors[colorOfRun(id)]?.id));
  expect(colors[0]).toMatch(/^runline\.run\d+$/);
});

test("a run that stands still has a shape of its own, as long as it lives", () => {
  const reason = "no progress for 12 min";
  const shapes = runStates.map((state) => stateIcon({ id: "a", state, reason: null })[0]);
  expect(new Set(shapes).size).toBe(shapes.length);
  expect(shapes).not.toContain(stateIcon({ id: "a", state: "running", reason })[0]);
  expect(stateIcon({ id: "a", state: "failed", reason })).toEqual(
    stateIcon({ id: "b", state: "failed", reason: null }),
  );
});
