import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import * as path from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { openSqliteStore } from "../../../../src/store/sqlite/open.ts";
import { pythonClient } from "../../recorder/mlflowClient.ts";
import { type ServerWish, startTestServer, type TestServer, temporaryFolder } from "./serverHarness.ts";

const servers: TestServer[] = [];
async function start(wish?: ServerWish): Promise<TestServer> {
  const server = await startTestServer(wish);
  servers.push(server);
  return server;
}
afterEach(async () => {
  for (const server of servers.splice(0)) await server.stop();
});

const trainer = `
import json, sys
print("lr", sys.argv[1])
for step in range(5):
    print(f"step {step}: loss {1 / (step + float(sys.argv[1])):.4f} val_acc {step / 10:.3f}")
with open("model.json", "w") as file:
    json.dump({"weights": [float(sys.argv[1])]}, file)
`;

describe("requests over a connection", () => {
  it("leaves a folder clean until something is run in it", async () => {
    const server = await start();
    expect(await server.value("runs/list", {})).toEqual([]);
    expect(await server.value("models/list", {})).toEqual([]);
    expect(await server.value("metrics/keys", { runIds: [] })).toEqual([]);
    expect(await server.value("lineage/search", { text: "x" })).toEqual([]);
    expect(await server.value("audit/list", {})).toEqual([]);
    expect(await server.value("audit/verify", {})).toMatchObject({ entries: 0, problem: null });
    expect(await server.value("store/status", {})).toMatchObject({ runs: 0, bytes: 0, failure: null });
    expect(await readdir(server.workspace)).toEqual([]);
  });

  it("runs a script, follows it to its end and tells what changed", async () => {
    const server = await start({ files: { "train.py": trainer } });
    const script = `${server.workspace}/train.py`;
    const { id, name } = await server.value("runs/launch", { script, arguments: ["0.5"] });
    const ended = await server.ended(id);
    expect(ended).toMatchObject({ id, name, state: "finished", keyMetric: { key: "val_acc", value: 0.4 } });
    const [run] = await server.value("runs/list", {});
    expect(run).toMatchObject({
      id,
      name,
      state: "finished",
      exitCode: 0,
      script: "train.py",
      drained: true,
    });
    expect(run?.metrics.loss?.count).toBe(5);
    expect(await server.changed("metrics")).toMatchObject({ revision: expect.any(Number) });
    expect(server.logged.map(({ text }) => text.replace(/ in .*?:| after .*/, ""))).toEqual([
      `${name} started ${script} 0.5`,
      `${name} finished`,
    ]);
    const log = await server.value("runs/log", { id, offset: 0, length: 1_000_000 });
    expect(Buffer.from(log.base64, "base64").toString()).toContain("step 4: loss 0.2222 val_acc 0.400\n");
    expect(await server.value("runs/get", { id })).toEqual(run);
    expect(await readFile(`${server.workspace}/.runline/.gitignore`, "utf8")).toBe("*\n");
  });

  it("answers what a script asks of MLflow beyond its own run, though nobody serves", async () => {
    const script = `
from client import *
made = call("POST", "mlflow/registered-models/create", {"name": "iris"})
assert made[0] == 200, made
assert call("POST", "mlflow/model-versions/create", {"name": "iris", "source": "s3://b/m"})[0] == 200
assert call("GET", "mlflow/registered-models/search")[1]["registered_models"][0]["name"] == "iris"
`;
    const server = await start({ files: { "client.py": pythonClient, "train.py": script } });
    const { id } = await server.value("runs/launch", { script: `${server.workspace}/train.py` });
    expect(await server.ended(id)).toMatchObject({ state: "finished" });
    expect(await server.value("models/list", {})).toMatchObject([
      { name: "iris", versions: [{ version: 1 }] },
    ]);
    // Terminals are none the wiser: that is another switch.
    expect(await readdir(`${server.workspace}/.runline`)).not.toContain("mlflow.json");
  });

  it("carries NaN and infinities as what they are", async () => {
    const lines = ["step 1: loss 2.5 acc nan", "step 2: loss inf acc nan"];
    const server = await start({ files: { "train.py": lines.map((line) => `print("${line}")`).join("\n") } });
    const { id } = await server.value("runs/launch", { script: `${server.workspace}/train.py` });
    await server.ended(id);
    const run = await server.value("runs/get", { id });
    expect(run.metrics.loss).toMatchObject({ last: Number.POSITIVE_INFINITY, max: 2.5, inf: 1 });
    expect(run.metrics.acc).toMatchObject({ last: Number.NaN, min: Number.NaN, nan: 2 });
  });

  it("traces, registers and promotes what a run made", async () => {
    const server = await start({
      files: { "train.py": trainer },
      settings: { capture: { artifacts: ["*.json"] } },
    });
    const { id } = await server.value("runs/launch", {
      script: `${server.workspace}/train.py`,
      arguments: ["1"],
    });
    await server.ended(id);
    const files = await server.value("runs/files", { id });
    expect(files.map(({ direction, path }) => `${direction} ${path}`)).toEqual(
      expect.arrayContaining(["write model.json", "kept model.json"]),
    );
    const ask = { runId: id, path: "model.json", model: "digits" };
    const first = await server.value("models/register", ask);
    expect(first).toMatchObject({ version: 1, actor: { name: "Ana", email: "ana@example.org" } });
    expect(await server.value("models/register", ask)).toEqual(first);

    const promotion = { model: "digits", version: 1, alias: "champion", reason: "first" };
    expect(await server.value("models/promote", { ...promotion, expected: null })).toEqual({
      previous: null,
    });
    expect(await server.ask("models/promote", { ...promotion, expected: null })).toMatchObject({
      ok: false,
      failure: {
        code: "aliasMoved",
        message: "champion of digits was moved meanwhile: it is on version 1 now.",
      },
    });
    const graph = await server.value("lineage/walk", { node: "model:digits@1", direction: "upstream" });
    expect(graph.nodes.map(({ id: node }) => node)).toContain(`run:${id}`);
    await server.value("models/removeAlias", { model: "digits", alias: "champion", reason: "a test" });
    expect(await server.value("audit/verify", {})).toMatchObject({ entries: 4, problem: null });
    expect(await server.ask("runs/delete", { ids: [id] })).toMatchObject({
      failure: { code: "runRegistered" },
    });
  });

  it("sees at once what another window does", async () => {
    const here = await start({ files: { "train.py": trainer } });
    const there = await start({ workspace: here.workspace });
    expect(await there.value("runs/list", {})).toEqual([]);
    const { id } = await here.value("runs/launch", {
      script: `${here.workspace}/train.py`,
      arguments: ["1"],
    });
    await there.changed("runs");
    await here.ended(id);
    await here.value("runs/edit", { id, edit: { note: "hello" } });
    expect(await there.value("runs/get", { id })).toMatchObject({ state: "finished", note: "hello" });
  });
});

