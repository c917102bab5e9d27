/**
 * Requests as clients other than MLflow's Python client spell them: its R package, curl by hand, old versions. What is said of each is what
 * MLflow's own server says; the server here and the recorder of a launched script say the same, and neither fails on what fails there.
 */

import { execFile } from "node:child_process";
import { copyFile, writeFile } from "node:fs/promises";
import * as path from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, expect, test } from "vitest";
import { capture, openStack, type Stack } from "../../faults/stack.ts";
import { start } from "../cli/commandLine.ts";

interface Spelled {
  readonly what: string;
  readonly ask: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly status: number;
  /** Where the recorder says otherwise: it takes calls of both versions, and passes on what it does not know. */
  readonly recorder?: number;
  /** What the answer has in it. */
  readonly says?: string;
}

const json = { "Content-Type": "application/json" };
const fromR = { "Content-Type": "application/json; charset=utf-8", "User-Agent": "mlflow-r-client/2.22.0" };
const form = { "Content-Type": "application/x-www-form-urlencoded" };
const api = "/api/2.0/mlflow/";
const noJson = "Content-Type must be one of ['application/json']";

const spelled: readonly Spelled[] = [
  // The R package gives both names of a run, whole numbers as doubles and every number that is none as text.
  ...[
    ["a point", '"value":0.25,"timestamp":1.7e+12,"step":0'],
    ["a step that is a double", '"value":0.5,"timestamp":1700000000000.0,"step":1.0'],
    ["what is not a number", '"value":"NaN","timestamp":1700000000000,"step":2'],
    ["what has no end", '"value":"-Infinity","timestamp":1700000000000,"step":3'],
    ["whole numbers as text", '"value":1,"timestamp":"1700000000000","step":"4"'],
  ].map(([what = "", rest = ""]) => ({
    what: `R: ${what}`,
    ask: `POST ${api}runs/log-metric`,
    headers: fromR,
    body: `{"run_uuid":"RUN","run_id":"RUN","key":"loss",${rest}}`,
    status: 200,
  })),
  {
    what: "R: a batch, with lists of none",
    ask: `POST ${api}runs/log-batch`,
    headers: fromR,
    body: '{"run_id":"RUN","metrics":[{"key":"acc","value":0.5,"timestamp":1.7e+12,"step":0}],"params":[{"key":"lr","value":"0.1"}],"tags":[]}',
    status: 200,
  },
  {
    what: "R: a parameter of an older version",
    ask: `POST ${api}runs/log-parameter`,
    headers: fromR,
    body: '{"run_uuid":"RUN","key":"depth","value":"3"}',
    status: 200,
  },
  {
    what: "R: a run by both names",
    ask: `GET ${api}runs/get?run_uuid=RUN&run_id=RUN`,
    headers: fromR,
    status: 200,
    says: '"run_name"',
  },
  {
    what: "R: the end of a run",
    ask: `POST ${api}runs/update`,
    headers: fromR,
    body: '{"run_uuid":"RUN","run_id":"RUN","status":"FINISHED","end_time":1.7e+12}',
    status: 200,
    says: '"FINISHED"',
  },
  {
    what: "R: all of an experiment",
    ask: `POST ${api}runs/search`,
    headers: fromR,
    body: '{"experiment_ids":["0"],"filter":"params.depth = \\"3\\"","run_view_type":"ACTIVE_ONLY","order_by":[]}',
    status: 200,
    says: '"RUN"',
  },

  ...["/api/2.0", "/ajax-api/2.0"].map((prefix) => ({
    what: `the prefix ${prefix}`,
    ask: `GET ${prefix}/mlflow/runs/get?run_id=RUN`,
    status: 200,
    says: '"raw"',
  })),
  ...["/api/3.0", "/ajax-api/3.0"].map((prefix) => ({
    what: `the prefix ${prefix}, where this call is not`,
    ask: `GET ${prefix}/mlflow/runs/get?run_id=RUN`,
    status: 404,
    recorder: 200,
  })),
  {
    what: "another version",
    ask: "GET /api/9.0/mlflow/runs/get?run_id=RUN",
    status: 404,
    recorder: 501,
  },

  // curl by hand.
  {
    what: "curl -d: a form, which is refused in words",
    ask: `POST ${api}runs/log-metric`,
    headers: form,
    body: '{"run_id":"RUN","key":"form","value":1,"timestamp":1,"step":0}',
    status: 400,
    says: noJson,
  },
  {
    what: "a form with fields",
    ask: `POST ${api}runs/log-metric`,
    headers: form,
    body: "run_id=RUN&key=form&value=1&timestamp=1",
    status: 400,
    says: noJson,
  },
  {
    what: "fields in the query of a POST",
    ask: `POST ${api}runs/log-metric?run_id=RUN&key=form&value=1&timestamp=1`,
    headers: json,
    status: 400,
    says: "Missing value for required parameter",
  },
  {
    what: "no kind of content",
    ask: `POST ${api}runs/log-metric`,
    body: '{"run_id":"RUN","key":"form","value":1,"timestamp":1}',
    status: 400,
    says: "Content-Type header is missing",
  },
  {
    what: "GET with a body of JSON",
    ask: `GET ${api}runs/get`,
    headers: json,
    body: '{"run_id":"RUN"}',
    status: 200,
    says: '"raw"',
  },
  {
    what: "GET with a body of JSON and no kind",
    ask: `GET ${api}metrics/get-history`,
    body: '{"run_id":"RUN","metric_key":"acc"}',
    status: 200,
    says: "0.5",
  },
  {
    what: "GET with both: the query counts",
    ask: `GET ${api}runs/get?run_id=RUN`,
    headers: json,
    body: '{"run_id":"other"}',
    status: 200,
    says: '"raw"',
  },
  {
    what: "GET with a body that is none",
    ask: `GET ${api}runs/get`,
    headers: json,
    body: "run_id=RUN",
    status: 400,
  },
  { what: "a slash at the end", ask: `GET ${api}runs/get/?run_id=RUN`, status: 404, recorder: 501 },
  {
    what: "a slash at the end of a POST",
    ask: `POST ${api}runs/set-tag/`,
    headers: json,
    body: '{"run_id":"RUN","key":"slash","value":"1"}',
    status: 404,
    recorder: 501,
  },
  { what: "two slashes", ask: "GET //api/2.0/mlflow/runs/get?run_id=RUN", status: 200 },
  { what: "a name in capitals", ask: `GET ${api}Runs/Get?run_id=RUN`, status: 404, recorder: 501 },
  { what: "letters by their numbers", ask: `GET ${api}runs/ge%74?run_id=RUN`, status: 200 },
  {
    what: "JSON within JSON",
    ask: `POST ${api}runs/set-tag`,
    headers: json,
    body: JSON.stringify('{"run_id":"RUN","key":"twice","value":"1"}'),
    status: 200,
  },
  {
    what: "a mark before the first letter",
    ask: `POST ${api}runs/set-tag`,
    headers: json,
    body: '\ufeff{"run_id":"RUN","key":"bom","value":"1"}',
    status: 200,
  },
  {
    what: "a kind in capitals",
    ask: `POST ${api}runs/set-tag`,
    headers: { "content-type": "Application/JSON" },
    body: '{"run_id":"RUN","key":"capitals","value":"1"}',
    status: 200,
  },
  {
    what: "fields nobody knows",
    ask: `POST ${api}runs/set-tag`,
    headers: json,
    body: '{"run_id":"RUN","key":"more","value":"1","extra":{"a":[1]}}',
    status: 200,
  },
  {
    what: "a list where an object should be",
    ask: `POST ${api}runs/set-tag`,
    headers: json,
    body: "[]",
    status: 400,
  },
  { what: "nothing at all", ask: `POST ${api}runs/set-tag`, headers: json, body: "", status: 400 },
  {
    what: "another method",
    ask: `PUT ${api}runs/set-tag`,
    headers: json,
    body: "{}",
    status: 404,
    recorder: 501,
  },
];

