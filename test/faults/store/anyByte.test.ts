/** A store that was cut off at any byte of its log, as kill -9 and power cuts leave it, is whole again after the rest is taken in once more. */

import * as fs from "node:fs";
import * as path from "node:path";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { JournalRecord } from "../../../src/model/journal.ts";
import { openSqliteStore } from "../../../src/store/sqlite/open.ts";
import type { Store } from "../../../src/store/store.ts";
import { freshFolder } from "../../unit/store/freshStore.ts";
import { metric, newRun, runId } from "../../unit/store/records.ts";

const id = runId(1);
/** Not many more points than make two chunks, and an odd number in each batch. */
const batch = 1_237;

/** A journal with two attempts, values of every kind and some records of other kinds in between. */
const journal: readonly JournalRecord[] = Array.from({ length: 12_000 }, (_, at): JournalRecord => {
  if (at === 9_000) return { kind: "attempt", time: at, attempt: 2 };
  if (at % 1_000 === 7)
    return { kind: "parameter", time: at, key: `p${at % 3}`, value: `${at}`, source: "argv" };
  if (at % 1_500 === 11) return { kind: "notice", time: at, code: "captureFailed", text: `no ${at}` };
  if (at % 700 === 3) return { kind: "system", time: at, values: { cpu: at } };
  const odd = at % 97 === 0 ? Number.NaN : at % 89 === 0 ? Number.NEGATIVE_INFINITY : Math.sin(at);
  return metric(at % 2 === 0 ? at : at - 500, { loss: odd, ...(at % 5 === 0 ? { acc: at / 7 } : {}) }, at);
});

/** Takes in whatever the store does not have yet. */
async function takeRest(store: Store): Promise<void> {
  for (;;) {
    const from = await store.journal.cursor(id);
    const line = from?.line ?? 0;
    if (line === journal.length) return;
    const records = journal.slice(line, line + batch);
    const to = { offset: line + records.length, line: line + records.length, identity: "1" };
    await store.journal.append(id, from, to, records, []);
  }
}

/** Everything that the store answers about the run. */
async function told(store: Store): Promise<unknown> {
  const keys = await store.metrics.keys([id]);
  const series = [1, 2].flatMap((attempt) => keys.map((key) => ({ runId: id, attempt, key })));
  const chart = { runIds: [id], keys, axis: "step", width: 37 } as const;
  return {
    run: await store.runs.get(id),
    findings: await store.runs.findings(id),
    points: await Promise.all(series.map((each) => store.metrics.points(each))),
    charts: [
      await store.metrics.columns(chart),
      await store.metrics.columns({ ...chart, axis: "relative", x0: -4_000, x1: 6_000 }),
    ],
    table: await store.runs.table({ metrics: keys, parameters: ["p1"], tags: [], summary: true }),
  };
}

test("cut at any byte and taken in again, a store says the same", async () => {
  const folder = await freshFolder();
  const file = path.join(folder, "runline.db");
  const whole = await openSqliteStore(file, { rawPoints: 0 });
  await whole.runs.create(newRun(1, { created: 4_000 }));
  // What is in the file itself stays out of reach of the cut: the run is there, its journal is in the log.
  await whole.close();
  const written = await openSqliteStore(file, { rawPoints: 0 });
  await takeRest(written);
  const expected = await told(written);
  const log = fs.readFileSync(`${file}-wal`);
  const base = fs.readFileSync(file);
  await written.close();

  let cuts = 0;
  await fc.assert(
    fc.asyncProperty(fc.nat(log.length), async (end) => {
      const cut = path.join(folder, `cut-${cuts++}.db`);
      fs.writeFileSync(cut, base);
      fs.writeFileSync(`${cut}-wal`, log.subarray(0, end));
      const store = await openSqliteStore(cut, { rawPoints: 0 });
      try {
        await takeRest(store);
        expect(await told(store)).toEqual(expected);
      } finally {
        await store.close();
        fs.rmSync(cut);
      }
    }),
    { numRuns: 25, examples: [[0], [log.length - 1], [log.length]] },
  );
}, 120_000);
