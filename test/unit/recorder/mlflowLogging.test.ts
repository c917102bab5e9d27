/** Metrics, parameters and tags that a script logs over MLflow's protocol, what it may get wrong, and how it finds its runs. */

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { record, said } from "./mlflowClient.ts";
import { Bench } from "./recording.ts";

let bench: Bench;
beforeEach(() => {
  bench = new Bench();
});
afterEach(() => {
  bench.remove();
});

const recorded = (text: string, environment: NodeJS.ProcessEnv = {}) => record(bench, text, environment);
describe("metrics, parameters and tags", () => {
  test("a batch keeps its order, its moments and what it is about", async () => {
    const run = await recorded(`
r = run()
m = lambda key, value, step=0, **more: dict(key=key, value=value, timestamp=7, step=step, **more)
say(call("POST", "mlflow/runs/log-batch", {"run_id": r, "metrics": [
  m("a", 1), m("b", "NaN"), m("c", "-Infinity"), m("a", 2), m("a", "3", "1"), m("d", 1e308, 1, model_id="m-1", dataset_name="d", dataset_digest="x")],
  "params": [{"key": "p", "value": ""}, {"key": "token_dim", "value": "512"}, {"key": "api_key", "value": "sk-hunter2hunter2hunter2"}],
  "tags": [{"key": "t", "value": "Ω"}, {"key": "mlflow.log-model.history", "value": json.dumps([{"token": "sk-hunter2hunter2hunter2", "uri": "https://me:pw@h/x"}])}]}))
say(sorted((x["key"], x["value"], x["step"]) for x in call("GET", "mlflow/runs/get", run_id=r)[1]["run"]["data"]["metrics"]))
`);
    expect(run.of("metric").map(({ time, ...rest }) => ({ ...rest, at: time }))).toEqual([
      { kind: "metric", at: 7, step: 0, values: { a: 1, b: "NaN", c: "-Infinity" }, source: "mlflow" },
      { kind: "metric", at: 7, step: 0, values: { a: 2 }, source: "mlflow" },
      { kind: "metric", at: 7, step: 1, values: { a: 3 }, source: "mlflow" },
      {
        ...{ kind: "metric", at: 7, step: 1, values: { d: 1e308 }, source: "mlflow", model: "m-1" },
        dataset: { name: "d", digest: "x" },
      },
    ]);
    expect(run.of("parameter").map(({ key, value }) => [key, value])).toEqual([
      ["p", ""],
      ["token_dim", "512"],
      ["api_key", "•••"],
    ]);
    // What MLflow says to itself is JSON, and stays so.
    const history = run.of("tag").find(({ key }) => key === "mlflow.log-model.history")?.value;
    expect(JSON.parse(history ?? "")).toEqual([{ token: "•••", uri: "https://•••@h/x" }]);
    expect(said(run)).toEqual([
      [200, {}],
      [
        ["a", 3, 1],
        ["b", "NaN", 0],
        ["c", -1.7976931348623157e308, 0],
        ["d", 1e308, 1],
      ],
    ]);
  });

  test("the output's metrics of the same name are told apart", async () => {
    const run = await recorded(`
r = run()
for step in range(3):
    log(r, "loss", step / 10, step)
    print("loss: %.1f" % step, flush=True)
print("acc: 1.0", flush=True)
`);
    expect(run.of("metric").filter(({ source }) => source === "mlflow")).toHaveLength(3);
    const read = run.of("metric").filter(({ source }) => source === "stdout");
    expect(new Set(read.flatMap(({ values }) => Object.keys(values)))).toEqual(
      new Set(["stdout/loss", "acc"]),
    );
  });

  test("the history is the journal's, page by page", async () => {
    const run = await recorded(`
r = run()
for batch in range(3):
    call("POST", "mlflow/runs/log-batch", {"run_id": r, "metrics": [dict(key="loss", value=i, timestamp=1, step=batch * 1000 + i) for i in range(1000)]})
# The last point once more, as the newest client logs it for a model, just where a page ends.
call("POST", "mlflow/runs/log-batch", {"run_id": r, "metrics": [dict(key="loss", value=999, timestamp=1, step=2999, model_id="m-1")]})
log(r, "loss2", 1)
print("step 9: loss 3.5", flush=True)
until(lambda: '"source":"stdout"' in journal())
pages, token = [], ""
while token is not None:
    page = call("GET", "mlflow/metrics/get-history", run_id=r, metric_key="loss", max_results=1000, page_token=token)[1]
    pages.append([x["step"] for x in page["metrics"]])
    token = page.get("next_page_token")
say([len(page) for page in pages])
say(sum(pages, []) == list(range(3000)))
say(call("GET", "mlflow/metrics/get-history", run_id=r, metric_key="nothing"))
say(call("GET", "mlflow/metrics/get-history", run_id=r, metric_key="loss", max_results=0)[0])
`);
    expect(said(run)).toEqual([[1000, 1000, 1000], true, [200, {}], 400]);
  });

  test("ten thousand parameters, and a parameter that does not change", async () => {
    const run = await recorded(`
r = run()
for at in range(0, 10000, 100):
    assert call("POST", "mlflow/runs/log-batch", {"run_id": r, "params": [{"key": "p%d" % i, "value": str(i)} for i in range(at, at + 100)]})[0] == 200
one = lambda value: call("POST", "mlflow/runs/log-parameter", {"run_id": r, "key": "p7", "value": value})
say([one("7"), one("8")])
say(call("POST", "mlflow/runs/log-batch", {"run_id": r, "metrics": [{"key": "m", "value": 1, "timestamp": 1}], "params": [{"key": "new", "value": "1"}, {"key": "p7", "value": "9"}]})[1]["message"])
say(len(call("GET", "mlflow/runs/get", run_id=r)[1]["run"]["data"]["params"]))
`);
    expect(said(run)).toEqual([
      [
        [200, {}],
        [
          400,
          {
            error_code: "INVALID_PARAMETER_VALUE",
            message: `Changing param values is not allowed. Param with key='p7' was already logged with value='7' for run ID='${run.id}'. Attempted logging new value '8'.`,
          },
        ],
      ],
      `Changing param values is not allowed. Params were already logged='[{'key': 'p7', 'old_value': '7', 'new_value': '9'}]' for run ID='${run.id}'.`,
      10000,
    ]);
    expect(run.of("parameter")).toHaveLength(10000);
    expect(run.of("metric")).toEqual([]);
  });
});

