import { appendFile, mkdir, readFile, rename, stat, writeFile } from "node:fs/promises";
import * as path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Run } from "../../../src/model/run.ts";
import { catchUp } from "../../../src/ops/catchUp.ts";
import { type Change, coalescedChanges } from "../../../src/ops/changes.ts";
import { createClientRun, reportStatus } from "../../../src/ops/clientRun.ts";
import { type Follower, follow } from "../../../src/ops/follow.ts";
import { openSqliteStore } from "../../../src/store/sqlite/open.ts";
import { openStack, type Stack, until } from "../../faults/stack.ts";

let stack: Stack;
let follower: Follower | null;
let changes: Change[];
let ended: Run[];

beforeEach(async () => {
  stack = await openStack();
  follower = null;
  changes = [];
  ended = [];
});
afterEach(async () => {
  await follower?.close();
  await stack.close();
});

function begin(): Follower {
  const { store, compute, layout } = stack;
  follower = follow({
    ...{ store, compute, layout, clock: Date.now },
    changed: (change) => changes.push(change),
    ended: (run) => ended.push(run),
    failed: (thrown) => {
      throw thrown;
    },
  });
  return follower;
}

const kindsOf = (id: string) =>
  new Set(changes.filter(({ runIds }) => runIds.includes(id)).flatMap(({ kinds }) => kinds));

test("a run is told while it goes and once when it ends", async () => {
  const following = begin();
  const { id } = await stack.start("train.py", ["--steps", "20", "--until", "seen"]);
  following.poke();
  await until("points before the end", async () => {
    const run = await stack.store.runs.get(id);
    return run?.state === "running" && run.metrics.loss !== undefined;
  });
  await writeFile(path.join(stack.workspace, "seen"), "");
  await until("the end", async () => ended.length > 0);
  expect(ended.map(({ id: which, state }) => [which, state])).toEqual([[id, "finished"]]);
  expect([...kindsOf(id)]).toEqual(expect.arrayContaining(["runs", "metrics", "logs"]));
  const seen = changes.map(({ revision }) => revision);
  expect(seen).toEqual(seen.toSorted((a, b) => a - b));
});

test("a run that ended before is taken in and not told as ended", async () => {
  const { id } = await stack.start("train.py", ["--steps", "5"]);
  const exit = path.join(stack.layout.runs, id);
  await until("its end", async () => (await stack.compute.observe([exit]))[0]?.exit);
  await begin().looked();
  expect(await stack.store.runs.get(id)).toMatchObject({ state: "finished", drained: true });
  expect(ended).toEqual([]);
});

test("a run that another program launched is found by its directory", async () => {
  const other = await openStack();
  try {
    const { id } = await other.start("train.py", ["--steps", "5"]);
    await other.ended(id);
    await begin().looked();
    await rename(path.join(other.layout.runs, id), path.join(stack.layout.runs, id));
    const run = await until("its row", () => stack.store.runs.get(id));
    expect(run).toMatchObject({ script: "train.py", experiment: "work space" });
    await until("its end", async () => (await stack.store.runs.get(id))?.drained);
    expect((await stack.store.runs.get(id))?.metrics.loss?.count).toBe(5);
  } finally {
    await other.close();
  }
});

test("runs of a workspace that was moved are found where they are now", async () => {
  const { id } = await stack.start("train.py", ["--steps", "1"]);
  await stack.ended(id);
  await stack.unfollow();
  const runs = path.join(stack.workspace, "elsewhere");
  await rename(stack.layout.runs, runs);
  const { store, compute, layout } = stack;
  await catchUp({ store, compute, layout: { ...layout, runs }, clock: Date.now });
  expect(await store.runs.get(id)).toMatchObject({ directory: path.join(runs, id), state: "finished" });
});

test("what is no run, and a launch that never came to its claim, are left alone", async () => {
  const id = "0190b0e0a5f07c3e8d1a2b3c4d5e6f70";
  await mkdir(path.join(stack.layout.runs, id));
  await writeFile(path.join(stack.layout.runs, id, "spec.json"), "{}");
  await mkdir(path.join(stack.layout.runs, "other"));
  await begin().looked();
  await mkdir(path.join(stack.layout.runs, id, "claim"));
  await follower?.looked();
  expect(await stack.store.runs.list({})).toEqual([]);
});

test("what another window writes is told, for any run", async () => {
  const { id } = await stack.start("train.py", ["--steps", "1"]);
  await begin().looked();
  await until("its end", async () => (await stack.store.runs.get(id))?.drained);
  const other = await openSqliteStore(stack.layout.store);
  const before = changes.length;
  await other.runs.edit(id, { note: "from elsewhere" });
  await until("the change", async () => changes.slice(before).some(({ kinds }) => kinds.includes("models")));
  await other.close();
});

test("what a script says of a run it has made, after that one's end, is taken in at its own", async () => {
  const { store, compute, layout, workspace } = stack;
  begin();
  const { id } = await stack.start("train.py", ["--steps", "2", "--until", "said"]);
  const parts = { store, compute, clock: Date.now, runs: layout.runs, workspace };
  const wish = { name: "child", user: "ana", experiment: "sweep", started: Date.now(), parent: id };
  const child = await createClientRun({ ...wish, tags: [["runline.run", id]] }, parts);
  const directory = path.join(layout.runs, child);
  await reportStatus({ id: child, directory }, "finished", Date.now(), parts);
  const late = { kind: "metric", time: Date.now(), step: 0, values: { late: 1 }, source: "mlflow" };
  const journal = path.join(directory, "journal.jsonl");
  await appendFile(journal, `${JSON.stringify(late)}\n`);
  const exit = path.join(directory, "exit.json");
  const record = { ...JSON.parse(await readFile(exit, "utf8")), journal_bytes: (await stat(journal)).size };
  await writeFile(exit, JSON.stringify(record));
  expect((await store.runs.get(child))?.metrics.late).toBeUndefined();
  await writeFile(path.join(workspace, "said"), "");
  await until("the end", async () => ended.some((run) => run.id === id));
  expect(await store.runs.get(child)).toMatchObject({ state: "finished", metrics: { late: { last: 1 } } });
  expect((await store.runs.get(child))?.findings).toBe(0);
});

test("a program that does not stay catches up with one look", async () => {
  const { id } = await stack.start("train.py", ["--steps", "5"]);
  const directory = path.join(stack.layout.runs, id);
  await until("its end", async () => (await stack.compute.observe([directory]))[0]?.exit);
  const { store, compute, layout } = stack;
  await catchUp({ store, compute, layout, clock: Date.now });
  expect(await store.runs.get(id)).toMatchObject({ state: "finished", drained: true });
});

test("changes that come together are told together", async () => {
  const told: Change[] = [];
  const both = await new Promise<readonly Change[]>((resolve) => {
    const coalesced = coalescedChanges((change) => {
      told.push(change);
      if (told.length === 2) resolve(told);
      coalesced.add(3, ["logs"], "c");
    }, 10);
    coalesced.add(1, ["runs"], "a");
    coalesced.add(2, ["metrics"], "b");
    coalesced.add(2, ["runs"], "a");
  });
  expect(both).toEqual([
    { revision: 2, kinds: ["runs", "metrics"], runIds: ["a", "b"] },
    { revision: 3, kinds: ["logs"], runIds: ["c"] },
  ]);
});
