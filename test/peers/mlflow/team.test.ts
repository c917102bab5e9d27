/** A team's own `mlflow server`: its runs beside one's own, and one's own sent there, through an outage and never twice. */

import { createServer } from "node:http";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { startTestServer, type TestServer } from "../../unit/api/editor/serverHarness.ts";
import { startRunlineServer } from "./runlineServer.ts";
import { startTeamPeer, type TeamPeer } from "./teamServer.ts";

const steps = 12_000;
const trainer = `
import argparse, json
parser = argparse.ArgumentParser()
parser.add_argument("--lr", type=float, default=0.5)
parser.parse_args()
for step in range(${steps}):
    print(f"step {step}: loss {1 / (step + 0.5):.6f}")
with open("model.json", "w") as file:
    json.dump({"weights": [1]}, file)
`;

let team: TeamPeer;
let here: TestServer;

beforeAll(async () => {
  team = await startTeamPeer();
  const settings = { capture: { artifacts: ["*.json"] } };
  here = await startTestServer({ files: { "train.py": trainer }, settings });
}, 600_000);

afterAll(async () => {
  await here?.stop();
  await team?.close();
});

/** A run at the server as one of the team has made it. */
async function theirs(name: string): Promise<string> {
  const { run } = await team.post("runs/create", { experiment_id: "0", run_name: name, start_time: 1_000 });
  const id = run.info.run_id;
  const points = [3, 2, 1].map((value, at) => ({ key: "loss", value, timestamp: 2_000 + at, step: at }));
  await team.post("runs/log-batch", { run_id: id, metrics: points, params: [{ key: "lr", value: "0.1" }] });
  return id;
}

const listed = async () => here.value("runs/list", {});
const named = async (name: string) => (await listed()).find((run) => run.name === name);
const waits = { timeout: 120_000, interval: 100 };

test("their runs are listed, read point by point and compared with one of here, and follow theirs", async () => {
  const id = await theirs("theirs");
  const status = await here.value("mlflow/connect", { url: team.url });
  expect(status).toMatchObject({ url: team.url, trouble: null });
  await expect
    .poll(() => named("theirs"), waits)
    .toMatchObject({
      ...{ id, state: "running", experiment: "Default", host: status.name, created: 1_000 },
      parameters: { lr: { value: "0.1" } },
      metrics: { loss: { last: 1, lastStep: 2, count: 1 } },
    });

  const points = () => here.value("metrics/points", { runId: id, attempt: 1, key: "loss" });
  await here.value("metrics/columns", { runIds: [id], keys: ["loss"], axis: "step", width: 100 });
  await expect.poll(async () => (await points()).values.toSorted(), waits).toEqual([1, 2, 3]);

  const { id: own } = await here.value("runs/launch", { script: `${here.workspace}/train.py` });
  await here.ended(own);
  const table = await here.value("compare/table", { runIds: [own, id], wanted: ["metric:loss"] });
  expect(JSON.stringify(table)).toContain("loss");

  await team.post("runs/log-batch", {
    run_id: id,
    metrics: [{ key: "loss", value: 0.5, timestamp: 9_000, step: 3 }],
  });
  await team.post("runs/update", { run_id: id, status: "FINISHED", end_time: 10_000 });
  for (let again = 0; again < 3; again++) await here.value("mlflow/refresh", { whole: true });
  expect(await named("theirs")).toMatchObject({
    ...{ state: "finished", ended: 10_000 },
    metrics: { loss: { last: 0.5, count: 4, min: 0.5, max: 3 } },
  });
  expect(await here.value("runs/findings", { id })).toEqual([]);

  // One that goes on after its end is the same run, and no point of it comes twice.
  await team.post("runs/update", { run_id: id, status: "RUNNING" });
  await here.value("mlflow/refresh", { whole: true });
  expect(await named("theirs")).toMatchObject({ state: "running", attempt: 2 });
  await here.value("metrics/columns", { runIds: [id], keys: ["loss"], axis: "step", width: 100 });
  await team.post("runs/update", { run_id: id, status: "FINISHED", end_time: 10_000 });
  await here.value("mlflow/refresh", { whole: true });
  expect(await named("theirs")).toMatchObject({ state: "finished", metrics: { loss: { count: 4 } } });

  // Nobody knows how a run goes on whose server is not asked; connected again, it goes on.
  const { run } = await team.post("runs/create", { experiment_id: "0", run_name: "open", start_time: 1 });
  await here.value("mlflow/refresh", { whole: true });
  await here.value("mlflow/disconnect", { url: team.url });
  expect(await named("open")).toMatchObject({ state: "lost", reason: `${status.name} is no longer read` });
  await here.value("mlflow/connect", { url: team.url });
  await expect.poll(() => named("open"), waits).toMatchObject({ state: "running" });
  await team.post("runs/update", { run_id: run.info.run_id, status: "FAILED", end_time: 9 });
  await here.value("mlflow/refresh", { whole: true });
  expect(await named("open")).toMatchObject({ state: "failed", ended: 9 });

  // What was read stays when the store is made anew, and whose run it is.
  await here.value("store/rebuild", {});
  expect(await named("theirs")).toMatchObject({ host: status.name, metrics: { loss: { count: 4 } } });
}, 180_000);

