/**
 * Every route of MLflow's face gets what no client should send. Whatever it is: an answer that says what is wrong, never a 5xx, no crash, no
 * memory without bound. RUNLINE_FUZZ_SEED repeats what a run has printed; RUNLINE_FUZZ_ROUNDS goes on for longer.
 */

import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import type { Face } from "../../../src/api/mlflow/route.ts";
import { startRunlineServer } from "../../peers/mlflow/runlineServer.ts";
import { freshProject } from "../../unit/api/mlflow/face.ts";
import { type Contract, contractsOf } from "./contracts.ts";
import { otlpRequest } from "./otlpRequests.ts";
import { rawRequest, sendRaw } from "./rawRequests.ts";
import { anyPiece, anyValue, type Dice, diceOf, type Known } from "./values.ts";

const perRoute = 14;
const rawRequests = 120;
const spanRequests = 300;
const rounds = Number(process.env.RUNLINE_FUZZ_ROUNDS ?? 1);
const atOnce = 8;
const mostMegabytes = 700;

interface Sent {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array<ArrayBuffer> | undefined;
}

test(
  "no request brings MLflow's face down or makes it blame itself",
  async ({ onTestFinished }) => {
    const seed = Number(process.env.RUNLINE_FUZZ_SEED ?? Math.floor(Math.random() * 2 ** 31));
    process.stdout.write(`fuzz of MLflow's face: RUNLINE_FUZZ_SEED=${seed}\n`);
    const dice = diceOf(seed);
    const contracts = await knownContracts();
    const server = await startRunlineServer("--no-token");
    onTestFinished(() => server.close());
    const known = await filled(server.url);
    const wrong: object[] = [];
    const waiting = requests(contracts, dice, known);
    const send = async () => {
      for (const request of waiting) {
        const { status, text } = await answered(server.url, request);
        const isRefusal = status === 501 && text.includes("NOT_IMPLEMENTED");
        if ((status >= 500 && !isRefusal) || (status >= 400 && !text.includes('"error_code"')))
          wrong.push({ ...request, body: told(request.body), status, text: text.slice(0, 300) });
      }
    };
    await Promise.all(Array.from({ length: atOnce }, send));
    const port = Number(new URL(server.url).port);
    for (let count = 0; count < rawRequests; count++) {
      const { text, cut } = rawRequest(dice, dice.one(contracts).path);
      const said = await sendRaw(port, text, cut);
      if (/^HTTP\/1.1 5(?!01|05)/.test(said))
        wrong.push({ text: text.slice(0, 500), said: said.slice(0, 300) });
    }
    expect(wrong).toEqual([]);
    expect(await (await fetch(`${server.url}/health`)).text()).toBe("OK");
    expect(await megabytes(server.pid)).toBeLessThan(mostMegabytes);
    expect(await server.stop()).toBe("");
  },
  180_000 * rounds,
);

/** Each is made when it is its turn. */
function* requests(contracts: readonly Contract[], dice: Dice, known: Known): Generator<Sent> {
  for (let round = 0; round < rounds; round++) {
    for (const contract of contracts)
      for (let count = 0; count < perRoute; count++) yield requestFor(contract, dice, known);
    const headers = { "content-type": "application/x-protobuf", "x-mlflow-experiment-id": "0" };
    for (let count = 0; count < spanRequests; count++)
      yield { method: "POST", path: "/v1/traces", headers, body: new Uint8Array(otlpRequest(dice)) };
  }
}

function told(body: Sent["body"]): string | undefined {
  return body instanceof Uint8Array ? Buffer.from(body).toString("base64") : body?.slice(0, 2_000);
}

async function knownContracts(): Promise<readonly Contract[]> {
  const project = await freshProject();
  const face: Face = {
    ...{ store: await project.store.needed(), directory: project.layout.directory, artifactRoot: null },
    ...{ workspace: project.layout.workspace, compute: project.compute, clock: project.clock },
    person: { name: "Tester", email: null },
  };
  return contractsOf(face);
}

