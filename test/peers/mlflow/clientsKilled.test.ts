/** The recorder is killed under MLflow's own client: the script goes on without a stall and ends as it would have ended. */

import { readFile, writeFile } from "node:fs/promises";
import * as path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { capture, openStack, type Stack } from "../../faults/stack.ts";
import { clientPrograms, newestClient } from "./clients.ts";

let stack: Stack;
beforeEach(async () => {
  stack = await openStack();
});
afterEach(async () => {
  await stack.close();
});

// Where nobody answers the client tries for minutes and then raises, which would end the script at its first call.
const script = `
import os, sys
import mlflow
with mlflow.start_run(run_name="orphan") as run:
    mlflow.log_param("lr", 0.1)
    mlflow.log_metric("loss", 1, step=0)
    os.kill(os.getppid(), 9)
    for step in range(1, 50): mlflow.log_metric("loss", 1 / (step + 1), step=step)
    mlflow.log_text("hello", "notes/a.txt")
    with mlflow.start_run(run_name="inner", nested=True) as inner:
        mlflow.log_metric("z", 7)
found = mlflow.get_run(run.info.run_id)
assert found.data.params == {"lr": "0.1"} and found.info.status == "FINISHED", found
while not os.path.exists(os.path.join(os.environ["RUNLINE_RUN_DIR"], "..", inner.info.run_id, "exit.json")): pass
with open("ended", "w") as file: file.write(inner.info.run_id)
sys.exit(3)
`;

test.each(["2.9.2", newestClient] as const)(
  "the client of MLflow %s",
  async (version) => {
    const python = path.join(await clientPrograms(version), "python");
    const file = path.join(stack.workspace, "logs.py");
    await writeFile(file, script);
    stack.follow();
    const settings = { capture: { ...capture, system_interval_seconds: 0, files: false } };
    const { id } = await stack.launch({ script: file, python }, settings);
    // Nobody is left who could say with what code it ended.
    expect(await stack.ended(id)).toMatchObject({ state: "lost", name: "orphan" });
    const inner = await readFile(path.join(stack.workspace, "ended"), "utf8").catch(async () =>
      Promise.reject(new Error((await stack.log(id)).toString().slice(-3_000))),
    );
    const { steps } = await stack.store.metrics.points({ runId: id, attempt: 1, key: "loss" });
    expect([...steps]).toEqual([...Array(50).keys()]);
    const kept = path.join(stack.layout.runs, id, "artifacts/notes/a.txt");
    expect(await readFile(kept, "utf8")).toBe("hello");
    expect(await stack.ended(inner)).toMatchObject({ state: "finished", name: "inner" });
    const findings = await stack.store.runs.findings(id);
    expect(findings.map(({ code }) => code)).toContain("recorder_killed");
  },
  300_000,
);
