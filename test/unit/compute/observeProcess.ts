/** Says how many of the run directories in a folder can't be read: `node observeProcess.ts <folder>`. */

import { readdirSync } from "node:fs";
import * as path from "node:path";
import { observeLocally } from "../../../src/compute/local/observe.ts";

const folder = process.argv[2] ?? "";
const seen = await observeLocally(readdirSync(folder).map((name) => path.join(folder, name)));
process.stdout.write(`${seen.filter(({ unreadable }) => unreadable).length} of ${seen.length}`);
