import { describe, expect, test } from "vitest";
import type { CodeSnapshot, FileRecord, JournalRecord } from "../../../src/model/journal.ts";
import { nodeId } from "../../../src/model/lineage.ts";
import type { Store } from "../../../src/store/store.ts";
import { freshStore, take } from "./freshStore.ts";
import { digest, newRun, runId } from "./records.ts";

function file(
  kind: "read" | "write",
  path: string,
  content: string | null,
  changes: Partial<FileRecord> = {},
): FileRecord {
  const known = content === null ? null : digest(content);
  return { kind, time: 10, path, type: "file", files: 1, bytes: 3, digest: known, how: "audit", ...changes };
}

/** A store with runs 1, 2 … that hold the given records. */
async function storeWith(...runs: readonly (readonly JournalRecord[])[]): Promise<Store> {
  const store = await freshStore();
  for (const [at, records] of runs.entries()) {
    await store.runs.create(newRun(at + 1));
    await take(store, runId(at + 1), records);
  }
  return store;
}

async function reached(
  store: Store,
  root: string,
  direction: "upstream" | "downstream",
): Promise<readonly string[]> {
  return (await store.lineage.walk(root, direction)).nodes.map(({ label }) => label);
}

test("runs join through a file that one wrote and another read", async () => {
  const store = await storeWith(
    [file("read", "raw.csv", "a"), file("write", "clean.csv", "b")],
    [file("read", "clean.csv", "b"), file("write", "model.json", "c")],
    [file("read", "clean.csv", "d")],
  );
  expect(await reached(store, nodeId("data", "model.json", digest("c")), "upstream")).toEqual([
    "model.json",
    "run-2",
    "clean.csv",
    "run-1",
    "raw.csv",
  ]);
  expect(await reached(store, nodeId("data", "raw.csv", digest("a")), "downstream")).toEqual([
    "raw.csv",
    "run-1",
    "clean.csv",
    "run-2",
    "model.json",
  ]);
});

test.each([
  ["a digest that is not known", file("write", "x", null), file("read", "x", null, { reason: "too large" })],
  [
    "a file that changed after it was read",
    file("write", "x", "a"),
    file("read", "x", "a", { changed: true }),
  ],
])("never joins by %s", async (_, wrote, read) => {
  const store = await storeWith([wrote], [read]);
  expect(await reached(store, nodeId("run", runId(1)), "downstream")).toEqual(["run-1", "x"]);
  expect(await reached(store, nodeId("run", runId(2)), "upstream")).toEqual(["run-2", "x"]);
});

test("one run that reads and writes contents not known is no cycle", async () => {
  const store = await storeWith([file("read", "x", null), file("write", "x", null)]);
  expect(await reached(store, nodeId("run", runId(1)), "upstream")).toEqual(["run-1", "x"]);
});

test("a cycle ends", async () => {
  const store = await storeWith(
    [file("read", "x", "a"), file("write", "y", "b")],
    [file("read", "y", "b"), file("write", "x", "a")],
  );
  const { nodes, edges, truncated } = await store.lineage.walk(nodeId("run", runId(1)), "upstream");
  expect([nodes.length, edges.length, truncated]).toEqual([4, 4, false]);
});

test("a limit is kept and said", async () => {
  const records = Array.from({ length: 10 }, (_, at) => file("read", `${at}.csv`, "a"));
  const store = await storeWith(records);
  const root = nodeId("run", runId(1));
  expect(await store.lineage.walk(root, "upstream", 10)).toMatchObject({ truncated: false });
  const { nodes, edges, truncated } = await store.lineage.walk(root, "upstream", 9);
  expect([nodes.length, edges.length, truncated]).toEqual([10, 9, true]);
});

test("a record of no files takes an earlier one back, and what nothing refers to any more goes with it", async () => {
  const gone = { files: 0, bytes: 0 };
  const store = await storeWith(
    [file("read", "a.csv", "a"), file("read", "a.csv", null, gone)],
    [file("read", "b.csv", "b"), file("write", "b.csv", "b"), file("read", "b.csv", null, gone)],
    [file("read", "never.csv", null, gone)],
  );
  expect(await store.lineage.node(nodeId("data", "a.csv", digest("a")))).toBeNull();
  expect(await store.lineage.files(runId(1))).toEqual([]);
  expect((await store.lineage.files(runId(2))).map(({ direction }) => direction)).toEqual(["write"]);
  expect(await reached(store, nodeId("run", runId(2)), "upstream")).toEqual(["run-2"]);
  expect(await reached(store, nodeId("run", runId(2)), "downstream")).toEqual(["run-2", "b.csv"]);
  expect(await store.lineage.files(runId(3))).toEqual([]);
});

test("a later record for the same path and direction replaces the earlier one", async () => {
  const store = await storeWith([
    file("write", "m", "a"),
    file("read", "m", "a"),
    file("write", "m", "b", { bytes: 9, how: "inotify" }),
  ]);
  expect(await store.lineage.files(runId(1))).toMatchObject([
    { direction: "write", digest: digest("b"), bytes: 9, how: "inotify", version: 2 },
    { direction: "read", digest: digest("a"), version: 1 },
  ]);
  const { edges } = await store.lineage.walk(nodeId("run", runId(1)), "downstream");
  expect(edges.filter(({ from }) => from === nodeId("run", runId(1))).map(({ to }) => to)).toEqual([
    nodeId("data", "m", digest("b")),
  ]);
  await take(store, runId(1), [file("read", "m", "b")]);
  expect(await store.lineage.node(nodeId("data", "m", digest("a")))).toBeNull();
});

