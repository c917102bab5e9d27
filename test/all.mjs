/** `npm test [-- <level>… <part of a file's path>…]`: installs what it needs and runs every level of tests. */

import { prepare } from "./prepare.mjs";

await prepare(import.meta.url);
const { runAll } = await import("./levels/all.ts");
await runAll(process.argv.slice(2));
