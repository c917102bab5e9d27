/** A full disk: what was committed stays, what did not fit is refused by name, and it goes on when there is space again. */

import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { failureOf } from "../../../src/model/failure.ts";
import { openSqliteStore } from "../../../src/store/sqlite/open.ts";
import { freshFolder, take } from "../../unit/store/freshStore.ts";
import { metric, newRun, runId } from "../../unit/store/records.ts";

test("a full disk loses nothing that was taken in", async (context) => {
  const folder = await freshFolder();
  if (!mountSmallDisk(folder)) context.skip("mounting a small disk is not allowed here");
  const file = path.join(folder, "runline.db");
  const store = await openSqliteStore(file);
  onTestFinished(() => store.close());
  await store.runs.create(newRun(1));
  const filler = path.join(folder, "filler");
  fs.writeFileSync(filler, new Uint8Array(1024 * 1024));

  const batch = Array.from({ length: 5000 }, (_, at) => metric(at, { a: Math.sin(at), b: Math.cos(at) }));
  const before = await takenUntilFull(async () => take(store, runId(1), batch));
  expect(before.code).toBe("diskFull");
  const points = async () =>
    (await store.metrics.points({ runId: runId(1), attempt: 1, key: "a" })).steps.length;
  expect(await points()).toBe(before.batches * batch.length);

  fs.rmSync(filler);
  await take(store, runId(1), batch);
  expect(await points()).toBe((before.batches + 1) * batch.length);
  expect((await store.runs.get(runId(1)))?.metrics.b?.count).toBe((before.batches + 1) * batch.length);
});

async function takenUntilFull(
  takeOne: () => Promise<void>,
): Promise<{ readonly batches: number; readonly code: string }> {
  for (let batches = 0; ; batches++) {
    const code = await takeOne().then(
      () => null,
      (error: unknown) => failureOf(error).code,
    );
    if (code !== null) return { batches, code };
  }
}

function mountSmallDisk(folder: string): boolean {
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=4m", "tmpfs", folder], { stdio: "ignore" });
  } catch {
    return false;
  }
  onTestFinished(() => {
    execFileSync("umount", ["--lazy", folder]);
  });
  return true;
}