test("a file that was written and kept is one node, and a run that reads it joins the chain", async () => {
  const store = await storeWith(
    [
      { kind: "artifact", time: 1, path: "m", origin: "m", bytes: 5, digest: digest("a") },
      file("write", "m", "a"),
    ],
    [file("read", "m", "a")],
  );
  const { nodes, edges } = await store.lineage.walk(nodeId("run", runId(1)), "downstream");
  expect(nodes.map(({ id }) => id)).toEqual([
    nodeId("run", runId(1)),
    nodeId("data", "m", digest("a")),
    nodeId("run", runId(2)),
  ]);
  expect(edges.map(({ kind, how }) => [kind, how])).toEqual([
    ["wrote", "audit"],
    ["read", "audit"],
  ]);
  await take(store, runId(1), [file("write", "m", "b")]);
  const later = await store.lineage.walk(nodeId("run", runId(1)), "downstream");
  expect(later.nodes.map(({ id }) => id)).toContain(nodeId("data", "m", digest("a")));
});

test("versions of a path are counted by first sight", async () => {
  const store = await storeWith(
    [file("read", "d", "a")],
    [file("read", "d", "b")],
    [file("read", "d", "a")],
    [file("read", "d", "c")],
  );
  const versions = await Promise.all(
    [1, 2, 3, 4].map(async (at) => (await store.lineage.files(runId(at)))[0]?.version),
  );
  expect(versions).toEqual([1, 2, 1, 3]);
});

test("code, environment and kept files are part of it, with how they are known", async () => {
  const store = await freshStore();
  const code: CodeSnapshot = {
    kind: "git",
    id: "4f2a1c0000",
    tree: "t",
    head: "9b01e7d555",
    branch: "main",
    remote: null,
    changed: ["train.py"],
    changed_count: 2,
    skipped: [],
  };
  await store.runs.create(newRun(1, { code }));
  await take(store, runId(1), [
    {
      kind: "environment",
      time: 1,
      interpreter: "/p",
      version: "3.11.2",
      platform: "linux",
      packages: { a: "1", b: "2" },
      gpus: [],
    },
    {
      kind: "artifact",
      time: 2,
      path: "model.json",
      origin: "out/model.json",
      bytes: 5,
      digest: digest("a"),
    },
  ]);
  await store.runs.edit(runId(1), { name: "keen-heron" });
  const up = await store.lineage.walk(nodeId("run", runId(1)), "upstream");
  expect(up.nodes.map(({ kind, label }) => [kind, label])).toEqual([
    ["run", "keen-heron"],
    ["code", "train.py @ 9b01e7d + 2 changed files"],
    ["environment", "python 3.11.2, 2 packages"],
  ]);
  const down = await store.lineage.walk(nodeId("run", runId(1)), "downstream");
  expect(down.edges).toMatchObject([{ kind: "wrote", how: "snapshot", runId: runId(1) }]);
  expect(down.nodes[1]).toMatchObject({ kind: "data", label: "out/model.json", version: 1 });
});

describe("registered versions", () => {
  const register = (store: Store, artifact: string, content: string) =>
    store.registry.append({ name: "ana", email: null }, 50, () => [
      { type: "model.created", model: "digits" },
      {
        type: "version.registered",
        model: "digits",
        version: 1,
        runId: runId(1),
        artifact,
        digest: digest(content),
        bytes: 1,
      },
      { type: "alias.set", model: "digits", alias: "champion", version: 1, previous: null, reason: "best" },
    ]);

  test.each([
    [
      "a kept artifact",
      [
        file("write", "m", "a"),
        { kind: "artifact", time: 2, path: "m", origin: "m", bytes: 5, digest: digest("a") },
      ],
      "audit",
    ],
    [
      "a copy that was kept of a file nobody saw written",
      [{ kind: "artifact", time: 2, path: "m", origin: "out/m", bytes: 5, digest: digest("a") }],
      "snapshot",
    ],
    ["a written file", [file("write", "m", "a")], "audit"],
    ["a file that is on no record", [], "stated"],
  ] as const)("come from %s", async (_, records, how) => {
    const store = await storeWith(records);
    await register(store, "m", "a");
    const { nodes, edges } = await store.lineage.walk(nodeId("modelVersion", "digits@1"), "upstream");
    expect(nodes[0]).toMatchObject({
      kind: "modelVersion",
      label: "digits v1",
      detail: "@champion",
      ref: "digits@1",
    });
    expect(nodes.map((node) => node.kind)).toEqual(["modelVersion", "data", "run"]);
    expect(edges.map((edge) => [edge.kind, edge.how])).toEqual([
      ["registered", "declared"],
      ["wrote", how],
    ]);
  });
});

test("a search finds parts of paths and names, newest first", async () => {
  const store = await storeWith([file("read", "data/Train.csv", "a"), file("read", "data/100%_x.csv", "b")]);
  expect((await store.lineage.search("train", 5)).map(({ label }) => label)).toEqual(["data/Train.csv"]);
  expect((await store.lineage.search("0%_", 5)).map(({ label }) => label)).toEqual(["data/100%_x.csv"]);
  expect((await store.lineage.search("run-1", 5)).map(({ kind }) => kind)).toEqual(["run"]);
  expect(await store.lineage.search("data/", 1)).toHaveLength(1);
});

test("what is not known is an empty answer", async () => {
  const store = await freshStore();
  expect(await store.lineage.walk("data:nothing", "upstream")).toEqual({
    root: "data:nothing",
    nodes: [],
    edges: [],
    truncated: false,
  });
  expect(await store.lineage.node("data:nothing")).toBeNull();
  expect(await store.lineage.files(runId(1))).toEqual([]);
});
