/** A disk that is full, and one that may not be written. On a small tmpfs of its own, which needs the right to mount. */

import { execFileSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, type TestContext, test } from "vitest";
import { Bench } from "../../unit/recorder/recording.ts";

let folder: string;
let refused: string | null;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "runline-disk-"));
  refused = mount("-t", "tmpfs", "-o", "size=2m", "tmpfs", folder);
});
afterEach(() => {
  if (refused === null) execFileSync("umount", ["-l", folder]);
  rmSync(folder, { recursive: true, force: true, maxRetries: 20 });
});

function mount(...words: readonly string[]): string | null {
  try {
    execFileSync("mount", words, { stdio: "pipe" });
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

const needMount = (context: TestContext) => context.skip(refused !== null, `mount was refused: ${refused}`);

test("a disk that fills up costs output, never the exit record or the script", async (context) => {
  needMount(context);
  const bench = new Bench(folder);
  bench.write("data.csv", "x");
  const run = bench.python(`
import sys
open("data.csv").read()
for i in range(60000): print(f"step {i}: loss 0.5 " + "x" * 60)
sys.exit(5)
`);
  await run.ended();
  expect(run.exit).toMatchObject({ exit_code: 5, signal: null, reason: "exited" });
  expect(run.exit.error).toContain("the disk was full");
  expect(run.exit.log_bytes).toBe(statSync(run.path("output.log")).size);
  expect(run.exit.journal_bytes).toBe(statSync(run.path("journal.jsonl")).size);
  expect(run.text("journal.jsonl")).toMatch(/\}\n$/);
  expect(run.of("metric").length).toBeGreaterThan(100);
  expect(run.of("read").map((record) => record.path)).toEqual(["data.csv"]);
  expect(run.of("notice").map((record) => record.code)).toContain("output_dropped");
  expect(statSync(run.path("exit.json")).size).toBe(1024);
});

test("a disk that is full before the start: nothing is started, and it is said", async (context) => {
  needMount(context);
  const bench = new Bench(folder);
  const run = bench.python("open('started', 'w')\n");
  try {
    writeFileSync(join(folder, "ballast"), Buffer.alloc(4 << 20));
  } catch {
    // Full is what it is meant to be.
  }
  expect(await run.ended()).toBe(3);
  expect(run.printed).toContain("No space left on device");
  expect(run.text("output.log")).toBeNull();
});

test("a run directory that may not be written", async (context) => {
  const bench = new Bench(folder);
  const run = bench.python("pass\n");
  if (process.getuid?.() === 0) {
    needMount(context);
    expect(mount("-o", "remount,ro", folder)).toBeNull();
  } else {
    chmodSync(run.directory, 0o500);
  }
  expect(await run.ended()).toBe(3);
  expect(run.printed).toMatch(/can't be written: (Read-only file system|Permission denied)/);
});
