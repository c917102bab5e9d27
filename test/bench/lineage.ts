/** A closure over a million edges of lineage (design §12): 100 layers of 2,500 things, each made from four. */

import * as fs from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";
import { performance } from "node:perf_hooks";
import Database from "better-sqlite3";
import { openSqliteStore } from "../../src/store/sqlite/open.ts";
import { atMost, type BenchRow, median } from "./row.ts";

const layers = 101;
const width = 2_500;
/** Edges that lead into each node but those of the first layer; layers × width × this is a million. */
const degree = 4;

export async function bench(): Promise<readonly BenchRow[]> {
  const folder = await fs.mkdtemp(path.join(os.tmpdir(), "runline-bench-"));
  const file = path.join(folder, "lineage.db");
  try {
    await (await openSqliteStore(file)).close();
    fill(file);
    const store = await openSqliteStore(file);
    const times: number[] = [];
    for (let at = 0; at < 5; at++) {
      const began = performance.now();
      await store.lineage.walk(`data:${layers - 1}.${at * 500}`, "upstream");
      times.push(performance.now() - began);
    }
    await store.close();
    return [atMost("lineage over 10⁶ edges, the nearest 2,000", 50, median(times), "ms")];
  } finally {
    await fs.rm(folder, { recursive: true, force: true });
  }
}

/** Written past the store: this is about reading. */
function fill(file: string): void {
  const database = new Database(file);
  const node = database.prepare(
    "insert into node (key, id, kind, label, detail, ref) values (?, ?, 'data', ?, '', ?)",
  );
  const edge = database.prepare(
    "insert into edge (used, made, kind, how, time) values (?, ?, 'read', 'audit', 0)",
  );
  database.transaction(() => {
    for (let layer = 0; layer < layers; layer++)
      for (let at = 0; at < width; at++)
        node.run(layer * width + at + 1, `data:${layer}.${at}`, `${layer}.${at}`, `${layer}.${at}`);
    for (let layer = 1; layer < layers; layer++)
      for (let at = 0; at < width; at++)
        for (let place = 0; place < degree; place++)
          edge.run((layer - 1) * width + ((at * 7 + place * 311) % width) + 1, layer * width + at + 1);
  })();
  database.close();
}
