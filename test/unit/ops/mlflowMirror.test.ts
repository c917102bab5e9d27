/** Runs of a team's server beside one's own: what a person deleted, and what is too long to be read. */

import { expect, test } from "vitest";
import { localCompute } from "../../../src/compute/local/local.ts";
import { layoutOf } from "../../../src/ops/layout.ts";
import { mirrorHistory, mirrorRuns } from "../../../src/ops/mlflowMirror.ts";
import type { TeamRun } from "../../../src/ops/mlflowTeam.ts";
import { type ImportStack, importStack, pointsOf, runId } from "./importStack.ts";

const server = { name: "mlflow.example.com" };

function partsOf({ store, folder }: ImportStack) {
  const compute = localCompute("recorder");
  return { store, workspace: folder, runs: layoutOf(folder).runs, clock: Date.now, compute };
}

const theirs = (number: number, change: Partial<TeamRun> = {}): TeamRun => ({
  ...{ id: runId(number), name: `run ${number}`, experiment: "first", user: "ana", status: "finished" },
  ...{ started: 1_000, ended: 2_000, artifacts: "", parameters: [], tags: [], metrics: [] },
  ...change,
});

test("what a person deleted is not read from the server again", async () => {
  await using stack = await importStack();
  const parts = partsOf(stack);
  const runs = [theirs(1), theirs(2)];
  expect(await mirrorRuns(server, runs, parts)).toBe(2);
  await stack.purge([runId(1)]);
  expect(await mirrorRuns(server, runs, parts)).toBe(0);
  expect((await stack.store.runs.list({})).map(({ name }) => name)).toEqual(["run 2"]);
});

test("a metric that is cut is said once, however often it is read", async () => {
  await using stack = await importStack();
  const parts = partsOf(stack);
  const points = [3, 2, 1].map((value, step) => ({ key: "loss", value, step, time: 1_000 + step }));
  await mirrorRuns(server, [theirs(1, { metrics: points.slice(2) })], parts);
  const reader = { ...server, history: async () => ({ points, cut: true }) };
  for (let again = 0; again < 3; again++) {
    const [run] = await stack.store.runs.list({});
    if (run !== undefined) await mirrorHistory(run, reader, parts, ["loss"]);
  }
  expect(await stack.store.runs.findings(runId(1))).toMatchObject([
    {
      code: "team.cut",
      text: "loss has more than 1,000,000 points on mlflow.example.com. The first 1,000,000 were read.",
    },
  ]);
  expect((await pointsOf(stack.store, runId(1), "loss")).map(([step]) => step).sort()).toEqual([0, 1, 2]);
});