describe("a run that stands still", () => {
  const halting = `import os, time
for step in range(10):
    print(f"step {step}: loss {1 / (step + 1)}", flush=True)
    time.sleep(0.02)
while not os.path.exists("enough"):
    time.sleep(0.05)
`;

  it("is told once to a window that opens, by its setting, and its reason is in its row", async () => {
    const here = await start({ files: { "halting.py": halting } });
    const { id } = await here.value("runs/launch", { script: `${here.workspace}/halting.py`, arguments: [] });
    await expect
      .poll(async () => (await here.value("runs/get", { id })).metrics.loss?.count, { timeout: 30_000 })
      .toBe(10);
    const told: unknown[] = [];
    const settings = { stallMinutes: 0.02 };
    const there = await start({ workspace: here.workspace, settings });
    there.client.onNotification("runline/stalled", (what) => void told.push(what));
    await expect.poll(() => told.length, { timeout: 30_000 }).toBe(1);
    const { name, state, reason } = await there.value("runs/get", { id });
    expect([state, reason]).toEqual(["running", "no progress for 1 min"]);
    expect(told).toEqual([{ id, name, reason: "no progress for 1 min", host: null }]);
    await writeFile(path.join(here.workspace, "enough"), "");
    expect(await there.ended(id)).toMatchObject({ state: "finished", reason: null });
    expect(told.length).toBe(1);
  }, 90_000);
});