/** Each case: a call in Python, and what it is answered with. `r` is a run. */
const refusals: readonly (readonly [call: string, status: number, answer: string | RegExp])[] = [
  [
    `log(r, "../a", 1)`,
    400,
    /^Invalid value "\.\.\/a" for parameter 'name' supplied: Names may be treated as files/,
  ],
  [`log(r, "/a", 1)`, 400, /would resolve to '\/a'$/],
  [`log(r, "a\\tb?", 1)`, 400, /Names may only contain alphanumerics/],
  [`log(r, "a" * 251, 1)`, 400, "'Metric name' exceeds the maximum length of 250 characters"],
  [
    `log(r, "a", "x")`,
    400,
    /^Invalid value "x" for parameter 'value' supplied: {2}Hint: Value was of type 'str'\. See the API docs/,
  ],
  [`log(r, "a", True)`, 400, /^Invalid value true for parameter 'value'/],
  [`log(r, "a", [1])`, 400, /^Invalid value \[1\]/],
  [`log(r, "a", 1, 1.5)`, 400, /^Invalid value 1\.5 for parameter 'step'/],
  [`log(r, "a", 1, 2**63)`, 400, /for parameter 'step'/],
  [
    `call("POST", "mlflow/runs/log-metric", {"run_id": r, "key": "a", "timestamp": 1})`,
    400,
    "Missing value for required parameter 'value'. See the API docs for more information about request parameters.",
  ],
  [
    `call("POST", "mlflow/runs/log-metric", {"run_id": r, "key": "a", "value": 1})`,
    400,
    /^Missing value for required parameter 'timestamp'/,
  ],
  [
    `call("POST", "mlflow/runs/log-metric", {"key": "a", "value": 1, "timestamp": 1})`,
    400,
    /^Missing value for required parameter 'run_id'/,
  ],
  [
    `call("POST", "mlflow/runs/log-metric", {"run_id": r, "key": "a", "value": 1, "timestamp": -1})`,
    400,
    /Timestamp must be a nonnegative long/,
  ],
  [
    `call("POST", "mlflow/runs/log-batch", {"run_id": r, "metrics": [{"key": "a", "value": 1, "timestamp": 1}] * 1001})`,
    400,
    "A batch logging request can contain at most 1000 metrics. Got 1001 metrics. Please split up metrics across multiple requests and try again.",
  ],
  [
    `call("POST", "mlflow/runs/log-batch", {"run_id": r, "params": [{"key": "k%d" % i, "value": "1"} for i in range(101)]})`,
    400,
    /at most 100 params\. Got 101 params/,
  ],
  [
    `call("POST", "mlflow/runs/log-batch", {"run_id": r, "params": [{"key": "k", "value": "1"}, {"key": "k", "value": "2"}]})`,
    400,
    /^Duplicate parameter keys have been submitted: \['k'\]/,
  ],
  [
    `call("POST", "mlflow/runs/log-batch", {"run_id": r, "params": [{"value": "1"}]})`,
    400,
    /^Missing value for required parameter 'params\[0\]\.key'/,
  ],
  [
    `call("POST", "mlflow/runs/log-batch", {"run_id": r, "metrics": 5})`,
    400,
    /^Invalid value 5 for parameter 'metrics'/,
  ],
  [
    `call("POST", "mlflow/runs/log-batch", {"run_id": r, "tags": [{"key": "../x", "value": "1"}]})`,
    400,
    /^Invalid value "\.\.\/x" for parameter 'tags\[0\]\.key'/,
  ],
  [
    `call("POST", "mlflow/runs/delete-tag", {"run_id": r, "key": "none"})`,
    404,
    /^No tag with name: none in run with id /,
  ],
  [
    `call("POST", "mlflow/runs/update", {"run_id": r, "status": "DONE"})`,
    400,
    /^Invalid value "DONE" for parameter 'status'/,
  ],
  [`call("GET", "mlflow/runs/get", run_id="nobody")`, 404, "Run with id=nobody not found"],
  [`log("nobody", "a", 1)`, 404, "Run with id=nobody not found"],
  [`call("POST", "mlflow/runs/create", {"experiment_id": "77"})`, 404, "No Experiment with id=77 exists"],
  [
    `call("POST", "mlflow/runs/create", {"run_name": "a", "tags": [{"key": "mlflow.runName", "value": "b"}]})`,
    400,
    /but with different values \(run_name='a', mlflow\.runName='b'\)\.$/,
  ],
  [`call("POST", "mlflow/runs/create", {"start_time": 10**17})`, 400, /for parameter 'start_time'/],
  [
    `call("POST", "mlflow/experiments/create", {"name": "Default"})`,
    400,
    "Experiment(name=Default) already exists.",
  ],
  [
    `call("GET", "mlflow/experiments/get-by-name", experiment_name="none")`,
    404,
    "Could not find experiment with name 'none'",
  ],
  [
    `call("POST", "mlflow/runs/log-inputs", {"run_id": r, "datasets": [{"dataset": {"name": "d"}}]})`,
    400,
    /^Missing value for required parameter 'datasets\.dataset\.digest'/,
  ],
  [
    `call("POST", "mlflow/runs/outputs", {"run_id": r})`,
    400,
    /^Missing value for required parameter 'models'/,
  ],
  [`call("PATCH", "mlflow/logged-models/m-0", {"status": 2})`, 404, "Logged model with ID 'm-0' not found."],
  [
    `call("POST", "mlflow/runs/search", {"experiment_ids": ["0"], "filter": "metrics.a ~ 1"})`,
    400,
    /Invalid comparator/,
  ],
  [
    `call("POST", "mlflow/runs/search", {"experiment_ids": ["0"], "max_results": 50001})`,
    400,
    /at most 50000/,
  ],
  [
    `call("POST", "mlflow/registered-models/create", {"name": "iris"})`,
    501,
    /^No model registry is reachable from this run: .*runline register/,
  ],
  [`call("POST", "mlflow/no/such/call")`, 501, /needs Runline's server/],
  [
    `call("GET", "mlflow-artifacts/presigned/x")`,
    501,
    "Multipart upload is not supported for the current artifact repository",
  ],
];

test("what a client gets wrong is answered in MLflow's words, never with a 5xx that it would try again", async () => {
  const calls = refusals.map(([text]) => `lambda: ${text}`).join(",\n");
  const run = await recorded(`r = run()\nfor each in [${calls}]:\n    say(each())`);
  const answers = said(run) as readonly (readonly [number, { readonly message: string }])[];
  expect(answers).toHaveLength(refusals.length);
  for (const [at, [text, status, answer]] of refusals.entries()) {
    const [got, body] = answers[at] ?? [0, { message: "" }];
    expect([text, got]).toEqual([text, status]);
    if (typeof answer === "string") expect(body.message).toBe(answer);
    else expect(body.message).toMatch(answer);
  }
  expect(run.of("metric")).toEqual([]);
  expect(run.of("parameter")).toEqual([]);
});

test("experiments that the run knows are found by name and tag", async () => {
  const run = await recorded(`
call("POST", "mlflow/experiments/create", {"name": "vision", "tags": [{"key": "team", "value": "a"}]})
names = lambda **fields: sorted(x["name"] for x in call("POST", "mlflow/experiments/search", fields)[1].get("experiments", []))
say([names(), names(filter="name = 'vision'"), names(filter="name ILIKE 'DEF%'"), names(filter="tags.team = 'a'"), names(filter="tags.team = 'b'")])
`);
  expect(said(run)).toEqual([
    [["Default", "default", "vision"], ["vision"], ["Default", "default"], ["vision"], []],
  ]);
});

test("runs of the script are found by what is known of them", async () => {
  const filters = [
    ["", 4],
    ["metrics.acc > 0.5", 2],
    ["metrics.acc >= 0.5 and params.lr = '0.1'", 1],
    ["params.\"lr\" != '0.1'", 2],
    ["tags.`kind of` LIKE 'a%'", 2],
    ["tag.`kind of` ILIKE 'A%'", 3],
    ["attributes.run_name = 'two'", 1],
    ["run_name IN ('one', 'two')", 2],
    ["run_id NOT IN ('x')", 4],
    ["metrics.none IS NULL", 4],
    ["params.lr IS NOT NULL AND status = 'RUNNING'", 3],
    ["start_time <= 3000", 3],
    ["metrics.acc = 0.5", 1],
  ] as const;
  const run = await recorded(`
made = {}
for at, (name, lr, acc, kind) in enumerate([("one", "0.1", 0.5, "a1"), ("two", "0.2", 0.7, "A2"), ("three", "0.3", 0.9, "a3"), ("four", None, None, None)]):
    r = made[name] = run(run_name=name, start_time=1000 * (at + 1))
    if lr:
        log(r, "acc", acc)
        call("POST", "mlflow/runs/log-batch", {"run_id": r, "params": [{"key": "lr", "value": lr}], "tags": [{"key": "kind of", "value": kind}]})
def search(**fields):
    return call("POST", "mlflow/runs/search", dict(experiment_ids=[os.environ["MLFLOW_EXPERIMENT_ID"]], **fields))[1]
for text in ${JSON.stringify(filters.map(([text]) => text))}:
    say(len(search(filter=text)["runs"]))
names = lambda answer: [x["info"]["run_name"] for x in answer["runs"]]
say(names(search()))
say(names(search(order_by=["metrics.acc DESC"])))
say(names(search(order_by=["params.lr ASC", "start_time DESC"])))
page = search(max_results=3)
say([names(page), names(search(max_results=3, page_token=page["next_page_token"]))])
call("POST", "mlflow/runs/delete", {"run_id": made["two"]})
say([names(search(run_view_type=view)) for view in ("ACTIVE_ONLY", "DELETED_ONLY", "ALL")])
say(log(made["two"], "acc", 1)[1]["message"])
`);
  const answers = said(run);
  for (const [at, [text, count]] of filters.entries()) expect([text, answers[at]]).toEqual([text, count]);
  expect(answers.slice(filters.length)).toEqual([
    ["four", "three", "two", "one"],
    ["three", "two", "one", "four"],
    ["one", "two", "three", "four"],
    [["four", "three", "two"], ["one"]],
    [["four", "three", "one"], ["two"], ["four", "three", "two", "one"]],
    expect.stringMatching(/must be in the 'active' state\. Current state is deleted\.$/),
  ]);
});
