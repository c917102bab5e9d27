/** `runline serve` is killed again and again while clients log: whatever was answered with yes is there afterwards, once. */

import { once } from "node:events";
import { expect, onTestFinished, test } from "vitest";
import { start } from "../../peers/cli/commandLine.ts";
import { freshFolder } from "../../unit/store/freshStore.ts";

const kills = 2;

interface Server {
  readonly url: string;
  kill(): Promise<void>;
}

async function serveIn(folder: string): Promise<Server> {
  const running = start(folder, ["serve", "--port", "0", "--no-token", "--json"]);
  const kill = async () => {
    if (running.child.exitCode !== null || running.child.signalCode !== null) return;
    const gone = once(running.child, "exit");
    running.child.kill("SIGKILL");
    await gone;
  };
  onTestFinished(kill);
  let out = "";
  running.child.stdout?.on("data", (text: string) => {
    out += text;
  });
  await running.seen("}\n");
  return { url: (JSON.parse(out) as { readonly url: string }).url, kill };
}

async function post(url: string, path: string, body: object, headers: object = {}) {
  const response = await fetch(`${url}${path}`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(text);
  return (text === "" ? {} : JSON.parse(text)) as Readonly<Record<string, unknown>>;
}

/** Goes on until the server is gone; tells of each one that was answered. */
async function sent(
  one: (at: number) => Promise<unknown>,
  from: number,
  taken: (at: number) => void,
): Promise<number> {
  for (let at = from; ; at++) {
    try {
      await one(at);
    } catch {
      // It was killed: whether it had taken this one nobody knows, so it is sent again.
      return at;
    }
    taken(at);
  }
}

const otlp = { "x-mlflow-experiment-id": "0" };
const spanOf = (at: number) => ({
  ...{ traceId: at.toString(16).padStart(32, "0"), spanId: "1".repeat(16), name: "call" },
  ...{
    startTimeUnixNano: String(1_700_000_000_000_000_000n + BigInt(at)),
    endTimeUnixNano: "1700000001000000000",
  },
});

test("killed while metrics, traces and models come in, it has lost and doubled nothing", async () => {
  const folder = await freshFolder();
  let server = await serveIn(folder);
  const { run } = await post(server.url, "/api/2.0/mlflow/runs/create", { experiment_id: "0" });
  const run_id = (run as { readonly info: { readonly run_id: string } }).info.run_id;
  const taken = { metrics: new Set<number>(), traces: new Set<number>(), models: new Set<number>() };
  const next = { metrics: 1, traces: 1, models: 1 };
  for (let round = 0; round < kills; round++) {
    const { url } = server;
    const enough = taken.metrics.size + 10;
    let reached: () => void = () => undefined;
    const isEnough = new Promise<void>((resolve) => {
      reached = resolve;
    });
    const metric = (step: number) =>
      post(url, "/api/2.0/mlflow/runs/log-metric", { run_id, key: "m", value: step, timestamp: step, step });
    const trace = (at: number) =>
      post(url, "/v1/traces", { resourceSpans: [{ scopeSpans: [{ spans: [spanOf(at)] }] }] }, otlp);
    const model = (at: number) =>
      post(url, "/api/2.0/mlflow/registered-models/create", { name: `model-${at}` }).catch(
        (thrown: unknown) => {
          // It was made just before the server was killed.
          if (!String(thrown).includes("RESOURCE_ALREADY_EXISTS")) throw thrown;
        },
      );
    const working = Promise.all([
      sent(metric, next.metrics, (at) => {
        taken.metrics.add(at);
        if (taken.metrics.size >= enough) reached();
      }),
      sent(trace, next.traces, (at) => taken.traces.add(at)),
      sent(model, next.models, (at) => taken.models.add(at)),
    ]);
    await isEnough;
    await server.kill();
    [next.metrics, next.traces, next.models] = await working;
    server = await serveIn(folder);
  }
  const get = async (path: string) =>
    (await (await fetch(`${server.url}${path}`)).json()) as Readonly<Record<string, unknown>>;
  const { metrics } = await get(`/api/2.0/mlflow/metrics/get-history?run_id=${run_id}&metric_key=m`);
  const steps = (metrics as readonly { readonly step: number }[]).map(({ step }) => step);
  expect(new Set(steps).size).toBe(steps.length);
  expect([...taken.metrics].filter((step) => !steps.includes(step))).toEqual([]);
  const ids = [...taken.traces].map((at) => `tr-${spanOf(at).traceId}`);
  const { trace_infos: traces } = await post(server.url, "/api/3.0/mlflow/traces/batchGetInfos", {
    trace_ids: ids,
  });
  expect((traces as readonly { readonly trace_id: string }[]).map(({ trace_id }) => trace_id)).toEqual(ids);
  const { registered_models: models } = await get(
    "/api/2.0/mlflow/registered-models/search?max_results=1000",
  );
  const names = (models as readonly { readonly name: string }[]).map(({ name }) => name);
  expect([...taken.models].filter((at) => !names.includes(`model-${at}`))).toEqual([]);
  await server.kill();
}, 180_000);
