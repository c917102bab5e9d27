/** A window of its own for the fault tests: launches the fixture script under a given id. `node launchProcess.ts <workspace> <id>` */

import * as path from "node:path";
import { localCompute } from "../../src/compute/local/local.ts";
import { localCode } from "../../src/compute/snapshot/snapshot.ts";
import { launch } from "../../src/ops/launch.ts";
import { layoutOf } from "../../src/ops/layout.ts";
import { openSqliteStore } from "../../src/store/sqlite/open.ts";
import { newId, recorder, settings } from "./stack.ts";

const [workspace = "", id = ""] = process.argv.slice(2);
const layout = layoutOf(workspace);
const store = await openSqliteStore(layout.store);
const ask = { id, script: path.join(workspace, "train.py"), arguments: ["--steps", "50", "--pause", "0.01"] };
const parts = {
  store: async () => store,
  compute: localCompute(recorder),
  code: localCode(),
  layout,
  clock: Date.now,
  newId,
  settings,
};
const { name } = await launch(ask, parts);
process.stdout.write(name);
await store.close();