let stack: Stack;
beforeEach(async () => {
  stack = await openStack();
  await copyFile(path.join(import.meta.dirname, "clients_raw.py"), path.join(stack.workspace, "ask.py"));
  const table = spelled.map(({ ask, headers = {}, body = "" }) => {
    const [method, target] = ask.split(" ");
    return [method, target, headers, body];
  });
  await writeFile(path.join(stack.workspace, "table.json"), JSON.stringify(table));
});
afterEach(async () => {
  await stack.close();
});

type Answers = readonly (readonly [number, string])[];

const expectAll = (answers: Answers, statusOf: (each: Spelled) => number) =>
  expect(
    spelled.map(({ what, says = "" }, at) => {
      const [status, text = ""] = answers[at] ?? [];
      return { what, status, says: text.includes(says) ? says : text };
    }),
  ).toEqual(spelled.map((each) => ({ what: each.what, status: statusOf(each), says: each.says ?? "" })));

async function expectStored(id: string): Promise<void> {
  const { steps, values } = await stack.store.metrics.points({ runId: id, attempt: 1, key: "loss" });
  expect([...steps].map((step, at) => [step, values[at]])).toEqual([
    [0, 0.25],
    [1, 0.5],
    [2, Number.NaN],
    [3, Number.NEGATIVE_INFINITY],
    [4, 1],
  ]);
  const run = await stack.store.trackedRuns.get(id);
  expect(Object.fromEntries(run?.parameters ?? [])).toMatchObject({ lr: "0.1", depth: "3" });
  const tags = Object.fromEntries(run?.tags ?? []);
  expect(tags).toMatchObject({ twice: "1", bom: "1", capitals: "1", more: "1" });
  expect(tags).not.toHaveProperty("slash");
  expect(run?.metrics.map(({ key }) => key).sort()).toEqual(["acc", "loss"]);
}

const answersIn = (log: string): readonly [Answers, string] => {
  const [, text = "null", id = ""] = /^ANSWERS (.*) (\S+)$/m.exec(log) ?? [];
  return [JSON.parse(text) as Answers, id];
};

test("the server takes and refuses them as MLflow's does", async () => {
  const server = start(stack.workspace, ["serve", "--json"]);
  try {
    let printed = "";
    server.child.stdout?.on("data", (text: string) => {
      printed += text;
    });
    await server.seen("}\n");
    const { url, token } = JSON.parse(printed) as { url: string; token: string };
    const { stdout } = await promisify(execFile)("python3", ["ask.py", "table.json"], {
      cwd: stack.workspace,
      env: { ...process.env, MLFLOW_TRACKING_URI: url, MLFLOW_TRACKING_TOKEN: token },
    });
    const [answers, id] = answersIn(stdout);
    expectAll(answers, ({ status }) => status);
    await expectStored(id);
  } finally {
    server.child.kill("SIGINT");
    await server.done;
  }
});

test("the recorder of a launched script takes and refuses the same", async () => {
  stack.follow();
  const ask = { script: path.join(stack.workspace, "ask.py"), arguments: ["table.json"] };
  const { id } = await stack.launch(ask, {
    capture: { ...capture, system_interval_seconds: 0, files: false, parameters: false, stdout: false },
  });
  await stack.ended(id);
  const [answers, made] = answersIn((await stack.log(id)).toString());
  expect(made).toBe(id);
  expectAll(answers, ({ status, recorder = status }) => recorder);
  await expectStored(id);
});
