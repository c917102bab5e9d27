/** A window that is killed while it writes leaves whole batches behind, and nothing else. */

import { fork } from "node:child_process";
import { once } from "node:events";
import * as path from "node:path";
import { expect, test } from "vitest";
import { openSqliteStore } from "../../../src/store/sqlite/open.ts";
import { freshFolder } from "../../unit/store/freshStore.ts";
import { newRun, runId } from "../../unit/store/records.ts";

const size = 50;

test("killed with -9 at ten moments, each record counts once", async () => {
  const file = path.join(await freshFolder(), "runline.db");
  const store = await openSqliteStore(file, { rawPoints: 0 });
  await store.runs.create(newRun(1));
  for (let kill = 1; kill <= 10; kill++) {
    const child = fork(path.join(import.meta.dirname, "endlessAppend.ts"), [file, runId(1), String(size)]);
    const ended = once(child, "exit");
    // The child writes on while its word is under way, so the moment is any within a batch.
    for (let said = 0; said < kill * 3; said++) await once(child, "message");
    child.kill("SIGKILL");
    await ended;
    const batches = (await store.journal.cursor(runId(1)))?.line ?? 0;
    const { steps, values } = await store.metrics.points({ runId: runId(1), attempt: 1, key: "a" });
    expect(steps.length).toBe(batches * size);
    expect(steps.every((step, at) => step === at)).toBe(true);
    expect(values.every((value, at) => value === at % size)).toBe(true);
    expect((await store.runs.get(runId(1)))?.metrics.a?.count).toBe(batches * size);
    const chart = await store.metrics.columns({ runIds: [runId(1)], keys: ["a"], axis: "step", width: 1 });
    expect(chart.series[0]).toMatchObject({
      count: batches * size,
      min: [0],
      max: [size - 1],
      maxX: [size - 1],
    });
  }
  await store.close();
}, 120_000);
