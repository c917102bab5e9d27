import { expect, test } from "vitest";
import { runFits } from "../../../src/host/runsFilter.ts";
import { makeRun } from "./makeRun.ts";

const run = makeRun({
  state: "cancelled",
  starred: true,
  note: "Wrong split",
  tags: { baseline: "", dataset: "v2" },
  parameters: { lr: { value: "0.01", source: "argparse" } },
});

test.each<[string, boolean]>([
  ["", true],
  ["HERON", true],
  ["heron otter", false],
  ["heron split digits", true],
  ["lr=0.01", true],
  ["lr=0.0", false],
  ["lr=", true],
  ["dataset=v2", true],
  ["baseline", true],
  ["is:canceled", true],
  ["is:cancelled is:starred", true],
  ["is:failed", false],
  ["train.py", true],
])("%j", (text, expected) => {
  expect(runFits(run, text)).toBe(expected);
});
