/** Takes batches of `size` points in without end, and says so after each. */

import { openSqliteStore } from "../../../src/store/sqlite/open.ts";
import { metric } from "../../unit/store/records.ts";

const [file = "", runId = "", size = "1"] = process.argv.slice(2);
const store = await openSqliteStore(file);
for (;;) {
  const from = await store.journal.cursor(runId);
  const line = from?.line ?? 0;
  const records = Array.from({ length: Number(size) }, (_, at) =>
    metric(line * Number(size) + at, { a: at }),
  );
  await store.journal.append(runId, from, { offset: line + 1, line: line + 1, identity: "1" }, records, []);
  process.send?.(line + 1);
}
