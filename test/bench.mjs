/** `npm run bench [-- --json FILE|-] [-- --only NAME]`: a table of budget against figure. */

import { prepare } from "./prepare.mjs";

await prepare(import.meta.url);
const { runBench } = await import("./bench/all.ts");
await runBench(process.argv.slice(2));
