/** Models of a team's server in a window: read, kept while it is away, and promoted there under our rules and in our log. */

import { createServer } from "node:http";
import { expect, onTestFinished, test } from "vitest";
import { startTestServer, type TestServer } from "../editor/serverHarness.ts";
import type { Client } from "../mlflow/face.ts";
import { newRun, serve } from "../mlflow/face.ts";
import { type Gate, gateTo } from "./gate.ts";

interface Team {
  readonly there: Client;
  readonly gate: Gate;
  readonly here: TestServer;
}

/** A server with digits v1 to v3 and champion on v1, and a window that is connected to it through the gate. */
async function team(): Promise<Team> {
  const there = await serve();
  const run = await newRun(there);
  await there.post("registered-models/create", { name: "digits", tags: [{ key: "task", value: "images" }] });
  for (let version = 1; version <= 3; version++)
    await there.post("model-versions/create", { name: "digits", source: `runs:/${run}/model`, run_id: run });
  await there.post("registered-models/alias", { name: "digits", alias: "champion", version: "1" });
  const gate = await gateTo(there.server.url);
  const here = await startTestServer();
  onTestFinished(() => here.stop());
  await here.value("mlflow/connect", { url: gate.url });
  await here.value("mlflow/refresh", { whole: true });
  return { there, gate, here };
}

const champion = async ({ here }: Team) =>
  (await here.value("mlflow/models", {}))[0]?.models[0]?.aliases.find(({ alias }) => alias === "champion")
    ?.version;
const promotion = { model: "digits", alias: "champion", version: 2, reason: "Better on digit 8" };
const events = async ({ here }: Team) =>
  (await here.value("audit/list", {})).map(({ event }) => event).reverse();

test("models, versions, tags and aliases of the server are listed newest version first", async () => {
  const { here, gate } = await team();
  const [shown] = await here.value("mlflow/models", {});
  expect(shown).toMatchObject({ url: gate.url, trouble: null, cut: false, asOf: expect.any(Number) });
  expect(shown?.models).toMatchObject([
    {
      ...{ name: "digits", tags: { task: "images" }, aliases: [{ alias: "champion", version: 1 }] },
      versions: [
        { version: 3, aliases: [] },
        { version: 2, aliases: [] },
        { version: 1, aliases: ["champion"], stage: "None" },
      ],
    },
  ]);
});

test("an alias moves there with its reason and where it was in our log, and back", async () => {
  const one = await team();
  const { here, gate, there } = one;
  const { url } = gate;
  expect(await here.value("mlflow/promote", { url, ...promotion, expected: 1 })).toEqual({ previous: 1 });
  expect(await champion(one)).toBe(2);
  const server = new URL(url).host;
  const said = { type: "team.alias", server, model: "digits", alias: "champion" };
  expect(await events(one)).toEqual([{ ...said, version: 2, previous: 1, reason: promotion.reason }]);
  // Again it is right already.
  expect(await here.value("mlflow/promote", { url, ...promotion })).toEqual({ previous: 2 });
  await here.value("mlflow/promote", { url, ...promotion, version: null, reason: "Undo", expected: 2 });
  expect(await champion(one)).toBeUndefined();
  expect((await events(one)).at(-1)).toEqual({ ...said, version: null, previous: 2, reason: "Undo" });
  expect(await events(one)).toHaveLength(2);
  expect(await here.value("audit/verify", {})).toMatchObject({ entries: 2, problem: null });
  expect(await here.value("models/list", {})).toEqual([]);
  expect(await there.project.store.needed().then(({ registry }) => registry.audit())).toHaveLength(7);
});

