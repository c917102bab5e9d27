/** The runs table in the store (design §12): 10,000 runs × 200 metrics, and what a tree shows of it. */

import * as fs from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";
import Database from "better-sqlite3";
import { predicateOf } from "../../src/model/filterMatch.ts";
import { parseFilter } from "../../src/model/filterParser.ts";
import { type RunTable, tableSubject } from "../../src/model/runTable.ts";
import { openSqliteStore } from "../../src/store/sqlite/open.ts";
import { atMost, type BenchRow, told } from "./row.ts";
import { spent, timed } from "./timed.ts";

const runs = 10_000;
const metrics = Array.from({ length: 200 }, (_, at) => `metric_${at}`);
const parameters = Array.from({ length: 10 }, (_, at) => `parameter_${at}`);

export async function bench(): Promise<readonly BenchRow[]> {
  const folder = await fs.mkdtemp(path.join(os.tmpdir(), "runline-bench-"));
  const file = path.join(folder, "table.db");
  try {
    await (await openSqliteStore(file)).close();
    fill(file);
    const store = await openSqliteStore(file);
    const shown = { metrics: metrics.slice(0, 20), parameters, tags: [] };
    const [cold] = await spent(() => store.runs.table(shown));
    const slices: number[] = [];
    for (let more = true; more; ) {
      const [ms, isMore] = await spent(() => store.runs.prepareTables());
      more = isMore;
      slices.push(ms);
    }
    const first = await timed(() => store.runs.table(shown));
    const all = await timed(() => store.runs.table({ metrics, extremes: false, parameters, tags: [] }));
    const figures = await timed(() => store.runs.table({ metrics, parameters, tags: [] }));
    const summary = await timed(() => store.runs.table({ ...shown, summary: true }));
    const tree = await timed(() => store.runs.list({ limit: 50 }));
    const table = await store.runs.table(shown);
    const filter = await timed(async () => fitting(table));
    await store.close();
    return [
      atMost("10 k runs, 20 metrics and 10 parameters of them", 150, first, "ms"),
      told("– before its columns are made", cold, "ms"),
      told(
        "– making them, while nobody waits",
        slices.reduce((sum, ms) => sum + ms, 0),
        "ms",
      ),
      atMost("– a slice of that, in which others wait, p99", 10, quantile(slices, 0.99), "ms"),
      atMost("10 k runs, last values of all 200 metrics", 150, all, "ms"),
      told("– with the least and the greatest of each", figures, "ms"),
      atMost("10 k runs, 20 metrics, and what all 200 columns hold", 200, summary, "ms"),
      atMost("a filter over 10 k runs", 50, filter, "ms"),
      atMost("the newest 50 of 10 k runs × 200 metrics, whole", 50, tree, "ms"),
    ];
  } finally {
    await fs.rm(folder, { recursive: true, force: true });
  }
}

function fitting(table: RunTable): number {
  const read = parseFilter('metrics.metric_3 < 0.5 and params.parameter_1 > 0.2 and name like "run-%7"');
  if (!read.ok || read.filter === null) throw new Error("the filter is wrong");
  const [fits, subject] = [predicateOf(read.filter), tableSubject(table)];
  return table.runs.filter((_, at) => fits(subject(at))).length;
}

/** Written past the store: this is about reading. */
function fill(file: string): void {
  const database = new Database(file);
  database.pragma("synchronous = off");
  const run = database.prepare(
    `insert into run (key, id, name, experiment, host, argv, cwd, script, created, directory, as_of, state, drained, key_series)
     values (?, ?, ?, 'bench', 'here', '["python","train.py"]', '/work', 'train.py', ?, ?, 0, 'finished', 1, ?)`,
  );
  const name = database.prepare("insert into metric_name (id, name) values (?, ?)");
  const parameter = database.prepare(
    "insert into parameter (run, name, value, source) values (?, ?, ?, 'argv')",
  );
  const series = database.prepare(
    `insert into series (run, attempt, metric, last, last_step, min, min_step, max, max_step, count, nan, inf,
       step0, step1, time0, time1, chunks, sample)
     values (?, 1, ?, ?, 999, ?, 1, ?, 2, 1000, 0, 0, 0, 999, 1700000000000, 1700000100000, 1, ?)`,
  );
  const sample = JSON.stringify({ stride: 64, values: Array.from({ length: 16 }, (_, at) => at / 100) });
  database.transaction(() => {
    for (const [at, key] of metrics.entries()) name.run(at + 1, key);
    for (let key = 1; key <= runs; key++) {
      const first = (key - 1) * metrics.length + 1;
      run.run(key, key.toString(16).padStart(32, "0"), `run-${key}`, key, `/runs/${key}`, first);
      for (const [at, of] of parameters.entries())
        parameter.run(key, of, String(((key * 31 + at) % 97) / 97));
      for (let metric = 1; metric <= metrics.length; metric++) {
        const value = ((key * 7919 + metric * 104_729) % 10_007) / 10_007;
        series.run(key, metric, value, value - 1, value + 1, sample);
      }
    }
  })();
  database.close();
}

const quantile = (values: readonly number[], share: number) =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length * share)] ?? Number.NaN;
