/** What a client says of its source is an edge, also of runs that an older version has taken in. */

import * as path from "node:path";
import Sqlite from "better-sqlite3";
import { expect, onTestFinished, test } from "vitest";
import type { TagRecord } from "../../../src/model/journal.ts";
import { openSqliteStore } from "../../../src/store/sqlite/open.ts";
import { freshFolder, take } from "./freshStore.ts";
import { newRun, runId } from "./records.ts";

const tag = (key: string, value: string): TagRecord => ({ kind: "tag", time: 5, key, value });

test("runs of a file from before sources were edges get theirs when they are looked at", async () => {
  const file = path.join(await freshFolder(), "runline.db");
  const opened = async () => {
    const store = await openSqliteStore(file);
    let isOpen = true;
    const close = async () => {
      if (isOpen) await store.close();
      isOpen = false;
    };
    onTestFinished(close);
    return { ...store, close };
  };
  const sourceOf = async (store: Awaited<ReturnType<typeof opened>>, number: number) => {
    const { nodes } = await store.lineage.walk(`run:${runId(number)}`, "upstream");
    return nodes.find(({ kind }) => kind === "code")?.label;
  };
  const store = await opened();
  const count = 450;
  for (let number = 1; number <= count; number++) {
    await store.runs.create(newRun(number));
    await take(store, runId(number), [
      tag("mlflow.source.name", `/work/train${number}.py`),
      ...(number === 7 ? [tag("mlflow.source.git.commit", "c".repeat(40))] : []),
    ]);
  }
  expect(await sourceOf(store, 1)).toBe("train1.py");
  const before = await store.lineage.walk(`run:${runId(7)}`, "upstream");
  await store.close();

  const raw = new Sqlite(file);
  raw.exec("delete from edge where kind = 'code'; delete from node where kind = 'code'");
  raw.exec("delete from meta where name = 'sources'");
  raw.close();
  const again = await opened();
  const revision = await again.revision();
  for (const number of [1, 200, 201, count]) expect(await sourceOf(again, number)).toBe(`train${number}.py`);
  expect(await again.lineage.walk(`run:${runId(7)}`, "upstream")).toMatchObject({
    nodes: before.nodes,
    edges: before.edges.map(({ time: _, ...edge }) => edge),
  });
  expect(await again.revision()).toBe(revision);
});