test("what somebody else moved meanwhile stays, and nothing is in the log", async () => {
  const one = await team();
  const { here, gate, there } = one;
  await there.post("registered-models/alias", { name: "digits", alias: "champion", version: "3" });
  const { url } = gate;
  expect(await here.ask("mlflow/promote", { url, ...promotion, expected: 1 })).toMatchObject({
    failure: { code: "aliasMoved", message: expect.stringContaining("version 3") },
  });
  const wrong: [object, string][] = [
    [{ reason: " " }, "reasonMissing"],
    [{ alias: "v1" }, "aliasInvalid"],
    [{ version: 9 }, "teamModelUnknown"],
    [{ model: "none" }, "teamModelUnknown"],
  ];
  for (const [change, code] of wrong)
    expect(await here.ask("mlflow/promote", { url, ...promotion, ...change })).toMatchObject({
      failure: { code },
    });
  expect(await events(one)).toEqual([]);
});

test("a change whose answer is lost counts when the server has made it", async () => {
  const one = await team();
  const { here, gate } = one;
  gate.mode = "losing";
  expect(await here.value("mlflow/promote", { url: gate.url, ...promotion })).toEqual({ previous: 1 });
  expect(await events(one)).toMatchObject([{ type: "team.alias", version: 2 }]);
});

test("a change that the server refuses is in the log as not made", async () => {
  const one = await team();
  const { here, gate } = one;
  gate.lets = (asked) => asked.startsWith("GET");
  expect(await here.ask("mlflow/promote", { url: gate.url, ...promotion })).toMatchObject({
    failure: { code: "teamRefused" },
  });
  expect(await events(one)).toMatchObject([
    { type: "team.alias", version: 2, previous: 1 },
    { type: "team.failed", version: 2, previous: 1, cause: expect.stringContaining("did not let you in") },
  ]);
  expect(await here.value("audit/verify", {})).toMatchObject({ problem: null });
  expect(await champion(one)).toBe(1);
});

test("while the server is away its models stay, and are there for the next window too", async () => {
  const one = await team();
  const { here, gate } = one;
  gate.mode = "refusing";
  const [status] = await here.value("mlflow/refresh", { whole: true });
  expect(status).toMatchObject({ refused: true, asOf: expect.any(Number) });
  expect(await champion(one)).toBe(1);
  // Who is not let in is not tried again by itself: accounts get locked.
  const before = gate.asked.length;
  await here.value("mlflow/refresh", { whole: false });
  expect(gate.asked).toHaveLength(before);

  const next = await startTestServer({ workspace: here.workspace });
  onTestFinished(() => next.stop());
  expect(await next.ask("mlflow/connect", { url: gate.url })).toMatchObject({ ok: false });
  const [shown] = await next.value("mlflow/models", {});
  expect(shown).toMatchObject({
    refused: true,
    models: [{ name: "digits" }],
    modelsAsOf: expect.any(Number),
  });

  gate.mode = "open";
  await here.value("mlflow/connect", { url: gate.url });
  expect(await here.value("mlflow/models", {})).toMatchObject([
    { trouble: null, models: [{ name: "digits" }] },
  ]);
  await here.value("mlflow/disconnect", { url: gate.url });
  expect(await here.value("mlflow/models", {})).toEqual([]);
});

test("a server that never answers keeps nobody from the others", async () => {
  const one = await team();
  const { here } = one;
  const other = await team();
  other.gate.mode = "silent";
  const connecting = here.ask("mlflow/connect", { url: other.gate.url });
  await expect.poll(() => other.gate.asked.length).toBeGreaterThan(0);
  await here.value("mlflow/promote", { url: one.gate.url, ...promotion });
  expect(await champion(one)).toBe(2);
  await here.value("mlflow/disconnect", { url: other.gate.url });
  expect(await connecting).toMatchObject({ ok: false });
});

test("of two windows one reads", async () => {
  const { here, gate } = await team();
  const second = await startTestServer({ workspace: here.workspace });
  onTestFinished(() => second.stop());
  await second.value("mlflow/connect", { url: gate.url });
  await second.value("mlflow/refresh", { whole: true });
  const before = gate.asked.length;
  for (let again = 0; again < 3; again++) {
    expect(await here.value("mlflow/refresh", { whole: false })).toMatchObject([{ trouble: null }]);
    expect(await here.value("mlflow/models", {})).toMatchObject([{ models: [{ name: "digits" }] }]);
  }
  expect(gate.asked).toHaveLength(before);
});

