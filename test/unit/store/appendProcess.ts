/** Another window: takes `batches` batches of `size` points in, racing with whoever does the same, and registers versions. */

import { openSqliteStore } from "../../../src/store/sqlite/open.ts";
import { digest, metric } from "./records.ts";

const [file = "", runId = "", batches = "0", size = "0"] = process.argv.slice(2);
const store = await openSqliteStore(file);
let won = 0;
for (;;) {
  const from = await store.journal.cursor(runId);
  const line = from?.line ?? 0;
  if (line === Number(batches)) break;
  const records = Array.from({ length: Number(size) }, (_, at) =>
    metric(line * Number(size) + at, { a: at }),
  );
  const to = { offset: line + 1, line: line + 1, identity: "1" };
  if (await store.journal.append(runId, from, to, records, [])) won++;
}
for (let at = 0; at < 20; at++)
  await store.registry.append({ name: "ana", email: null }, at, (models) => {
    const version = (models[0]?.versions.length ?? 0) + 1;
    const registered = {
      type: "version.registered",
      model: "m",
      version,
      runId,
      artifact: "m",
      digest: digest("a"),
      bytes: 1,
    } as const;
    return models.length === 0 ? [{ type: "model.created", model: "m" }, registered] : [registered];
  });
await store.close();
process.send?.(won);
process.disconnect();
