/**
 * MLflow's own REST tests against Runline, where somebody has MLflow's sources: RUNLINE_MLFLOW_SOURCES names their folder (a checkout of
 * about the version in `clients.ts`). Nothing of them is kept here. RUNLINE_MLFLOW_REFERENCE=1 runs them against MLflow's own server, to see
 * what they say of that.
 */

import { mkdtemp, readFile, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { expect, test } from "vitest";
import { newestClient, programsWith } from "./clients.ts";
import { runPython } from "./runPython.ts";
import { expectedFailures, suites } from "./upstreamFailures.ts";

const sources = process.env.RUNLINE_MLFLOW_SOURCES;
const reference = process.env.RUNLINE_MLFLOW_REFERENCE === "1";
const packages = [
  "pytest==9.2.0",
  "databricks-sdk==0.156.0",
  "opentelemetry-exporter-otlp-proto-http==1.45.2",
];

test.skipIf(sources === undefined)(
  "MLflow's own tests pass, but for those with a reason",
  async ({ onTestFinished }) => {
    const programs = await programsWith(packages, newestClient);
    const folder = await mkdtemp(path.join(tmpdir(), "runline-upstream-"));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    // Their tests alone: beside their package, Python would take that one instead of the one from PyPI.
    await symlink(path.resolve(sources ?? "", "tests"), path.join(folder, "tests"));
    const results = path.join(folder, "results.json");
    const errors = path.join(folder, "errors.txt");
    const cli = path.join(import.meta.dirname, "../../../src/cli.ts");
    const { output } = await runPython(
      path.join(programs, "python"),
      [
        ...["-m", "pytest", "-p", "upstream", "-p", "no:cacheprovider", "-q", "--tb=short", "-W", "ignore"],
        ...Object.keys(suites),
      ],
      {
        cwd: folder,
        env: {
          PYTHONPATH: [import.meta.dirname, folder].join(path.delimiter),
          RUNLINE_SERVE: JSON.stringify([process.execPath, cli, "serve"]),
          RUNLINE_SERVE_ERRORS: errors,
          RUNLINE_SUITE_RESULTS: results,
          RUNLINE_SUITE_WITHOUT: JSON.stringify(suites),
          RUNLINE_SUITE_REFERENCE: reference ? "1" : "",
          // Else each answer that a client may try again costs minutes.
          ...{ MLFLOW_HTTP_REQUEST_MAX_RETRIES: "1", MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR: "0" },
          ...{ MLFLOW_DISABLE_TELEMETRY: "true", MLFLOW_TESTING: "true" },
        },
      },
    );
    const ran = JSON.parse(await readFile(results, "utf8")) as [name: string, outcome: string][];
    const of = (outcome: string) =>
      ran.filter(([, each]) => each === outcome).map(([name]) => shortName(name));
    const failed = of("failed");
    process.stdout.write(
      `MLflow's own tests: ${of("passed").length} passed, ${failed.length} failed, ${of("expected").length} fail as they expect\n`,
    );
    if (failed.length > 0) process.stdout.write(output.slice(-20_000));
    const unexplained = failed.filter((name) => !Object.hasOwn(expectedFailures, name));
    expect(unexplained).toEqual([]);
    if (reference) return;
    expect(Object.keys(expectedFailures).filter((name) => !failed.includes(name))).toEqual([]);
    expect(await readFile(errors, "utf8").catch(() => "")).toBe("");
  },
  1_800_000,
);

function shortName(id: string): string {
  return id.replace(/^.*::/, "");
}
