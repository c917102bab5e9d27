/**
 * A server of its own for the fault tests: opens the store of a workspace and follows its runs until it is killed.
 * Run as `node followProcess.ts <workspace>`; says "following" once it has looked.
 */

import { localCompute } from "../../src/compute/local/local.ts";
import { follow } from "../../src/ops/follow.ts";
import { layoutOf } from "../../src/ops/layout.ts";
import { openSqliteStore } from "../../src/store/sqlite/open.ts";
import { recorder } from "./stack.ts";

const layout = layoutOf(process.argv[2] ?? "");
const store = await openSqliteStore(layout.store);
const follower = follow({
  store,
  compute: localCompute(recorder),
  layout,
  clock: Date.now,
  changed: () => undefined,
  ended: (run) => process.stdout.write(`ended ${run.id}\n`),
  failed: (thrown) => process.stderr.write(`${String(thrown)}\n`),
});
await follower.looked();
process.stdout.write("following\n");
process.stdin.resume();
