/** Another window that opens each store it is told of, adds a run of its own, closes it again and says so. */

import { openSqliteStore } from "../../../src/store/sqlite/open.ts";
import { newRun } from "./records.ts";

process.on("message", async ({ file, number }: { file: string; number: number }) => {
  const store = await openSqliteStore(file);
  await store.runs.create(newRun(number));
  await store.close();
  process.send?.("done");
});
process.send?.("ready");
