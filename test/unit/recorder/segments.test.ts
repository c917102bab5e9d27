/** Output that is longer than one segment: kept to the byte, read as one, parsed across the borders. */

import { readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { localCompute } from "../../../src/compute/local/local.ts";
import { readSegmented } from "../../../src/compute/local/logSegments.ts";
import { Bench, type Recording, recorderFolder } from "./recording.ts";

const small = { RUNLINE_LOG_SEGMENT_BYTES: "1000" };
const compute = localCompute(recorderFolder);

let bench: Bench;
beforeEach(() => {
  bench = new Bench();
});
afterEach(() => {
  bench.remove();
});

const segments = (run: Recording) =>
  readdirSync(run.directory)
    .filter((name) => name.startsWith("output.log"))
    .sort((a, b) => Number(a.slice(11)) - Number(b.slice(11)))
    .map((name) => readFileSync(run.path(name)));

test("segments are full but the last, and together they are what was written", async () => {
  const run = bench.python(`
import hashlib, os
data = b"".join(hashlib.sha256(b"%d" % i).digest() for i in range(400)) + b"the end"
open("data", "wb").write(data)
for at in range(0, len(data), 77): os.write(1, data[at:at + 77])
`);
  await run.start(small).ended();
  const data = readFileSync(join(bench.workspace, "data"));
  expect(segments(run).map((bytes) => bytes.byteLength)).toEqual([...Array(12).fill(1000), 807]);
  expect(Buffer.concat(segments(run))).toEqual(data);
  expect(run.exit.log_bytes).toBe(data.byteLength);
  expect((await compute.observe([run.directory]))[0]?.logBytes).toBe(data.byteLength);
  for (let offset = 0; offset < data.byteLength + 2000; offset += 123)
    for (const length of [0, 1, 999, 1000, 5000]) {
      const slice = await compute.read(run.directory, "output.log", offset, length);
      expect(slice.size).toBe(data.byteLength);
      expect(Buffer.from(slice.bytes)).toEqual(data.subarray(offset, offset + length));
    }
});

test("metrics, and why a run failed, are read across the borders", async () => {
  const run = bench.python(`
for i in range(200): print(f"step {i}: loss {1 / (i + 1):.6f}")
raise KeyError("k" * 150)
`);
  await run.start(small).ended();
  expect(segments(run).length).toBeGreaterThan(3);
  expect(run.of("metric").map(({ step }) => step)).toEqual([...Array(200).keys()]);
  expect(run.exit.error).toBe(`KeyError: '${"k".repeat(150)}'`);
});

test("a pump that is killed goes on where it was", async () => {
  const run = bench.python(`
import os, time
def pump():
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            files = [os.readlink(f"/proc/{pid}/fd/{f}") for f in os.listdir(f"/proc/{pid}/fd")]
            own = os.environ["RUNLINE_RUN_ID"] + "/output.log"
            if int(pid) != os.getppid() and any(own in file for file in files): return int(pid)
        except OSError: pass
for i in range(300):
    print(f"step {i}: loss 0.5")
    if i == 150:
        time.sleep(0.5)
        os.kill(pump(), 9)
`);
  await run.start(small).ended();
  const text = Buffer.concat(segments(run)).toString();
  expect(text.trim().split("\n")).toEqual([...Array(300).keys()].map((step) => `step ${step}: loss 0.5`));
  expect(
    segments(run)
      .slice(0, -1)
      .every((bytes) => bytes.byteLength === 1000),
  ).toBe(true);
  expect(run.of("metric").map(({ step }) => step)).toEqual([...Array(300).keys()]);
});

test("what is no plain file is no part of the output", async () => {
  const path = join(bench.folder, "output.log");
  writeFileSync(path, "one");
  writeFileSync(join(bench.folder, "secret"), "secret");
  symlinkSync(join(bench.folder, "secret"), `${path}.1`);
  writeFileSync(`${path}.2`, "three");
  const { bytes, size } = await readSegmented(path, 0, 100);
  expect([Buffer.from(bytes).toString(), size]).toEqual(["one", 3]);
  expect(await readSegmented(join(bench.folder, "none"), 0, 100)).toEqual({
    bytes: new Uint8Array(),
    size: 0,
  });
});
