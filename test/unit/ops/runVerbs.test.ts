import { execFileSync } from "node:child_process";
import { readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import * as path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { localCode } from "../../../src/compute/snapshot/snapshot.ts";
import { failureOf } from "../../../src/model/failure.ts";
import { cancel } from "../../../src/ops/cancel.ts";
import { codeChanges, codeFile } from "../../../src/ops/codeChanges.ts";
import { deleteRuns, purgeRuns, restoreRuns } from "../../../src/ops/deleteRun.ts";
import { logSlice } from "../../../src/ops/logSlice.ts";
import { rebuild } from "../../../src/ops/rebuild.ts";
import { reproduce } from "../../../src/ops/reproduce.ts";
import { openSqliteStore } from "../../../src/store/sqlite/open.ts";
import { makeRepository, openStack, type Stack } from "../../faults/stack.ts";

const code = localCode();
let stack: Stack;
let plain: Stack;
let git: (...args: string[]) => string;

beforeAll(async () => {
  stack = await openStack();
  plain = await openStack();
  git = await makeRepository(stack.workspace);
  stack.follow();
  plain.follow();
});
afterAll(async () => {
  await stack.close();
  await plain.close();
});

const codeOf = (wait: Promise<unknown>) =>
  wait.then(
    () => "none",
    (thrown) => failureOf(thrown).code,
  );

async function finished(on: Stack, args: readonly string[] = ["--steps", "3"]): Promise<string> {
  const { id } = await on.start("train.py", args);
  await on.ended(id);
  return id;
}

test("a run is reproduced from git by one line, with the code as it was", async () => {
  await writeFile(path.join(stack.workspace, "note.txt"), "then\n");
  const { id } = await stack.launch({ command: ["cat", "note.txt", "/dev/null"] });
  await stack.ended(id);
  await writeFile(path.join(stack.workspace, "note.txt"), "now\n");
  const line = await reproduce(id, stack.store, { code, compute: stack.compute }, stack.workspace);
  expect(line).toContain("worktree add --detach");
  const said = execFileSync("sh", ["-c", line], {
    cwd: "/",
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  });
  expect(said).toMatch(/then\n$/);
  expect(git("worktree", "list").trim().split("\n").length).toBe(2);
});

test("a run without git is reproduced from the copy", async () => {
  await writeFile(path.join(plain.workspace, "note.txt"), "then\n");
  await symlink("note.txt", path.join(plain.workspace, "latest.txt"));
  const { id } = await plain.launch({ command: ["cat", "latest.txt"], name: "it's odd" });
  await plain.ended(id);
  await rm(path.join(plain.workspace, "note.txt"));
  const line = await reproduce(id, plain.store, { code, compute: plain.compute }, plain.workspace);
  expect(execFileSync("sh", ["-c", line], { cwd: "/", encoding: "utf8" })).toBe("then\n");
  const moved = `${plain.workspace} moved`;
  const fromThere = await reproduce(id, plain.store, { code, compute: plain.compute }, moved);
  expect(execFileSync("sh", ["-c", fromThere], { cwd: "/", encoding: "utf8" })).toBe("then\n");
  await rm(path.join(plain.layout.runs, id, "code"), { recursive: true });
  expect(await codeOf(reproduce(id, plain.store, { code, compute: plain.compute }, plain.workspace))).toBe(
    "codeGone",
  );
  expect(await codeOf(codeFile(id, "latest.txt", plain.store, code, plain.workspace))).toBe("codeGone");
});

test("the code of a run is read and compared", async () => {
  const id = await finished(stack);
  await writeFile(path.join(stack.workspace, "train.py"), "changed\n");
  const { snapshot, files } = await codeChanges(id, stack.store, code, stack.workspace);
  expect(snapshot?.kind).toBe("git");
  expect(files).toEqual([{ path: "train.py", change: "modified" }]);
  expect(await codeFile(id, "train.py", stack.store, code, stack.workspace)).toContain("argparse");
  expect(await codeFile(id, "../../etc/passwd", stack.store, code, stack.workspace)).toBeNull();
  git("checkout", "--", "train.py");
});

test("code that is gone is never told to be the same as the code now", async () => {
  const id = await finished(stack);
  const changes = () => codeChanges(id, stack.store, code, stack.workspace);
  expect((await changes()).files).toEqual([]);
  for (const ref of git("for-each-ref", "--format=%(refname)", "refs/runline").trim().split("\n"))
    git("update-ref", "-d", ref);
  git("gc", "--quiet", "--prune=now");
  expect(await codeOf(changes())).toBe("codeGone");
  expect(await codeOf(codeFile(id, "train.py", stack.store, code, stack.workspace))).toBe("codeGone");
});

test("the log is read in pieces, from the end too", async () => {
  const id = await finished(stack);
  const whole = await stack.log(id);
  const read = (offset: number, length: number) =>
    logSlice({ id, offset, length }, stack.store, stack.compute);
  expect(await read(0, 1e9)).toMatchObject({ offset: 0, size: whole.byteLength });
  expect(Buffer.from((await read(-10, 100)).bytes).equals(whole.subarray(-10))).toBe(true);
  expect((await read(-1e9, 5)).offset).toBe(0);
  expect((await read(whole.byteLength + 7, 5)).bytes.byteLength).toBe(0);
  expect((await read(0, -1)).bytes.byteLength).toBe(0);
});

test("deleting hides, restoring shows, purging moves away; active and registered runs are kept", async () => {
  const id = await finished(stack);
  const { id: active } = await stack.start("train.py", ["--steps", "1000", "--pause", "0.05"]);
  const remove = (...ids: string[]) => deleteRuns(ids, stack.store, Date.now);
  expect(await codeOf(remove(id, active))).toBe("runStillActive");
  expect((await stack.store.runs.list({ ids: [id] })).length).toBe(1);
  await cancel(active, stack.store, stack.compute);
  expect((await stack.ended(active)).state).toBe("cancelled");
  await cancel(active, stack.store, stack.compute);

  await remove(id);
  expect(await stack.store.runs.list({ ids: [id] })).toEqual([]);
  await restoreRuns([id], stack.store);
  expect((await stack.store.runs.list({ ids: [id] })).length).toBe(1);

  const stuck = await finished(stack);
  const stay = path.join(stack.layout.runs, stuck);
  await remove(id, stuck);
  const discard = async (directory: string) => {
    if (directory === stay) throw new Error("the disk says no");
    await stack.compute.discard(directory);
  };
  const parts = { store: stack.store, compute: stack.compute, code, layout: stack.layout };
  const refusing = { ...parts, compute: { ...stack.compute, discard } };
  await expect(purgeRuns(Date.now() + 1, refusing)).rejects.toThrow("the disk says no");
  expect(await stack.store.runs.get(id)).toBeNull();
  // What could not be removed, or was removed when the rows were not yet, is seen to by the next one.
  expect(await stack.store.runs.get(stuck)).not.toBeNull();
  await stack.compute.discard(stay);
  expect(await purgeRuns(Date.now() + 1, parts)).toBe(1);
  expect(await stack.store.runs.get(stuck)).toBeNull();
  expect(await readdir(stack.layout.runs)).not.toContain(id);
  expect(git("for-each-ref", `refs/runline/runs/${id}`)).toBe("");
  await stack.follow().looked();
  expect(await stack.store.runs.get(id)).toBeNull();

  const kept = await finished(stack);
  await stack.store.registry.append({ name: "ana", email: null }, 1, () => [
    { type: "model.created", model: "m" },
    {
      type: "version.registered",
      model: "m",
      version: 1,
      runId: kept,
      artifact: "a",
      digest: "sha256:00",
      bytes: 1,
    },
  ]);
  expect(await codeOf(remove(kept))).toBe("runRegistered");
  expect(await codeOf(remove("nobody"))).toBe("runUnknown");
});

test("a store that can't be read is made anew from the directories, and the old file stays beside it", async () => {
  const own = await openStack();
  try {
    const id = await finished(own, ["--steps", "50"]);
    const before = await own.run(id);
    await own.unfollow();
    await own.store.close();
    await writeFile(own.layout.store, "this is no database");
    const parts = { layout: own.layout, openStore: openSqliteStore, compute: own.compute, clock: Date.now };
    const { runs, old, lost } = await rebuild({ ...parts, previous: null });
    expect({ runs, lost }).toEqual({ runs: 1, lost: ["notes", "experiments", "models", "traces"] });
    expect(await readFile(old ?? "", "utf8")).toBe("this is no database");
    const store = await openSqliteStore(own.layout.store);
    const { asOf: _, ...after } = (await store.runs.get(id)) ?? before;
    expect(before).toMatchObject(after);

    await store.runs.edit(id, { name: "renamed", note: "mine", starred: true, tags: { use: "demo" } });
    await store.registry.append({ name: "ana", email: "a@b" }, 5, () => [
      { type: "model.created", model: "m" },
    ]);
    const [entry] = await store.registry.audit();
    const again = await rebuild({ ...parts, previous: store });
    expect(again).toMatchObject({ runs: 1, lost: [] });
    const third = await openSqliteStore(own.layout.store);
    expect(await third.runs.get(id)).toMatchObject({
      name: "renamed",
      note: "mine",
      starred: true,
      tags: { use: "demo" },
    });
    expect(await third.registry.audit()).toEqual([entry]);
    expect((await third.registry.verify()).problem).toBeNull();

    const other = await openSqliteStore(own.layout.store);
    expect(await codeOf(rebuild({ ...parts, previous: third }))).toBe("storeBusy");
    await other.close();
    const fourth = await openSqliteStore(own.layout.store);
    expect(await fourth.registry.audit()).toEqual([entry]);
    await fourth.close();
  } finally {
    await rm(path.dirname(own.workspace), { recursive: true });
  }
});
