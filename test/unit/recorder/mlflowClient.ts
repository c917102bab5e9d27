/**
 * A client of MLflow's protocol for scripts under test, in plain Python: `call(method, name, body)` answers `(status, value)`, `say(value)`
 * prints a line of JSON that `said` reads back. MLflow's own client is tried in `test/peers/mlflow`.
 */

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { ExitRecord, JournalRecord, RunSpec, StartRecord } from "../../../src/model/journal.ts";
import { parseJournalLine } from "../../../src/model/journalLine.ts";
import { isRunId } from "../../../src/model/runId.ts";
import { type ParsedRecord, parseExit, parseSpec, parseStart } from "../../../src/model/runRecords.ts";
import type { Bench, Recording } from "./recording.ts";

/** The module itself. */
export const pythonClient = `
import http.client, json, os, socket, sys, time, urllib.parse

URL = urllib.parse.urlsplit(os.environ.get("MLFLOW_TRACKING_URI", "http://127.0.0.1:1"))
TOKEN = os.environ.get("MLFLOW_TRACKING_TOKEN", "")
state = {}

def send(method, path, data=b"", headers=(), close=False):
    connection = state.get("connection") or http.client.HTTPConnection(URL.hostname, URL.port, timeout=30)
    state["connection"] = connection
    all_headers = {"Authorization": "Bearer " + TOKEN, "Content-Type": "application/json"}
    all_headers.update(headers)
    connection.request(method, path, data, {k: v for k, v in all_headers.items() if v is not None})
    answer = connection.getresponse()
    found = answer.status, answer.read()
    if close or answer.will_close:
        connection.close()
        state.clear()
    return found

def call(method, name, body=None, **query):
    target = "/api/2.0/" + name
    if query:
        target += "?" + urllib.parse.urlencode(query, doseq=True)
    status, data = send(method, target, b"" if method == "GET" else json.dumps(body or {}).encode())
    try:
        return status, json.loads(data.decode())
    except ValueError:
        return status, data.decode()

def run(**fields):
    return call("POST", "mlflow/runs/create", fields)[1]["run"]["info"]["run_id"]

def log(run_id, key, value, step=0, **more):
    return call("POST", "mlflow/runs/log-metric", dict(run_id=run_id, key=key, value=value, timestamp=1700000000000 + min(int(step), 10**9), step=step, **more))

def put(path, data):
    status, answer = send("PUT", "/api/2.0/mlflow-artifacts/artifacts/" + path, data)
    return status, answer.decode()

def get(path, **headers):
    return send("GET", "/api/2.0/mlflow-artifacts/artifacts/" + path, headers=headers)

def until(there):
    while not there(): time.sleep(0.01)

def journal():
    with open(os.environ["RUNLINE_RUN_DIR"] + "/journal.jsonl") as file: return file.read()

def say(value):
    print("SAID " + json.dumps(value), flush=True)
`;

/** A run of a script that can call the recorder. */
export function calling(bench: Bench, text: string, change: Partial<RunSpec> = {}): Recording {
  bench.write("client.py", pythonClient);
  return bench.python(`from client import *\n${text}`, change);
}

/** No server of whoever runs the tests. */
export const withoutMlflow = Object.fromEntries(
  Object.keys(process.env)
    .filter((name) => name.startsWith("MLFLOW_"))
    .map((name) => [name, undefined]),
);

/** Runs it to its end and reads all that it wrote by the product's rules. */
export async function record(
  bench: Bench,
  text: string,
  environment: NodeJS.ProcessEnv = {},
): Promise<Recording> {
  const run = calling(bench, text);
  await run.start({ ...withoutMlflow, ...environment }).ended();
  recordsIn(run.text("journal.jsonl") ?? "");
  return run;
}

/** What the script has said, in its order. */
export function said(run: Recording): readonly unknown[] {
  const lines = (run.text("output.log") ?? "").split("\n").filter((line) => line.startsWith("SAID "));
  return lines.map((line) => JSON.parse(line.slice(5)));
}

export interface Child {
  readonly id: string;
  readonly directory: string;
  readonly spec: RunSpec;
  readonly start: StartRecord;
  readonly exit: ExitRecord | null;
  readonly journal: readonly JournalRecord[];
}

/** The runs that the script made beside its own, in the order of their making, read as every reader reads them. */
export function children(run: Recording): readonly Child[] {
  const folder = join(run.directory, "..");
  const ids = readdirSync(folder).filter((id) => id !== run.id && isRunId(id));
  return ids.sort().map((id) => childIn(join(folder, id), id));
}

function childIn(directory: string, id: string): Child {
  const read = (name: string) => readFileSync(join(directory, name), "utf8");
  const exit = existsSync(join(directory, "exit.json")) ? recordOf(parseExit(read("exit.json"))) : null;
  return {
    ...{ id, directory, exit },
    spec: recordOf(parseSpec(read("spec.json"))),
    start: recordOf(parseStart(read("start.json"))),
    journal: recordsIn(read("journal.jsonl")),
  };
}

/** A journal's records, all of them as the product reads them. */
export function recordsIn(text: string): readonly JournalRecord[] {
  return text
    .split("\n")
    .slice(0, -1)
    .map((line) => {
      const parsed = parseJournalLine(line);
      if (!parsed.ok) throw new Error(`${parsed.problem}: ${line.slice(0, 200)}`);
      return parsed.record;
    });
}

function recordOf<T>(parsed: ParsedRecord<T>): T {
  if (!parsed.ok) throw new Error(parsed.problem);
  return parsed.record;
}
