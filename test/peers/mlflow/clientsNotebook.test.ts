/** A notebook with the environment that the editor's switch gives its kernels: it logs to the window's server, across a reload of the window. */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { rm } from "node:fs/promises";
import * as path from "node:path";
import { createInterface } from "node:readline";
import { expect, onTestFinished, test } from "vitest";
import { startTestServer, type TestServer, temporaryFolder } from "../../unit/api/editor/serverHarness.ts";
import { libraryPrograms, newestClient } from "./clients.ts";

type Cell = readonly [status: string, printed: string];

interface Notebook {
  run(cell: string): Promise<Cell>;
  restart(): Promise<Cell>;
}

async function openNotebook(folder: string, url: string, token: string | null): Promise<Notebook> {
  const python = path.join(await libraryPrograms(newestClient), "python");
  const child = spawn(python, [path.join(import.meta.dirname, "clients_notebook.py")], {
    cwd: folder,
    env: {
      ...process.env,
      // As `src/host/terminals.ts` sets them.
      MLFLOW_TRACKING_URI: url,
      MLFLOW_TRACKING_TOKEN: token ?? "",
      RUNLINE_MLFLOW_URI: url,
      MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT: "true",
      MLFLOW_DISABLE_TELEMETRY: "true",
    },
    stdio: ["pipe", "pipe", "ignore"],
  });
  const ended = once(child, "close");
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  onTestFinished(async () => {
    child.stdin.end();
    await ended;
  });
  const ask = async (cell: string | null) => {
    child.stdin.write(`${JSON.stringify(cell)}\n`);
    const answer = await lines.next();
    if (answer.done) throw new Error("the kernel is gone");
    return JSON.parse(answer.value) as Cell;
  };
  return { run: (cell) => ask(cell), restart: () => ask(null) };
}

test("a kernel logs on while the window is loaded anew, and a new kernel finds the run again", async () => {
  const workspace = await temporaryFolder();
  onTestFinished(() => rm(workspace, { recursive: true, force: true, maxRetries: 5 }));
  let here: TestServer = await startTestServer({ workspace });
  onTestFinished(() => here.stop());
  const address = await here.value("mlflow/address", {});
  const notebook = await openNotebook(workspace, address.url, address.token);

  const first = await notebook.run(`
import mlflow
mlflow.set_experiment("cells")
run = mlflow.start_run(run_name="by hand")
mlflow.log_param("lr", 0.1)
for step in range(10): mlflow.log_metric("loss", 1 / (step + 1), step=step)
print(run.info.run_id)
`);
  expect(first).toEqual(["ok", expect.stringMatching(/^[0-9a-f]{32}\n$/)]);
  const id = first[1].trim();

  // The window is closed while a cell runs, and comes back: the client asks again, at the same address.
  await here.stop();
  const during = notebook.run(
    "for step in range(10, 20): mlflow.log_metric('loss', 1 / (step + 1), step=step)",
  );
  here = await startTestServer({ workspace });
  expect(await here.value("mlflow/address", {})).toEqual(address);
  expect(await during).toEqual(["ok", ""]);
  const named = async () => (await here.value("runs/list", {})).find((run) => run.id === id);
  await expect.poll(named).toMatchObject({ name: "by hand", state: "running", experiment: "cells" });

  // A kernel that is restarted has lost the run, not its record.
  expect((await notebook.restart())[0]).toBe("restarted");
  const last = await notebook.run(`
import mlflow
mlflow.set_experiment("cells")
found = mlflow.search_runs(filter_string="attributes.run_name = 'by hand'", output_format="list")
with mlflow.start_run(run_id=found[0].info.run_id):
    mlflow.log_text("done", "notes.txt")
print(len(found), found[0].data.metrics["loss"])
`);
  expect(last).toEqual(["ok", "1 0.05\n"]);
  await expect.poll(named).toMatchObject({ state: "finished", parameters: { lr: { value: "0.1" } } });
  const points = await here.value("metrics/points", { runId: id, attempt: 1, key: "loss" });
  expect([...points.steps]).toEqual([...Array(20).keys()]);
}, 300_000);
