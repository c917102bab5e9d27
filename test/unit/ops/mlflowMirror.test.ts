/** Runs of a team's server beside one's own: what a person deleted, and what is too long to be read. */

import { expect, test } from "vitest";
import { localCompute } from "../../../src/compute/local/local.ts";
import { noteOf } from "../../../src/model/clientTags.ts";
import type { RunEdit } from "../../../src/model/run.ts";
import { createClientRun } from "../../../src/ops/clientRun.ts";
import { editRun } from "../../../src/ops/editRun.ts";
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
  ...{ started: 1_000, ended: 2_000, artifacts: "", parameters: [], tags: [], metrics: [], inputs: [] },
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

test("name and tags are given where the run is kept; note and star are the person's own", async () => {
  await using stack = await importStack();
  const parts = partsOf(stack);
  const tags = [["mlflow.note.content", "theirs"]] as const;
  await mirrorRuns(server, [theirs(1, { tags })], parts);
  const change = (edit: RunEdit) => editRun(runId(1), edit, stack.store);
  await expect(change({ name: "mine" })).rejects.toMatchObject({ failure: { code: "runElsewhere" } });
  await expect(change({ tags: { mine: "" } })).rejects.toMatchObject({ failure: { code: "runElsewhere" } });
  expect(noteOf(await change({ note: "mine", starred: true }))).toBe("mine");
  expect(await mirrorRuns(server, [theirs(1, { tags })], parts)).toBe(0);
  expect(noteOf(await change({ note: "" }))).toBe("theirs");
});

test("the note on a run that a client has logged here is one, for the client and for the person", async () => {
  await using stack = await importStack();
  const tags = [["mlflow.note.content", "as logged"]] as const;
  const ask = { name: "logged", user: "ana", experiment: "first", started: 1_000, tags, parent: null };
  const id = await createClientRun(ask, partsOf(stack));
  const written = await editRun(id, { note: "by hand" }, stack.store);
  expect(written.tags).toMatchObject({ "mlflow.note.content": "by hand" });
  expect(noteOf(await editRun(id, { note: "" }, stack.store))).toBe("");
});

test("data sets that a script declares become what its run was made from, once", async () => {
  await using stack = await importStack();
  const parts = partsOf(stack);
  const input = (name: string) => ({
    ...{ name, digest: `${name}-1`, sourceType: "local", source: `${name}.csv`, schema: null, profile: null },
    tags: { "mlflow.data.context": "training" },
  });
  const made = async () =>
    (await stack.store.lineage.walk(`run:${runId(1)}`, "upstream")).nodes.map(({ label }) => label).sort();
  await mirrorRuns(server, [theirs(1, { status: "running", ended: null, inputs: [input("iris")] })], parts);
  expect((await made()).filter((label) => label.includes("iris"))).toHaveLength(1);
  const ended = theirs(1, { inputs: [input("iris"), input("wine")] });
  for (let again = 0; again < 2; again++) await mirrorRuns(server, [ended], parts);
  const known = (await stack.store.trackedRuns.get(runId(1)))?.inputs.map(({ name }) => name);
  expect(known).toEqual(["iris", "wine"]);
  expect((await made()).filter((label) => /iris|wine/.test(label))).toHaveLength(2);
});
