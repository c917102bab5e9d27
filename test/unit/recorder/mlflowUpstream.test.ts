/** What a run can't answer by itself: asked of the server of its workspace while one serves, and else refused at once. */

import { chmodSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { freePort } from "../../editor/freePorts.ts";
import { calling, said } from "./mlflowClient.ts";
import { Bench } from "./recording.ts";

let bench: Bench;
let server: Server;
let asked: string[];
/** Has the server been told of the experiment that the script makes? */
let told: boolean;

beforeEach(async () => {
  bench = new Bench();
  asked = [];
  told = false;
  server = createServer(async (request, reply) => {
    const answer = await answered(request);
    reply.writeHead(answer === null ? 404 : 200, { "Content-Type": "application/json" });
    const experiment = request.headers["x-mlflow-experiment-id"];
    const message = experiment === undefined ? "not here" : `No Experiment with id=${experiment} exists`;
    reply.end(JSON.stringify(answer ?? { error_code: "RESOURCE_DOES_NOT_EXIST", message }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  bench.remove();
});

const url = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

/** A server that knows one experiment and two runs. */
async function answered(request: IncomingMessage): Promise<object | null> {
  let body = "";
  for await (const piece of request) body += String(piece);
  asked.push(`${request.method} ${request.url} ${request.headers.authorization} ${body}`);
  const path = (request.url ?? "").replace(/\?.*/, "").replace("/api/2.0/mlflow/", "");
  if (path === "experiments/create") {
    told = true;
    return { experiment_id: "1" };
  }
  if (path === "/v1/traces" && told) return {};
  if (path === "registered-models/create") return { registered_model: { name: "iris" } };
  if (path === "experiments/get-by-name") return { experiment: { experiment_id: "42", name: "old" } };
  if (path === "runs/search")
    return {
      runs: ["7".repeat(32), JSON.parse(body).own].map((run_id, at) => ({
        info: { run_id, run_name: `other${at}`, start_time: 1 },
        data: { metrics: [{ key: "acc", value: 0.6, timestamp: 1, step: 0 }] },
      })),
    };
  return null;
}

function serve(record: object, mode = 0o600, folder = join(bench.workspace, ".runline")): void {
  const file = join(folder, "mlflow.json");
  writeFileSync(file, JSON.stringify(record));
  chmodSync(file, mode);
}

const script = `
a, b = run(run_name="a"), run(run_name="b", experiment_id=os.environ["MLFLOW_EXPERIMENT_ID"])
log(a, "acc", 0.5)
log(b, "acc", 0.7)
say(call("POST", "mlflow/registered-models/create", {"name": "iris"})[0])
say(call("GET", "mlflow/experiments/get-by-name", experiment_name="old")[0])
say(call("POST", "mlflow/runs/create", {"experiment_id": "42"})[0])
found = call("POST", "mlflow/runs/search", {"experiment_ids": [os.environ["MLFLOW_EXPERIMENT_ID"]], "order_by": ["metrics.acc DESC"], "own": a})[1]["runs"]
say([x["info"]["run_name"] for x in found])
say(call("POST", "mlflow/runs/search", {"experiment_ids": ["42"], "filter": "(params.a = '1' OR params.a = '2')", "own": "8" * 32})[0])
say(call("GET", "mlflow/runs/get", run_id="9" * 32)[1])
`;
const alone = [501, 404, 404, ["b", "a"], 400];

test("calls go to the server as they are, and what this run knows of its own runs is newer than what it says", async () => {
  const run = calling(bench, script);
  serve({ url: url(), token: "s3cret" });
  await run.ended();
  expect(said(run)).toEqual([
    ...[200, 200, 200],
    ["b", "other0", "a"],
    200,
    { error_code: "RESOURCE_DOES_NOT_EXIST", message: "not here" },
  ]);
  expect(asked[0]).toBe('POST /api/2.0/mlflow/registered-models/create Bearer s3cret {"name": "iris"}');
  expect(asked.some((line) => line.includes("log-metric"))).toBe(false);
  expect(run.of("notice")).toEqual([]);
});

test("without one they are refused at once, and a wish to register is kept", async () => {
  const run = calling(bench, script);
  await run.ended();
  expect(said(run).slice(0, 5)).toEqual(alone);
  expect(run.of("notice")).toMatchObject([
    { code: "mlflow_not_registered", text: expect.stringContaining("iris") },
  ]);
});

test("a run that was invited asks whoever invited it, also where a server of the workspace has died", async () => {
  const run = calling(bench, script);
  serve({ url: `http://127.0.0.1:${await freePort()}`, token: "t" });
  serve({ url: url(), token: "inv1ted", pid: 1 }, 0o600, run.directory);
  await run.ended();
  expect(said(run).slice(0, 3)).toEqual([200, 200, 200]);
  expect(asked[0]).toBe('POST /api/2.0/mlflow/registered-models/create Bearer inv1ted {"name": "iris"}');
});

test("traces go there with all that their headers say, and an experiment that the script has made is told first", async () => {
  const run = calling(
    bench,
    `
id = call("POST", "mlflow/experiments/create", {"name": "new β", "tags": [{"key": "k", "value": "v"}]})[1]["experiment_id"]
trace = lambda id: send("POST", "/v1/traces", b"spans", {"Content-Type": "application/x-protobuf", "Content-Encoding": "gzip", "X-MLflow-Experiment-Id": id})[0]
say([trace(id), trace(id), trace("77")])
`,
  );
  serve({ url: url(), token: "t" });
  const kinds: unknown[] = [];
  server.on("request", ({ headers }: IncomingMessage) =>
    kinds.push([headers["content-type"], headers["content-encoding"]]),
  );
  await run.ended();
  expect(said(run)).toEqual([[200, 200, 200]]);
  expect(asked.map((line) => line.replace(/ Bearer t /, " "))).toEqual([
    "POST /v1/traces spans",
    expect.stringContaining('{"name": "new \\u03b2", "tags": [{"key": "k", "value": "v"}]}'),
    ...["POST /v1/traces spans", "POST /v1/traces spans", "POST /v1/traces spans"],
  ]);
  const binary = ["application/x-protobuf", "gzip"];
  expect(kinds).toEqual([binary, ["application/json", undefined], binary, binary, binary]);
});

test("traces that nobody keeps are refused at once, and a person is told once", async () => {
  const run = calling(
    bench,
    `
spans = {"Content-Type": "application/x-protobuf", "X-MLflow-Experiment-Id": "0"}
say([send("POST", "/v1/traces", b"spans", spans)[0], send("POST", "/v1/traces", b"spans", spans)[0], call("POST", "mlflow/traces", {})[0]])
`,
  );
  await run.ended();
  expect(said(run)).toEqual([[501, 501, 501]]);
  expect(run.of("notice")).toMatchObject([{ code: "mlflow_traces_not_kept" }]);
});

test("a file that others may have written, that names another machine or a server that is gone, is no server", async () => {
  const dead = `http://127.0.0.1:${await freePort()}`;
  const records = [
    [{ url: url(), token: "t" }, 0o644],
    [{ url: "http://example.org:80", token: "t" }, 0o600],
    [{ url: `http://127.0.0.1.example.org:${new URL(url()).port}`, token: "t" }, 0o600],
    [{ url: dead, token: "t" }, 0o600],
    [{ nothing: true }, 0o600],
  ] as const;
  for (const [record, mode] of records) {
    const run = calling(bench, script);
    serve(record, mode);
    await run.ended();
    expect(said(run).slice(0, 5)).toEqual(alone);
    expect(run.of("notice")).toMatchObject([{ code: "mlflow_not_registered" }]);
  }
  expect(asked).toEqual([]);
});

test("a terminal that logs to the server, or did when one served, is no reason not to record what is launched from it", async () => {
  const there = calling(bench, `log(run(), "a", 1)`);
  serve({ url: url(), token: "t" });
  await there.start({ MLFLOW_TRACKING_URI: url(), MLFLOW_TRACKING_TOKEN: "t" }).ended();
  expect(there.of("metric")).toMatchObject([{ values: { a: 1 } }]);
  const gone = calling(bench, `log(run(), "a", 1)`);
  rmSync(join(bench.workspace, ".runline", "mlflow.json"));
  const port = await freePort();
  const file = join(bench.workspace, ".runline", "mlflow-port.json");
  writeFileSync(file, JSON.stringify({ port, token: "t" }), { mode: 0o600 });
  await gone.start({ MLFLOW_TRACKING_URI: `http://127.0.0.1:${port}`, MLFLOW_TRACKING_TOKEN: "t" }).ended();
  expect(gone.of("metric")).toMatchObject([{ values: { a: 1 } }]);
});
