/** Terminals log to Runline with MLflow's own client once that is switched on: live, after a reload too, and never unasked. */

import * as fs from "node:fs";
import * as path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { clientPrograms } from "../peers/mlflow/clients.ts";
import { keepEvidence } from "./evidence.ts";
import { openSession, type Session } from "./session.ts";

/** Logs until it is told that it is enough. */
const fit = `import os, sys, time
import mlflow

with mlflow.start_run(run_name=sys.argv[1]):
    step = 0
    while not os.path.exists("enough-" + sys.argv[1]):
        step += 1
        mlflow.log_metric("loss", 1 / step, step=step)
        time.sleep(0.1)
`;

let session: Session;
let python: string;

beforeAll(async () => {
  python = path.join(await clientPrograms("2.22.5"), "python");
  session = await openSession({ files: { "fit.py": fit } });
}, 600_000);

keepEvidence(() => session);

afterAll(async () => {
  if (session !== undefined) for (const name of ["one", "two"]) tell(name);
  await session?.close();
});

const tell = (name: string) => fs.writeFileSync(path.join(session.workspace, `enough-${name}`), "");
const kept = () => {
  const file = path.join(session.workspace, ".runline", "mlflow-port.json");
  return fs.existsSync(file) ? fs.readFileSync(file, "utf8") : null;
};

/** Types a line into a new terminal, as a person does. */
async function inTerminal(line: string): Promise<void> {
  const { workbench } = session;
  await workbench.run("Terminal: Create New Terminal");
  await workbench.page.locator(".terminal-wrapper.active .xterm.focus").waitFor();
  await workbench.page.keyboard.type(`${line}\n`);
}

async function logs(name: string, ended: number): Promise<void> {
  const { workbench } = session;
  await workbench.showContainer("Runline");
  await inTerminal(`${python} fit.py ${name}`);
  await workbench.row("Runs", "Running (1)").waitFor({ timeout: 60_000 });
  const row = workbench.row("Runs", name);
  const before = (await row.filter({ hasText: /loss \d/ }).textContent()) ?? "";
  await expect.poll(() => row.textContent()).not.toBe(before);
  await workbench.screenshot(`terminal-${name}`);
  tell(name);
  await workbench.row("Runs", `Today (${ended})`).waitFor({ timeout: 60_000 });
}

test("switched on, a terminal's script with MLflow appears in the Runs view while it goes", async () => {
  const { workbench } = session;
  await workbench.showContainer("Runline");
  // A window that has just been loaded does not know yet whether the folder is trusted.
  await workbench.view("Runs").getByText("No runs yet").waitFor();
  expect(kept()).toBeNull();
  await workbench.run("Runline: Log terminals and notebooks with MLflow");
  await workbench.notifications().filter({ hasText: "log to Runline" }).waitFor();
  await expect.poll(kept).not.toBeNull();
  await workbench.run("Notifications: Clear All Notifications");
  await logs("one", 1);
});

test("after a reload it logs to the same address", async () => {
  const { workbench } = session;
  const address = kept();
  // One that the editor brings back would come in front of the new one at some moment.
  await workbench.run("Terminal: Kill All Terminals");
  await workbench.reload();
  await workbench.row("Runs", "one").waitFor({ timeout: 60_000 });
  await logs("two", 2);
  expect(kept()).toBe(address);
  expect(await workbench.notifications().count()).toBe(0);
});

/** One call of MLflow's protocol to the server of the window. */
async function call(
  place: string,
  body: object,
): Promise<Record<string, Record<string, Record<string, string>>>> {
  const { port, token } = JSON.parse(kept() ?? "{}") as { port: number; token: string };
  const answer = await fetch(`http://127.0.0.1:${port}/api/2.0/mlflow/${place}`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${token}` },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(await answer.text());
  return (await answer.json()) as Record<string, Record<string, Record<string, string>>>;
}

test("data sets, code and models that a client states are in the Lineage view", async () => {
  const { workbench } = session;
  const tags = [
    { key: "mlflow.source.name", value: "fit.py" },
    { key: "mlflow.source.git.commit", value: "4f2a1c0".padEnd(40, "0") },
  ];
  const { run } = await call("runs/create", { experiment_id: "0", run_name: "stated", tags });
  const runId = run?.info?.run_id;
  const dataset = { name: "iris", digest: "d1", source_type: "local", source: "iris.csv" };
  await call("runs/log-inputs", { run_id: runId, datasets: [{ dataset, tags: [] }] });
  const made = { experiment_id: "0", name: "tree", source_run_id: runId };
  const modelId = (await call("logged-models", made)).model?.info?.model_id;
  await call("registered-models/create", { name: "flowers" });
  const source = `models:/${modelId}`;
  await call("model-versions/create", { name: "flowers", source, run_id: runId, model_id: modelId });
  await call("runs/update", { run_id: runId, status: "FINISHED" });

  const row = workbench.row("Runs", "stated");
  await row.waitFor();
  await workbench.fold("Models", "Compute");
  await workbench.rowMenu(row, "Show lineage");
  for (const each of ["iris", "fit.py @ 4f2a1c0"])
    await workbench.row("Lineage", each).filter({ hasText: "stated" }).waitFor();
  await workbench.row("Lineage", "tree").filter({ hasText: "flowers v1" }).waitFor();
  await workbench.screenshot("stated-lineage");
});

test("the trials of a search stand below it, with the note of their client", async () => {
  const { workbench } = session;
  const made = async (name: string, tags: readonly { key: string; value: string }[], metric: number) => {
    const asked = { experiment_id: "0", run_name: name, start_time: Date.now(), tags };
    const runId = (await call("runs/create", asked)).run?.info?.run_id;
    await call("runs/log-metric", { run_id: runId, key: "acc", value: metric, timestamp: 1, step: 0 });
    await call("runs/update", { run_id: runId, status: "FINISHED", end_time: Date.now() });
    return runId ?? "";
  };
  const search = await made("search", [{ key: "mlflow.note.content", value: "what the client said" }], 0.9);
  for (const at of [1, 2]) await made(`trial-${at}`, [{ key: "mlflow.parentRunId", value: search }], at / 10);
  const row = workbench.row("Runs", "search").filter({ hasText: "2 child runs" });
  await row.waitFor();
  await workbench.row("Runs", "trial-1").waitFor({ state: "hidden" });
  await row.locator(".monaco-tl-twistie").click();
  await workbench.row("Runs", "trial-1").waitFor();
  await workbench.screenshot("child-runs");
  await workbench.hover(row, "what the client said");
});

test("switched off, nobody serves", async () => {
  const { workbench } = session;
  const { port } = JSON.parse(kept() ?? "{}") as { port: number };
  expect((await fetch(`http://127.0.0.1:${port}/health`)).ok).toBe(true);
  await workbench.run("Runline: Stop logging terminals and notebooks");
  await workbench.notifications().filter({ hasText: "no longer log" }).waitFor();
  await expect.poll(kept).toBeNull();
  await expect(fetch(`http://127.0.0.1:${port}/health`)).rejects.toThrow();
});

test("a folder that is not trusted can't switch it on", async () => {
  const settings = JSON.stringify({ "runline.mlflow.terminals": true });
  const files = { "fit.py": fit, "train.py": "print(1)\n", ".vscode/settings.json": settings };
  const restricted = await openSession({ files, trust: "restricted" });
  try {
    const { workbench, workspace } = restricted;
    await workbench.showContainer("Runline");
    await workbench.view("Runs").getByText("This workspace is not trusted").waitFor();
    expect(fs.existsSync(path.join(workspace, ".runline"))).toBe(false);
  } finally {
    await restricted.close();
  }
});
