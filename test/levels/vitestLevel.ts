import * as fs from "node:fs";
import * as path from "node:path";
import { projectRoot } from "../editor/built.ts";
import { chosenFiles } from "./chosenFiles.ts";
import { forgetFailed, sayFailed } from "./failed.ts";
import type { Level, Outcome } from "./level.ts";
import { runProgram } from "./runProgram.ts";

interface VitestReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly message: string;
    readonly assertionResults: readonly {
      readonly status: string;
      readonly fullName: string;
      readonly failureMessages: readonly string[];
    }[];
  }[];
}

/** Counts of a report. A file that could not even be loaded is one failure. */
function outcomeOf(file: string, exitCode: number): Outcome {
  if (!fs.existsSync(file)) return { passed: 0, failed: 1 };
  const report = JSON.parse(fs.readFileSync(file, "utf8")) as VitestReport;
  const unloaded = report.testResults.filter(
    (it) => it.status === "failed" && it.assertionResults.length === 0,
  );
  const failed = report.numFailedTests + unloaded.length;
  const causes = report.testResults.flatMap(({ name, message, assertionResults }) => {
    const which = path.relative(projectRoot, name);
    const tests = assertionResults.filter((it) => it.status === "failed");
    if (tests.length === 0 && message !== "") return [`${which}\n${message}`];
    return tests.map((it) => `${which} › ${it.fullName}\n${it.failureMessages.join("\n")}`);
  });
  return { passed: report.numPassedTests, failed: failed === 0 && exitCode !== 0 ? 1 : failed, causes };
}

/** One folder of vitest files as a level. */
export function vitestLevel(name: string, config = "test/vitest.config.ts"): Level {
  return {
    name,
    async run({ say, filters }) {
      forgetFailed();
      const report = path.join(projectRoot, "test", ".out", `${name}.json`);
      fs.rmSync(report, { force: true });
      const files = filters.length > 0 ? chosenFiles(name, filters) : [`test/${name}/`];
      const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${report}`];
      const args = ["run", "--config", config, ...reporters, ...files];
      const outcome = outcomeOf(report, await runProgram("node_modules/vitest/vitest.mjs", args));
      sayFailed(say);
      return outcome;
    },
  };
}
