/** Files of a run appear in its journal while it lives, and are told once more, whole, at its end. */

import { createHash } from "node:crypto";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { FileRecord } from "../../../src/model/journal.ts";
import { Bench, type Recording } from "./recording.ts";

let bench: Bench;
beforeEach(() => {
  bench = new Bench();
});
afterEach(() => {
  bench.remove();
});

/** On a busy machine files are told seldom: half a minute apart at most. */
const patient = { timeout: 240_000 };

const sha256 = (data: string) => `sha256:${createHash("sha256").update(data).digest("hex")}`;
const waiting = "import os, time\ndef wait(name):\n    while not os.path.exists(name): time.sleep(0.02)\n";

/** What a reader knows after the journal so far: the last record for each path; none where it was taken back. */
function known(run: Recording): Readonly<Record<string, FileRecord>> {
  const found: Record<string, FileRecord> = {};
  for (const record of [...run.of("read"), ...run.of("write")] as readonly FileRecord[])
    if (record.files === 0) delete found[`${record.kind} ${record.path}`];
    else found[`${record.kind} ${record.path}`] = record;
  return found;
}

const told = (run: Recording, path: string) =>
  run.until("journal.jsonl", (text) => text.includes(`"path":${JSON.stringify(path)}`));

test("what is read and written is told before the end, small files with their digest", patient, async () => {
  bench.write("data.csv", "a,b\n");
  bench.write("large.bin", "x".repeat(9 << 20));
  const run = bench
    .python(`${waiting}
open("data.csv").read(); open("large.bin").read()
open("early.txt", "w").write("early")
wait("go")
open("early.txt", "w").write("late")
`)
    .start();
  await told(run, "early.txt");
  expect(run.text("exit.json")?.trim()).toBe("");
  const live = known(run);
  expect(live["read data.csv"]).toMatchObject({ digest: sha256("a,b\n"), how: "audit" });
  expect(live["read large.bin"]).toMatchObject({
    digest: null,
    reason: "It is digested when the run ends.",
    bytes: 9 << 20,
  });
  expect(live["write early.txt"]).toMatchObject({ digest: sha256("early") });
  bench.write("go", "");
  await run.ended();
  const last = known(run);
  expect(last["write early.txt"]).toMatchObject({ digest: sha256("late"), bytes: 4 });
  expect(last["read large.bin"]).toMatchObject({ digest: sha256("x".repeat(9 << 20)) });
  expect(last["read large.bin"]).not.toHaveProperty("reason");
  // What did not change is not told again.
  expect(run.of("read").filter(({ path }) => path === "data.csv")).toHaveLength(1);
});

test("a file that is moved away or counted in a folder later is taken back", patient, async () => {
  for (let index = 0; index < 80; index++) bench.write(`data/img/${index % 2}/${index}.txt`, `${index}`);
  const run = bench
    .python(`${waiting}
import glob
names = sorted(glob.glob("data/img/*/*.txt"))
for name in names[:10]: open(name).read()
open("draft.txt", "w").write("x")
wait("go")
for name in names[10:]: open(name).read()
os.rename("draft.txt", "final.txt")
wait("on")
`)
    .start();
  await told(run, "draft.txt");
  expect(Object.keys(known(run)).filter((key) => key.startsWith("read data/img/0/"))).toHaveLength(10);
  bench.write("go", "");
  await told(run, "final.txt");
  bench.write("on", "");
  await run.ended();
  expect(Object.keys(known(run)).sort()).toEqual(["read data/img", "write final.txt"]);
  expect(run.of("read").find(({ files }) => files === 0)).toMatchObject({
    reason: "It is counted in data/img.",
    digest: null,
    bytes: 0,
  });
});

test("one of many in its folder waits until it is known as a data set", patient, async () => {
  for (let index = 0; index < 100; index++) bench.write(`img/${index}.txt`, `${index}`);
  const run = bench
    .python(`${waiting}
import glob
for name in sorted(glob.glob("img/*.txt"))[:10]: open(name).read()
open("sign.txt", "w").write("x")
wait("go")
for name in glob.glob("img/*.txt"): open(name).read()
`)
    .start();
  await told(run, "sign.txt");
  expect(Object.keys(known(run))).toEqual(["write sign.txt"]);
  bench.write("go", "");
  await run.ended();
  expect(known(run)["read img"]).toMatchObject({ type: "folder", files: 100 });
  expect(run.of("read").filter(({ path }) => path.startsWith("img/"))).toEqual([]);
});

test("parameters are told at once", patient, async () => {
  const run = bench
    .python(
      `${waiting}\nimport argparse\np = argparse.ArgumentParser()\np.add_argument("--lr", default=0.1)\np.parse_args()\nwait("go")\n`,
    )
    .start();
  await run.until("journal.jsonl", (text) => text.includes('"key":"lr"'));
  expect(run.text("exit.json")?.trim()).toBe("");
  bench.write("go", "");
  await run.ended();
  expect(run.of("parameter")).toHaveLength(1);
});
