/** Bundles the tests of the extension host into the one module that VS Code loads: dist/test/host/index.cjs. */

import * as path from "node:path";
import * as esbuild from "esbuild";

const root = path.resolve(import.meta.dirname, "../..");

await esbuild.build({
  absWorkingDir: root,
  entryPoints: [path.join(root, "test/host/run.ts")],
  outfile: path.join(root, "dist/test/host/index.cjs"),
  bundle: true,
  platform: "node",
  format: "cjs",
  target: "node20",
  external: ["vscode", "mocha"],
  sourcemap: "inline",
  logLevel: "warning",
});
