import { spawnSync } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, statfs, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { failureOf } from "../../src/model/failure.ts";
import { follow } from "../../src/ops/follow.ts";
import { openStack, until } from "./stack.ts";

/** Small disks are mounted for these tests, which needs the right to. */
let disk = "";
const mount = (...args: string[]) => spawnSync("mount", args).status === 0;

beforeAll(async () => {
  disk = await mkdtemp(path.join(tmpdir(), "runline-disk-"));
  if (!mount("-t", "tmpfs", "-o", "size=12m", "tmpfs", disk)) {
    await rm(disk, { recursive: true });
    disk = "";
    if (process.env.CI === "true")
      throw new Error("nothing may be mounted here, so disk faults can't be tested");
    process.stdout.write("skipped: disk faults, because nothing may be mounted here\n");
  }
});
afterAll(async () => {
  if (disk === "") return;
  // Lazily: a test that failed half way may have left a run that still holds its directory.
  spawnSync("umount", ["--lazy", disk]);
  await rm(disk, { recursive: true });
});

async function free(): Promise<number> {
  const { bavail, bsize } = await statfs(disk);
  return bavail * bsize;
}

test("a full disk costs output but neither the script's end nor anything taken in", async ({
  skip,
  onTestFinished,
}) => {
  if (disk === "") skip();
  const stack = await openStack(disk);
  onTestFinished(() => stack.close());
  const ballast = path.join(disk, "ballast");
  await writeFile(ballast, Buffer.alloc((await free()) - 2_500_000));
  const failed: unknown[] = [];
  const { store, compute, layout } = stack;
  const { id } = await stack.start("fill.py", ["6000000"]);
  const quiet = () => undefined;
  const follower = follow({
    ...{ store, compute, layout, clock: Date.now, changed: quiet, ended: quiet },
    failed: (thrown) => failed.push(thrown),
  });
  const exit = path.join(layout.runs, id, "exit.json");
  const read = async () => (await readFile(exit, "utf8").catch(() => "")).includes('"exited"');
  await until("the exit record", read);
  expect(JSON.parse(await readFile(exit, "utf8"))).toMatchObject({ exit_code: 7, reason: "exited" });
  await rm(ballast);
  await follower.close();
  const run = await stack.ended(id);
  expect(run).toMatchObject({ state: "failed", exitCode: 7, drained: true });
  expect(run.reason).toContain("the disk was full");
  const journal = await readFile(path.join(layout.runs, id, "journal.jsonl"), "utf8");
  const kept = journal.split("\n").filter((line) => line.includes('"metric"') && line.endsWith("}")).length;
  expect(run.metrics.loss?.count ?? 0).toBe(kept);
  // What is there is the beginning of what was written.
  const log = (await stack.log(id)).toString("latin1");
  const whole = "0123456789abcde\n".repeat(Math.ceil(log.length / 16));
  expect(log.replace(/^\{.*\}\n/gm, "").startsWith(whole.slice(0, 1_000_000))).toBe(true);
}, 60_000);

test("a workspace that can't be written is named, and nothing is run", async ({ skip }) => {
  if (disk === "") skip();
  const stack = await openStack(disk);
  try {
    await rm(stack.layout.runs, { recursive: true });
    await mkdir(stack.layout.runs);
    expect(mount("--bind", stack.layout.runs, stack.layout.runs)).toBe(true);
    expect(mount("-o", "remount,bind,ro", stack.layout.runs)).toBe(true);
    const thrown = await stack.start("train.py").then(
      () => null,
      (failure) => failureOf(failure),
    );
    expect(thrown).toMatchObject({ code: "workspaceReadOnly" });
    expect(thrown?.message).toContain("read-only");
    expect(await stack.store.runs.list({})).toEqual([]);
  } finally {
    spawnSync("umount", [stack.layout.runs]);
    await stack.close();
  }
});