test("a run is sent whole though the server is killed meanwhile, and never twice", async () => {
  const { url } = await here.value("mlflow/connect", { url: team.url });
  const { id } = await here.value("runs/launch", { script: `${here.workspace}/train.py`, name: "ours" });
  await here.ended(id);
  const copies = async () => (await team.runs()).filter(({ info }) => info.run_name === "ours");

  const sending = here.value("mlflow/send", { id, url });
  await expect.poll(async () => (await copies()).length, waits).toBe(1);
  await team.kill();
  expect(await sending).toBeNull();
  const [down] = await here.value("mlflow/refresh", { whole: true });
  expect(down?.trouble).toMatchObject({ code: "teamDown" });
  await team.start();

  // Nobody asks for it: what waits is tried again by itself.
  await expect.poll(async () => (await copies())[0]?.info.status, waits).toBe("FINISHED");
  const sent = await here.value("mlflow/send", { id, url });
  expect(sent).toMatchObject({ left: 0, link: expect.stringContaining("/runs/") });
  const [copy, ...others] = await copies();
  expect(others).toEqual([]);
  const remote = copy?.info.run_id ?? "";
  expect(copy?.data.tags).toContainEqual({ key: "runline.runId", value: id });
  expect(copy?.data.params).toContainEqual({ key: "lr", value: "0.5" });
  const query = { run_id: remote, metric_key: "loss", max_results: "25000" };
  const { metrics = [] } = await team.get("metrics/get-history", query);
  expect(metrics).toHaveLength(steps);
  expect(new Set(metrics.map(({ step }) => step)).size).toBe(steps);
  const { files } = await team.get("artifacts/list", { run_id: remote });
  expect(files?.map(({ path }) => path)).toEqual(["model.json"]);

  await here.value("mlflow/refresh", { whole: true });
  expect((await listed()).filter(({ name }) => name === "ours").map((run) => run.id)).toEqual([id]);
  // MLflow's own server starts twice here, which a busy machine makes minutes of.
}, 300_000);

test("a run that is canceled on its way leaves nothing there", async () => {
  const { url } = await here.value("mlflow/connect", { url: team.url });
  const { id } = await here.value("runs/launch", { script: `${here.workspace}/train.py`, name: "unwanted" });
  await here.ended(id);
  const copies = async () => (await team.runs()).filter(({ info }) => info.run_name === "unwanted");
  const sending = here.ask("mlflow/send", { id, url });
  await expect.poll(async () => (await copies()).length, waits).toBe(1);
  await here.value("mlflow/cancelSend", { id });
  expect(await sending).toMatchObject({ ok: false, failure: { code: "requestCanceled" } });
  expect(await copies()).toEqual([]);
  await here.value("mlflow/refresh", { whole: false });
  expect(await copies()).toEqual([]);
}, 180_000);

test("a server that asks for a token lets in whoever has it", async () => {
  const other = await startRunlineServer();
  onTestFinished(() => other.close());
  const access = { url: other.url, token: other.token ?? "" };
  expect(await here.value("mlflow/connect", access)).toMatchObject({ trouble: null, refused: false });
  for (const wrong of [{ token: "wrong" }, {}, { user: "me", password: "word" }])
    expect(await here.ask("mlflow/connect", { url: other.url, ...wrong })).toMatchObject({
      failure: { code: "teamRefused" },
    });
  const statuses = await here.value("mlflow/refresh", { whole: false });
  expect(statuses.filter(({ refused }) => refused).map(({ url }) => url)).toEqual([other.url]);
  await here.value("mlflow/disconnect", { url: other.url });
});

test("what a server that is none, or that refuses, says is told as it is", async () => {
  const answers: Record<string, [number, string]> = {
    "/401": [401, "{}"],
    "/html": [200, "<html>"],
    "/moved": [302, ""],
    "/busy": [503, "later"],
  };
  const other = createServer((request, response) => {
    const [status, text] = answers[`/${request.url?.split("/")[1]}`] ?? [404, ""];
    response.writeHead(status, { location: "/elsewhere" }).end(text);
  });
  await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void other.close());
  const address = other.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const codes: (string | null)[] = [];
  for (const place of ["401", "html", "moved", "busy"]) {
    const url = `http://127.0.0.1:${port}/${place}`;
    const reply = await here.ask("mlflow/connect", { url, token: "secret-word" });
    codes.push(reply.ok ? null : reply.failure.code);
    expect(JSON.stringify(reply)).not.toContain("secret-word");
    await here.value("mlflow/disconnect", { url });
  }
  expect(codes).toEqual(["teamRefused", "teamOdd", "teamOdd", "teamDown"]);
  const gone = await here.ask("mlflow/connect", { url: "http://127.0.0.1:1" });
  expect(gone).toMatchObject({ failure: { code: "teamDown" } });
  await here.value("mlflow/disconnect", { url: "http://127.0.0.1:1" });
});
