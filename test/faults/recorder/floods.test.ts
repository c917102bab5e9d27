/** Output that is too much, too long or no text: kept to the byte, parsed as far as it makes sense. */

import { createHash } from "node:crypto";
import { createReadStream, statSync } from "node:fs";
import { pipeline } from "node:stream/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Bench, type Recording } from "../../unit/recorder/recording.ts";

let bench: Bench;
beforeEach(() => {
  bench = new Bench();
});
afterEach(() => {
  bench.remove();
});

const digest = async (run: Recording) => {
  const hash = createHash("sha256");
  await pipeline(createReadStream(run.path("output.log")), hash);
  return hash.digest("hex");
};

test("100 MB of output are kept to the byte", async () => {
  const run = bench.python(`
import hashlib, os, sys
h = hashlib.sha256()
block = (b"the quick brown fox " * 60 + b"\\n") * 800
for i in range(104):
    data = b"%d " % i + block
    h.update(data); sys.stdout.buffer.write(data)
sys.stdout.buffer.flush()
open("digest", "w").write(h.hexdigest())
`);
  await run.ended();
  expect(run.exit).toMatchObject({ exit_code: 0, error: null });
  expect(run.exit.log_bytes).toBeGreaterThan(99_000_000);
  expect(run.exit.log_bytes).toBe(statSync(run.path("output.log")).size);
  expect(await digest(run)).toBe(bench.read("digest"));
});

test("bytes that are no text, and the metrics between them", async () => {
  const run = bench.python(`
import sys
out = sys.stdout.buffer
for i in range(200): out.write(bytes([i, 255 - i]) * 3 + b"\\n" + b"step %d: loss 0.5\\n" % i)
out.write(b"step 999: loss 0.25 \\xff\\xfe caf\\xc3")
`);
  await run.ended();
  expect(run.of("metric").map((record) => record.step)).toEqual([...Array(200).keys(), 999]);
});

test("one line of 20 MB, in one piece and in many", async () => {
  const run = bench.python(`
import sys
print("step 1: loss 0.5")
sys.stdout.write("loss=1 " * 3000000 + "\\n")
print("step 2: loss 0.25")
for i in range(2000): sys.stdout.write("x" * 10000)
print()
print("step 3: loss 0.125")
`);
  await run.ended();
  expect(run.exit.log_bytes).toBeGreaterThan(40_000_000);
  expect(run.of("metric").map((record) => record.step)).toEqual([1, 2, 3]);
});

test("a million metric points", async () => {
  const run = bench.python(
    `
import sys
out = sys.stdout
out.reconfigure(line_buffering=False, write_through=False)
for i in range(250000): out.write("step %d: loss %.4f acc %.4f lr %.5f norm %.3f\\n" % (i, 1 / (i + 1), i / 250000, 0.1, i % 7))
`,
  );
  await run.ended();
  const records = run.of("metric");
  expect(records).toHaveLength(250_000);
  expect(
    records.every((record, index) => record.step === index && Object.keys(record.values).length === 4),
  ).toBe(true);
  expect(records.at(-1)?.values).toEqual({ loss: 0, acc: 1, lr: 0.1, norm: 249_999 % 7 });
}, 60_000);
