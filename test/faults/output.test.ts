import { createHash } from "node:crypto";
import { appendFile, mkdir, readFile, writeFile } from "node:fs/promises";
import * as path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openStack, type Stack, until } from "./stack.ts";

let stack: Stack;
beforeAll(async () => {
  stack = await openStack();
  stack.follow();
});
afterAll(() => stack.close());

const million = 1_000_000;

async function expectSameBytes(kind: string, bytes: number): Promise<Buffer> {
  const { id } = await stack.start("flood.py", [kind, String(bytes), `${kind}.sha256`]);
  const run = await stack.ended(id);
  const log = await stack.log(id);
  expect(run).toMatchObject({ state: "finished", drained: true });
  const wanted = await readFile(path.join(stack.workspace, `${kind}.sha256`), "utf8");
  expect(createHash("sha256").update(log).digest("hex")).toBe(wanted);
  return log;
}

test("100 MB of output are kept byte by byte", async () => {
  const log = await expectSameBytes("lines", 100 * million);
  expect(log.byteLength).toBe(100 * million);
}, 120_000);

test("one line of 20 MB is kept byte by byte", async () => {
  await expectSameBytes("oneline", 20 * million);
}, 60_000);

test("output that is no UTF-8 is kept byte by byte", async () => {
  await expectSameBytes("invalid", million);
});

test("a million metric points are exactly a million points", async () => {
  const { id } = await stack.start("points.py", [String(million)]);
  const run = await stack.ended(id);
  expect(run).toMatchObject({ state: "finished", drained: true, findings: 0 });
  expect(run.metrics.loss).toMatchObject({ count: million, lastStep: million - 1, min: 0.5, max: 976.5 });
  const points = await stack.store.metrics.points({ runId: id, attempt: 1, key: "loss" });
  const wrong = points.steps.findIndex((step, at) => step !== at || points.values[at] !== (at % 977) + 0.5);
  expect([points.steps.length, wrong]).toEqual([million, -1]);
}, 120_000);

test("a corrupt journal line is a finding with its number, and what follows still counts", async () => {
  const { id } = await stack.start("train.py", ["--steps", "40", "--until", "corrupted"]);
  const journal = path.join(stack.layout.runs, id, "journal.jsonl");
  await until("a first metric", async () =>
    (await readFile(journal, "utf8").catch(() => "")).includes('"metric"'),
  );
  const lines = (await readFile(journal, "utf8")).split("\n").length;
  await appendFile(journal, '{"kind":"metric","time":1,"st\n\x00\x00\n{"kind":"unheard-of","time":1}\n');
  await writeFile(path.join(stack.workspace, "corrupted"), "");
  const run = await stack.ended(id);
  expect(run.metrics.loss?.count).toBe(40);
  const findings = await stack.store.runs.findings(id);
  expect(findings.length).toBeGreaterThanOrEqual(3);
  for (const finding of findings) expect(finding.line).toBeGreaterThanOrEqual(lines);
  expect(findings[0]?.text).toContain("could not be read");
});

test("file names with spaces, quotes, line breaks and emoji are read, written and joined", async () => {
  const names = [
    "a b.csv",
    `it's "quoted".csv`,
    "two\nlines.csv",
    "snow ☃ 🎿.csv",
    "-dash.csv",
    "back\\slash.csv",
  ];
  await mkdir(path.join(stack.workspace, "data"));
  for (const name of names) await writeFile(path.join(stack.workspace, "data", name), name);
  const { id } = await stack.start("names.py");
  expect(await stack.ended(id)).toMatchObject({ state: "finished", findings: 0 });
  const files = await stack.store.lineage.files(id);
  const pathsOf = (direction: string) =>
    files.filter((file) => file.direction === direction).map((file) => file.path);
  expect(pathsOf("read").sort()).toEqual(names.map((name) => `data/${name}`).sort());
  expect(pathsOf("write").sort()).toEqual(names.map((name) => `out/${name}`).sort());
  for (const file of files) expect(file.digest).toMatch(/^sha256:[0-9a-f]{64}$/);
});
