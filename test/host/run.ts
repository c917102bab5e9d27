/** The tests module that VS Code calls in its extension host: runs mocha over the files below and writes a report. */

import * as fs from "node:fs";
import Mocha from "mocha";

interface Report {
  readonly passed: string[];
  readonly failed: { title: string; cause: string }[];
}

/** Mocha's globals have to stand before the test files are loaded, so these are loaded here and not on top. */
async function load(): Promise<void> {
  await import("./activation.ts");
  await import("./mainJob.ts");
  await import("./resilience.ts");
  await import("./terminals.ts");
}

/** Called by VS Code. Resolves when all passed; its rejection is VS Code's exit code 1. */
export async function run(): Promise<void> {
  const file = process.env.RUNLINE_HOST_REPORT;
  if (file === undefined) throw new Error("RUNLINE_HOST_REPORT has to name the report file.");
  const report: Report = { passed: [], failed: [] };
  try {
    const mocha = new Mocha({ ui: "bdd", timeout: 60_000 });
    mocha.suite.emit("pre-require", globalThis, "", mocha);
    await load();
    const filter = process.env.RUNLINE_HOST_FILTER;
    if (filter) mocha.grep(new RegExp(filter));
    await new Promise<void>((resolve) => {
      const runner = mocha.run(() => resolve());
      runner.on("pass", (test) => report.passed.push(test.fullTitle()));
      runner.on("fail", (test, error: Error) =>
        report.failed.push({ title: test.fullTitle(), cause: error.stack ?? error.message }),
      );
    });
  } catch (error) {
    report.failed.push({
      title: "the tests could not be loaded",
      cause: String((error as Error).stack ?? error),
    });
  }
  fs.writeFileSync(`${file}.new`, JSON.stringify(report));
  fs.renameSync(`${file}.new`, file);
  if (report.failed.length > 0) throw new Error(`${report.failed.length} tests failed`);
}