describe("what is refused", () => {
  it.each<[string, unknown, string]>([
    ["runs/list", { limit: "many" }, "requestInvalid"],
    ["runs/list", { nonsense: 1 }, "requestInvalid"],
    ["runs/list", null, "requestInvalid"],
    ["runs/get", {}, "requestInvalid"],
    ["runs/get", { id: "x".repeat(100_000) }, "requestInvalid"],
    ["runs/get", { id: "nobody" }, "runUnknown"],
    ["runs/cancel", { id: "nobody" }, "runUnknown"],
    ["runs/launch", { script: "missing.py" }, "scriptMissing"],
    ["runs/launch", { command: ["no-such-program-anywhere"] }, "commandMissing"],
    ["runs/launch", {}, "usage"],
    ["runs/edit", { id: "nobody", edit: { name: "x" } }, "runUnknown"],
    ["metrics/columns", { runIds: [], keys: [], axis: "step", width: 1e9 }, "requestInvalid"],
    ["models/register", { runId: "nobody", path: "m", model: "a/b" }, "nameInvalid"],
    ["models/register", { runId: "nobody", path: "m", model: "a" }, "runUnknown"],
    ["models/promote", { model: "m", version: 1, alias: "v3", reason: "r" }, "aliasInvalid"],
    ["models/promote", { model: "m", version: 1, alias: "a", reason: "  " }, "reasonMissing"],
    ["models/promote", { model: "m", version: 1, alias: "a", reason: "r" }, "modelUnknown"],
    ["models/promote", { model: "m", version: 0, alias: "a", reason: "r" }, "requestInvalid"],
    ["models/removeAlias", { model: "m", alias: "a", reason: "r" }, "modelUnknown"],
    ["code/file", { id: "nobody", path: "../../etc/passwd" }, "runUnknown"],
    ["script/arguments", { path: "/no/such/script.py" }, "scriptMissing"],
  ])("%s %j: %s", async (name, input, code) => {
    const server = await start();
    expect(await server.askAnything(name, input)).toMatchObject({ ok: false, failure: { code } });
  });

  it("runs nothing in a workspace that is not trusted, and shows everything", async () => {
    const trusted = await start({ files: { "train.py": trainer } });
    const { id } = await trusted.value("runs/launch", {
      script: `${trusted.workspace}/train.py`,
      arguments: ["1"],
    });
    await trusted.ended(id);
    const server = await start({ workspace: trusted.workspace, trusted: false });
    for (const [name, input] of [
      ["runs/launch", { script: `${trusted.workspace}/train.py` }],
      ["code/changes", { id }],
    ] as const)
      expect(await server.askAnything(name, input)).toMatchObject({ failure: { code: "untrusted" } });
    expect(await server.value("runs/list", {})).toHaveLength(1);
    expect(await server.value("code/file", { id, path: "train.py" })).toEqual({ text: trainer });
    expect(await server.value("store/status", {})).toMatchObject({ python: null, runs: 1 });
    await server.configure({ trusted: true });
    expect(await server.value("code/changes", { id })).toMatchObject({ snapshot: { kind: "manifest" } });
  });

  it("answers every request but the status with the failure of a store that can't be opened", async () => {
    const workspace = await temporaryFolder();
    await mkdir(`${workspace}/.runline`);
    await writeFile(`${workspace}/.runline/runline.db`, "this is no database, and it is mine");
    const server = await start({ workspace });
    for (const name of ["runs/list", "models/list", "audit/verify"])
      expect(await server.askAnything(name, {})).toMatchObject({ failure: { code: "storeUnreadable" } });
    expect(await server.value("store/status", {})).toMatchObject({ failure: { code: "storeUnreadable" } });
    expect(await readFile(`${workspace}/.runline/runline.db`, "utf8")).toBe(
      "this is no database, and it is mine",
    );
    await rm(`${workspace}/.runline/runline.db`);
    expect(await server.value("runs/list", {})).toEqual([]);
    await rm(workspace, { recursive: true });
  });

  it("begins anew when its folder is deleted while it is open, and loses nothing written from then on", async () => {
    const server = await start({ files: { "train.py": trainer } });
    const ask = { script: `${server.workspace}/train.py`, arguments: ["1"] };
    const first = await server.value("runs/launch", ask);
    await server.ended(first.id);
    await rm(`${server.workspace}/.runline`, { recursive: true });
    expect(await server.value("runs/list", {})).toEqual([]);
    const { id } = await server.value("runs/launch", ask);
    expect(await server.ended(id)).toMatchObject({ state: "finished" });
    expect(await server.value("runs/list", {})).toMatchObject([{ id }]);
    const store = await openSqliteStore(`${server.workspace}/.runline/runline.db`);
    expect(await store.runs.list({})).toMatchObject([{ id }]);
    await store.close();
  });

  it("makes a store anew that can't be opened, from the run directories", async () => {
    const server = await start({ files: { "train.py": trainer } });
    expect(await server.value("store/rebuild", {})).toEqual({ runs: 0 });
    expect(await readdir(server.workspace)).toEqual(["train.py"]);
    const ask = { script: `${server.workspace}/train.py`, arguments: ["1"] };
    const { id } = await server.value("runs/launch", ask);
    await server.ended(id);
    await server.value("runs/edit", { id, edit: { note: "kept" } });
    const before = await server.value("runs/get", { id });
    expect(await server.value("store/rebuild", {})).toEqual({ runs: 1 });
    expect(await server.value("runs/get", { id })).toEqual({ ...before, asOf: expect.any(Number) });

    await server.configure({ settings: { directory: "elsewhere" } });
    await server.value("runs/list", {});
    await writeFile(`${server.workspace}/.runline/runline.db`, "spoiled");
    await rm(`${server.workspace}/.runline/runline.db-wal`, { force: true });
    await server.configure({ settings: {} });
    expect(await server.ask("runs/list", {})).toMatchObject({ failure: { code: "storeUnreadable" } });
    expect(await server.value("store/rebuild", {})).toEqual({ runs: 1 });
    expect(await server.value("runs/get", { id })).toMatchObject({
      state: "finished",
      exitCode: 0,
      note: "",
    });
    const again = await server.value("runs/launch", ask);
    expect(await server.ended(again.id)).toMatchObject({ state: "finished" });
  });

  it("works without a folder", async () => {
    const server = await start({ workspace: null });
    expect(await server.ask("runs/list", {})).toMatchObject({ failure: { code: "noWorkspace" } });
  });
});

describe("settings while the server runs", () => {
  it("names a wrong value once and uses its default", async () => {
    const server = await start({ settings: { parallelRuns: "two" } });
    await server.value("runs/list", {});
    expect(server.logged).toEqual([
      {
        level: "warn",
        text: "The setting runline.parallelRuns is not valid: expected number, received string. The default is used until it is mended.",
      },
    ]);
  });

  it("moves to another directory", async () => {
    const server = await start({ files: { "train.py": trainer } });
    const { id } = await server.value("runs/launch", {
      script: `${server.workspace}/train.py`,
      arguments: ["1"],
    });
    await server.ended(id);
    await server.configure({ settings: { directory: "elsewhere" } });
    expect(await server.value("runs/list", {})).toEqual([]);
    await server.configure({ settings: {} });
    expect(await server.value("runs/list", {})).toHaveLength(1);
  });
});