/** Things that requests may be about; those of one kind by the name of the member that names them. */
async function filled(url: string): Promise<Known> {
  const post = async (path: string, body: object) => {
    const headers = { "content-type": "application/json" };
    const response = await fetch(`${url}/api/${path}`, {
      method: "POST",
      headers,
      body: JSON.stringify(body),
    });
    return (await response.json()) as Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  };
  const { run } = await post("2.0/mlflow/runs/create", { experiment_id: "0" });
  const runId = textOf(run?.info, "run_id");
  const { model } = await post("2.0/mlflow/logged-models", { experiment_id: "0", name: "made" });
  await post("2.0/mlflow/registered-models/create", { name: "iris" });
  await post("2.0/mlflow/model-versions/create", { name: "iris", source: "s3://b/k" });
  const where = { type: "MLFLOW_EXPERIMENT", mlflow_experiment: { experiment_id: "0" } };
  const trace = {
    trace_id: "tr-1",
    trace_location: where,
    request_time: "2026-11-22T03:00:00Z",
    state: "OK",
  };
  await post("3.0/mlflow/traces", { trace: { trace_info: trace } });
  const { dataset } = await post("3.0/mlflow/datasets/create", { name: "d", experiment_ids: ["0"] });
  const { issue } = await post("3.0/mlflow/issues", { name: "i", description: "d", experiment_id: "0" });
  return {
    ...{ experiment_id: "0", run_id: runId, run_uuid: runId, name: "iris", version: "1", trace_id: "tr-1" },
    model_id: textOf(model?.info, "model_id"),
    dataset_id: String(dataset?.dataset_id),
    issue_id: String(issue?.issue_id),
  };
}

const types = [
  "application/json",
  "application/json",
  "application/json; charset=latin1",
  "text/plain",
  "",
  "a/b;;",
];

function requestFor({ method, path, members }: Contract, dice: Dice, known: Known): Sent {
  const place = path.replace(/:(\w+)/g, (_, name: string) =>
    dice.below(3) > 0 && known[name] !== undefined ? known[name] : anyPiece(dice, known),
  );
  const entries = members
    .filter(() => dice.below(4) > 0)
    .map((name) => [
      name,
      dice.below(2) === 0 && known[name] !== undefined ? known[name] : anyValue(dice, known),
    ]);
  if (method === "GET") {
    const query = entries.map(([name, value]) => {
      const text = typeof value === "string" ? wellFormed(value) : JSON.stringify(value);
      return `${name}=${dice.below(5) === 0 ? anyPiece(dice, known) : encodeURIComponent(text).slice(0, 3_000)}`;
    });
    const doubled = dice.below(3) === 0 ? [...query, ...query] : query;
    return { method, path: `${place}?${doubled.join("&").slice(0, 12_000)}`, headers: {}, body: undefined };
  }
  const type = dice.one(types);
  const json = JSON.stringify(Object.fromEntries(entries));
  const body = dice.below(8) > 0 ? json : broken(dice, json);
  return { method, path: place, headers: type === "" ? {} : { "content-type": type }, body };
}

function broken(dice: Dice, json: string): string {
  return dice.one([
    json.slice(0, -1),
    JSON.stringify(json),
    `[${json}]`,
    `${"[".repeat(50_000)}`,
    `${json.slice(0, -1)}${json.length > 2 ? "," : ""}"tags":${"[".repeat(20_000)}${"]".repeat(20_000)}}`,
    `${json.slice(0, -1)}${json.length > 2 ? "," : ""}"run_id":"a","run_id":{"b":1},"__proto__":{"name":"x"}}`,
    "\ufeff{}",
    "",
    "null",
    "\0",
  ]);
}

async function answered(url: string, { method, path, headers, body }: Sent) {
  const response = await fetch(`${url}${path}`, { method, headers, ...(body === undefined ? {} : { body }) });
  return { status: response.status, text: await response.text() };
}

function textOf(of: unknown, name: string): string {
  return String((of as Readonly<Record<string, unknown>> | undefined)?.[name]);
}

/** Without halves of characters, which no URL can hold. */
function wellFormed(text: string): string {
  return Buffer.from(text, "utf8").toString("utf8");
}

/** Memory that the process holds now. */
async function megabytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) / 1_024;
}
