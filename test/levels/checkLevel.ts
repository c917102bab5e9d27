import type { Level } from "./level.ts";
import { runProgram } from "./runProgram.ts";

const checks: readonly {
  readonly what: string;
  readonly script: string;
  readonly args: readonly string[];
}[] = [
  { what: "types of src and test", script: "node_modules/typescript/bin/tsc", args: ["-p", "tsconfig.json"] },
  {
    what: "types of webview",
    script: "node_modules/typescript/bin/tsc",
    args: ["-p", "webview/tsconfig.json"],
  },
  {
    what: "lint and format",
    script: "node_modules/@biomejs/biome/bin/biome",
    args: ["check", "--error-on-warnings", "."],
  },
];

/** The compilers and the linter; each counts as one test. */
export const checkLevel: Level = {
  name: "check",
  async run({ say }) {
    let failed = 0;
    for (const { what, script, args } of checks) {
      const code = await runProgram(script, args);
      if (code !== 0) failed += 1;
      say(`  ${code === 0 ? "✓" : "✗"} ${what}`);
    }
    return { passed: checks.length - failed, failed };
  },
};