test("a list that never ends, and one with odd entries, are read as far as they go", async () => {
  const { here } = await team();
  const answers: Record<string, object> = {
    "experiments/search": { experiments: [{ experiment_id: "0", name: "x" }], next_page_token: "more" },
    "runs/search": { runs: [], next_page_token: "more" },
    "registered-models/search": {
      registered_models: [{ name: "odd", aliases: "none" }, { name: 7 }, null, { name: "good", tags: [{}] }],
      next_page_token: "more",
    },
    "model-versions/search": {
      model_versions: [
        { name: "good", version: "2", source: 5 },
        { name: "good", version: "x" },
        { name: "gone", version: "1" },
      ],
    },
  };
  const url = await stub(({ pathname, searchParams }) => {
    const first = answers[pathname.replace("/api/2.0/mlflow/", "")] ?? {};
    return [200, JSON.stringify(searchParams.has("page_token") ? { next_page_token: "more" } : first)];
  });
  await here.value("mlflow/connect", { url });
  await here.value("mlflow/refresh", { whole: true });
  expect((await here.value("mlflow/models", {})).find((shown) => shown.url === url)).toMatchObject({
    models: [
      { name: "odd", aliases: [], versions: [] },
      { name: "good", tags: {}, versions: [{ version: 2, source: "" }] },
    ],
  });
});

test("a server without a registry, or that lets others in there, has its runs read all the same", async () => {
  const { here, gate, there } = await team();
  gate.lets = (asked) => !/registered-models|model-versions/.test(asked);
  await newRun(there, { run_name: "later" });
  expect(await here.value("mlflow/refresh", { whole: true })).toMatchObject([
    { trouble: null, refused: false },
  ]);
  expect((await here.value("runs/list", {})).map(({ name }) => name)).toContain("later");
  const models = await here.value("mlflow/models", {});
  expect(models).toMatchObject([
    { trouble: { code: "teamRefused" }, refused: false, models: [{ name: "digits" }] },
  ]);
});

test("what a version's files say is read through the server; a page in their place says nothing", async () => {
  const { here } = await team();
  const answers: Record<string, [number, string]> = {
    "1": [200, 'flavors:\n  sklearn: {}\nsignature:\n  inputs: \'[{"name": "x", "type": "double"}]\'\n'],
    "2": [200, "<html>Sign in</html>"],
    "3": [404, "{}"],
    "4": [200, "a: &a [*a, *a"],
    "5": [500, "no"],
    "6": [401, "{}"],
    "7": [503, "later"],
  };
  const url = await stub((asked) => answers[asked.searchParams.get("version") ?? ""] ?? [200, "{}"]);
  await here.value("mlflow/connect", { url });
  const signature = async (version: number) =>
    (await here.value("mlflow/files", { url, model: "a/b", version })).signature;
  expect(await signature(1)).toEqual({ flavors: ["sklearn"], inputs: ["x: double"], outputs: [] });
  for (const version of [2, 3, 4, 5]) expect(await signature(version)).toBeNull();
  const ask = (version: number) => here.ask("mlflow/files", { url, model: "a", version });
  expect(await ask(6)).toMatchObject({ failure: { code: "teamRefused" } });
  expect(await ask(7)).toMatchObject({ failure: { code: "teamDown" } });
});

/** A server that answers whatever it is told to. */
async function stub(answer: (asked: URL) => readonly [status: number, text: string]): Promise<string> {
  const server = createServer((request, response) => {
    const [status, text] = answer(new URL(request.url ?? "/", "http://x"));
    response.writeHead(status, { "content-type": "application/json" }).end(text);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const address = server.address();
  return `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`;
}
