import * as fs from "node:fs";
import * as path from "node:path";
import { projectRoot } from "../editor/built.ts";
import type { Level, Outcome } from "./level.ts";
import { runProgram } from "./runProgram.ts";

interface VitestReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly testResults: readonly { readonly status: string; readonly assertionResults: readonly object[] }[];
}

/** Counts of a report. A file that could not even be loaded is one failure. */
function outcomeOf(file: string, exitCode: number): Outcome {
  if (!fs.existsSync(file)) return { passed: 0, failed: 1 };
  const report = JSON.parse(fs.readFileSync(file, "utf8")) as VitestReport;
  const unloaded = report.testResults.filter(
    (it) => it.status === "failed" && it.assertionResults.length === 0,
  );
  const failed = report.numFailedTests + unloaded.length;
  return { passed: report.numPassedTests, failed: failed === 0 && exitCode !== 0 ? 1 : failed };
}

/** One folder of vitest files as a level. */
export function vitestLevel(name: string, config = "test/vitest.config.ts"): Level {
  return {
    name,
    async run({ filters }) {
      const report = path.join(projectRoot, "test", ".out", `${name}.json`);
      fs.rmSync(report, { force: true });
      const files =
        filters.length > 0 ? filters.map((filter) => `test/${name}/${filter}`) : [`test/${name}/`];
      const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${report}`];
      const args = ["run", "--config", config, ...reporters, ...files];
      return outcomeOf(report, await runProgram("node_modules/vitest/vitest.mjs", args));
    },
  };
}
