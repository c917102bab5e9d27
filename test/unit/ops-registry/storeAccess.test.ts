import { readdir, readFile, rename, rm } from "node:fs/promises";
import * as path from "node:path";
import { expect, it } from "vitest";
import { layoutOf } from "../../../src/ops/layout.ts";
import { storeAccess } from "../../../src/ops/storeAccess.ts";
import { openSqliteStore } from "../../../src/store/sqlite/open.ts";
import { freshFolder } from "../store/freshStore.ts";
import { newRun } from "../store/records.ts";

async function access() {
  const workspace = await freshFolder();
  const told: string[] = [];
  const events = {
    opened: () => void told.push("opened"),
    closing: async () => void told.push("closing"),
  };
  const layout = layoutOf(workspace);
  return { workspace, layout, told, store: storeAccess(layout, (file) => openSqliteStore(file), events) };
}

it("creates nothing while it is only asked what is there", async () => {
  const { workspace, store, told } = await access();
  expect(await store.existing()).toBeNull();
  expect(await store.replace(async () => 1)).toBeNull();
  expect(await readdir(workspace)).toEqual([]);
  expect(told).toEqual([]);
});

it("opens once for all who ask at the same time, and keeps the folder out of git", async () => {
  const { layout, store, told } = await access();
  const all = await Promise.all([store.needed(), store.needed(), store.existing()]);
  expect(all[0]).toBe(all[1]);
  expect(told).toEqual(["opened"]);
  expect(await readFile(path.join(layout.directory, ".gitignore"), "utf8")).toBe("*\n");
  expect(await store.existing()).toBe(all[0]);
  await store.close();
  expect(told).toEqual(["opened", "closing"]);
});

it("has everybody wait while the store is replaced, and gives them the new one", async () => {
  const { store, told } = await access();
  const old = await store.needed();
  await old.runs.create(newRun(1));
  const order: string[] = [];
  const replaced = store.replace(async (previous) => {
    expect(previous).toBe(old);
    await previous?.close();
    order.push("replaced");
    return "done";
  });
  const asked = store.existing().then((found) => {
    order.push("asked");
    return found;
  });
  expect(await replaced).toBe("done");
  const now = await asked;
  expect(order).toEqual(["replaced", "asked"]);
  expect(now).not.toBe(old);
  expect(await now?.runs.list({})).toHaveLength(1);
  expect(told).toEqual(["opened", "closing", "opened"]);
  await store.close();
});

it("gives who asked just before the replacing began the new store, not the one that is closed", async () => {
  const { layout, store: first } = await access();
  await (await first.needed()).runs.create(newRun(1));
  await first.close();
  const store = storeAccess(layout, (file) => openSqliteStore(file));
  const asked = store.existing();
  await store.replace(async (previous) => previous?.close());
  expect(await (await asked)?.runs.list({})).toHaveLength(1);
  await store.close();
});

it("goes on with the old file when the replacing fails", async () => {
  const { store } = await access();
  await (await store.needed()).runs.create(newRun(1));
  const failing = store.replace(async (previous) => {
    await previous?.close();
    throw new Error("no space");
  });
  await expect(failing).rejects.toThrow("no space");
  expect(await (await store.existing())?.runs.list({})).toHaveLength(1);
  await store.close();
});

it("lets go of a store whose file was deleted or replaced, so that nothing is written where nobody reads", async () => {
  const { layout, store, told } = await access();
  const old = await store.needed();
  await old.runs.create(newRun(1));
  await rm(layout.directory, { recursive: true });
  expect(await store.existing()).toBeNull();
  const [fresh, same] = await Promise.all([store.needed(), store.needed()]);
  expect(same).toBe(fresh);
  expect(await fresh.runs.list({})).toEqual([]);
  await fresh.runs.create(newRun(2));

  const backup = path.join(path.dirname(layout.store), "backup.db");
  await (await openSqliteStore(backup)).close();
  for (const beside of ["-wal", "-shm"]) await rm(layout.store + beside);
  await rename(backup, layout.store);
  expect(await (await store.existing())?.runs.list({})).toEqual([]);
  expect(told).toEqual(["opened", "closing", "opened", "closing", "opened"]);
  await store.close();
});

it("tells why the folder can't be made", async () => {
  const { layout } = await access();
  const inFile = {
    ...layout,
    directory: "/dev/null/x",
    runs: "/dev/null/x/runs",
    store: "/dev/null/x/runline.db",
  };
  const store = storeAccess(inFile, (file) => openSqliteStore(file));
  await expect(store.needed()).rejects.toMatchObject({ failure: { code: "workspaceReadOnly" } });
});
