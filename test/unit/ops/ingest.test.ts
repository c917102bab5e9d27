import { appendFile, mkdir, mkdtemp, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import * as path from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, expect, test } from "vitest";
import { localCompute } from "../../../src/compute/local/local.ts";
import { ingest } from "../../../src/ops/ingest.ts";
import { longestLine, takeLines } from "../../../src/ops/journalLines.ts";
import { openSqliteStore } from "../../../src/store/sqlite/open.ts";
import type { Store } from "../../../src/store/store.ts";

const id = "0190b0e0a5f07c3e8d1a2b3c4d5e6f70";
const compute = localCompute("recorder");
const clock = () => 1_000;
let folder: string;
let directory: string;
let journal: string;
let store: Store;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "runline-ingest-"));
  directory = path.join(folder, id);
  journal = path.join(directory, "journal.jsonl");
  await mkdir(directory);
  store = await openSqliteStore(path.join(folder, "runline.db"));
  const run = { id, name: "r", experiment: "e", host: "here", argv: [], cwd: "/", script: null, code: null };
  await store.runs.create({ ...run, created: 1, directory });
});
afterEach(async () => {
  await store.close();
  await rm(folder, { recursive: true });
});

const first = `${JSON.stringify({ kind: "attempt", time: 1, attempt: 1 })}\n`;
const metric = (step: number) =>
  `${JSON.stringify({ kind: "metric", time: 1, step, values: { loss: step }, source: "stdout" })}\n`;
const take = (ended = false) => ingest({ id, directory }, ended, { store, compute, clock });
const steps = async () => [...(await store.metrics.points({ runId: id, attempt: 1, key: "loss" })).steps];
const findings = async () => (await store.runs.findings(id)).map(({ line, text }) => ({ line, text }));

test("nothing is read twice, and a torn last line waits for its rest", async () => {
  await writeFile(journal, first + metric(0) + metric(1).slice(0, 20));
  expect(await take()).toMatchObject({ records: 2, findings: 0 });
  expect(await take()).toMatchObject({ records: 0 });
  await appendFile(journal, metric(1).slice(20) + metric(2));
  expect(await take()).toMatchObject({ records: 2 });
  expect(await steps()).toEqual([0, 1, 2]);
  expect(await findings()).toEqual([]);
});

test("no journal yet is nothing to read", async () => {
  expect(await take()).toMatchObject({ records: 0, offset: 0, size: 0 });
});

test("a torn last line of a run that is over is a finding", async () => {
  await writeFile(journal, first + metric(0) + metric(1).slice(0, 20));
  const { offset, size } = await take(true);
  expect(offset).toBe(size);
  expect(await findings()).toEqual([
    { line: 3, text: "Line 3 of the journal could not be read: it breaks off." },
  ]);
});

test("corrupt lines are findings with their numbers and stop nothing", async () => {
  const corrupt = ["{", "null", '{"kind":"metric"}', "\u0000\u0000", '{"kind":"later","time":1}'];
  await writeFile(journal, `${first}${metric(0)}${corrupt.join("\n")}\n\n${metric(1)}`);
  await appendFile(journal, Buffer.from([0xff, 0xfe, 0x0a]));
  await appendFile(journal, metric(2));
  await take();
  expect(await steps()).toEqual([0, 1, 2]);
  expect((await findings()).map(({ line }) => line)).toEqual([3, 4, 5, 6, 7, 10]);
});

test("a line longer than any record is passed over, however long it is", async () => {
  await writeFile(journal, first + metric(0));
  await appendFile(journal, "x".repeat(3 * longestLine));
  await take();
  expect(await steps()).toEqual([0]);
  await appendFile(journal, `\n${metric(1)}`);
  await take();
  expect(await steps()).toEqual([0, 1]);
  expect((await findings()).map(({ line }) => line)).toEqual([3]);
});

test("a journal that was shortened is said once; grown back it goes on where it was", async () => {
  const whole = first + metric(0) + metric(1) + metric(2);
  await writeFile(journal, whole);
  await take();
  await truncate(journal, whole.length - 10);
  await take();
  await take();
  await writeFile(journal, whole + metric(3));
  await take();
  expect(await steps()).toEqual([0, 1, 2, 3]);
  expect((await findings()).length).toBe(1);
});

test("a journal that was replaced is said, and nothing of it is counted", async () => {
  await writeFile(journal, first + metric(0) + metric(1));
  await take();
  const other = `${JSON.stringify({ kind: "attempt", time: 2, attempt: 1 })}\n`;
  await writeFile(journal, other + metric(0) + metric(1) + metric(2));
  await take();
  expect(await steps()).toEqual([0, 1]);
  await appendFile(journal, metric(3));
  await take();
  expect(await steps()).toEqual([0, 1, 3]);
  expect((await findings()).map(({ text }) => text.includes("replaced"))).toEqual([true]);
});

test("a journal that is away for a while is no other journal", async () => {
  await writeFile(journal, first + metric(0));
  await take();
  await rm(journal);
  await take();
  await writeFile(journal, first + metric(0) + metric(1));
  await take();
  expect(await steps()).toEqual([0, 1]);
  expect(await findings()).toEqual([]);
});

test("two that read the same journal at once count each record once", async () => {
  const other = await openSqliteStore(path.join(folder, "runline.db"));
  const many = Array.from({ length: 60_000 }, (_, step) => metric(step)).join("");
  await writeFile(journal, first + many);
  const both = [store, other].map((each) =>
    ingest({ id, directory }, false, { store: each, compute, clock }),
  );
  const [one, two] = await Promise.all(both);
  expect((one?.records ?? 0) + (two?.records ?? 0)).toBe(60_001);
  expect((await steps()).length).toBe(60_000);
  await other.close();
});

test("cut anywhere, the same lines come out", () => {
  const text = new TextEncoder().encode(`${first}${metric(0)}{"broken\n${metric(1)}\n${metric(2)}`);
  const all = takeLines(text, 0, 1);
  fc.assert(
    fc.property(fc.uniqueArray(fc.nat(text.length), { maxLength: 8 }), (cuts) => {
      let done = 0;
      let line = 0;
      const records: unknown[] = [];
      const found: unknown[] = [];
      for (const end of [...cuts.sort((a, b) => a - b), text.length]) {
        const taken = takeLines(text.subarray(done, end), line, 1);
        done += taken.bytes;
        line += taken.lines;
        records.push(...taken.records);
        found.push(...taken.findings);
      }
      expect({ records, found, done, line }).toEqual({
        records: all.records,
        found: all.findings,
        done: text.length,
        line: all.lines,
      });
    }),
  );
});
