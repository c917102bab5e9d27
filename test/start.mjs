/**
 * `npm start [-- --headless-demo | --check | --port N]`: builds and packages Runline and opens the sample workspace with it in
 * VS Code; without an editor, the main job through the CLI.
 */

import { prepare } from "./prepare.mjs";

await prepare(import.meta.url);
const { start } = await import("./editor/start.ts");
await start(process.argv.slice(2));
