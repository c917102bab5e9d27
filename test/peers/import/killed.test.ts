/** The process that imports is killed in the middle, again and again: what is there in the end is what was to be there. */

import { mkdir, readdir, writeFile } from "node:fs/promises";
import * as path from "node:path";
import { expect, test } from "vitest";
import { start } from "../cli/commandLine.ts";
import { importInto, storedPoints, temporaryFolder, withStore } from "./importing.ts";

const runs = 60;
const points = 3_000;
const idOf = (number: number) => number.toString(16).padStart(32, "b");

test("an import that is killed five times ends as one that was not", { timeout: 180_000 }, async () => {
  await using folder = await temporaryFolder();
  await writeRuns(path.join(folder.path, "mlruns", "7"));
  for (let kill = 1; kill <= 5; kill++) {
    const running = start(folder.path, ["import", "mlruns"]);
    await importedRuns(folder.path, kill * 5, running.done);
    running.child.kill("SIGKILL");
    await running.done;
  }
  const [last] = await importInto(folder.path, "mlruns");
  expect((last?.runs.new ?? 0) + (last?.runs.same ?? 0)).toBe(runs);
  expect(last?.runs.same).toBeGreaterThanOrEqual(25);
  const names = await readdir(path.join(folder.path, ".runline", "runs"));
  expect(names.sort()).toEqual(Array.from({ length: runs }, (_, number) => idOf(number)).sort());
  await withStore(folder.path, async (store) => {
    const listed = await store.runs.list({});
    expect(
      listed.every(({ state, findings, drained }) => state === "finished" && findings === 0 && drained),
    ).toBe(true);
    for (let number = 0; number < runs; number++) {
      const stored = await storedPoints(store, idOf(number), "loss");
      expect(stored).toEqual(
        Array.from({ length: points }, (_, at) => [at, 1_700_000_000_000 + at, at * number]),
      );
    }
  });
});

async function writeRuns(experiment: string): Promise<void> {
  for (let number = 0; number < runs; number++) {
    const folder = path.join(experiment, idOf(number));
    await mkdir(path.join(folder, "metrics"), { recursive: true });
    const times = "start_time: 1700000000000\nend_time: 1700000060000\nstatus: 3\n";
    await writeFile(
      path.join(folder, "meta.yaml"),
      `run_name: r${number}\nartifact_uri: ${idOf(number)}\n${times}`,
    );
    const lines = Array.from(
      { length: points },
      (_, at) => `${1_700_000_000_000 + at} ${at * number} ${at}\n`,
    );
    await writeFile(path.join(folder, "metrics", "loss"), lines.join(""));
  }
  await writeFile(path.join(experiment, "meta.yaml"), "name: seven\nartifact_location: here\n");
}

/** Resolves when so many runs are there, or the import has ended. */
async function importedRuns(folder: string, count: number, ended: Promise<unknown>): Promise<void> {
  let isOver = false;
  void ended.then(() => {
    isOver = true;
  });
  while (!isOver) {
    const names = await readdir(path.join(folder, ".runline", "runs")).catch(() => []);
    if (names.filter((name) => !name.startsWith(".")).length >= count) return;
    await new Promise((resolve) => setImmediate(resolve));
  }
}
