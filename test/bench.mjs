/** `npm run bench [-- --json] [-- <part of a name>…]`: a table of budget against measured; exit code 1 where one is missed. */

import { prepare } from "./prepare.mjs";

await prepare(import.meta.url);
const { runBench } = await import("./bench/all.ts");
await runBench(process.argv.slice(2));
