/** Requests of any shape: each is answered as done or as the client's mistake, and the journal stays one that readers take. */

import { afterEach, beforeEach, expect, test } from "vitest";
import type { JournalRecord } from "../../../src/model/journal.ts";
import { children, record } from "./mlflowClient.ts";
import { Bench, type Recording } from "./recording.ts";

let bench: Bench;
beforeEach(() => {
  bench = new Bench();
});
afterEach(() => {
  bench.remove();
});

const script = (seed: number) => `
import random
rnd = random.Random(${seed})
r = run()
m = call("POST", "mlflow/logged-models", {"experiment_id": "0"})[1]["model"]["info"]["model_id"]
dataset = {"name": "d", "digest": "e", "source_type": "s", "source": "t"}
odd = [None, "", "x", "\\0", "0", r, m, "../..", "a" * 300, "\\ud800", 0, 1, -1, 2**70, 1.5, True, [], [None], ["x"], [[]], {}, "NaN",
    {"key": "a"}, [{"key": "a", "value": "b"}], [{"key": 5}], {"dataset": dataset}, [{"dataset": dataset, "tags": 7}], [{"dataset": dataset}],
    [{"key": "a", "value": 1, "timestamp": 1, "step": "2"}], "metrics.a > 1", "tags.\`a", "IS NULL", "a IN (", "(", "'", "RUNNING", 99,
    '{"flavors": 1, "artifact_path": 2, "utc_time_created": 3, "run_id": 4}', [{"model_id": "m-1", "step": "x"}], [{"model_id": "m-1"}]]
fields = """run_id run_uuid key value timestamp step metrics params tags datasets models experiment_id experiment_ids name experiment_name
    start_time end_time status run_name user_id filter order_by max_results page_token metric_key path model_json model_id source_run_id
    run_view_type model_type dataset_name dataset_digest""".split()
gets = ["experiments/get", "experiments/get-by-name", "runs/get", "metrics/get-history", "artifacts/list", "server-info"]
posts = """experiments/create experiments/search experiments/set-experiment-tag experiments/delete-experiment-tag runs/create runs/update
    runs/log-metric runs/log-parameter runs/set-tag runs/delete-tag runs/log-batch runs/log-model runs/log-inputs runs/outputs runs/search
    logged-models logged-models/search registered-models/create""".split() + ["logged-models/%s/params" % m]
others = [("PATCH", "logged-models/" + m), ("PATCH", "logged-models/%s/tags" % m), ("DELETE", "logged-models/%s/tags/a" % m)]
calls = [("GET", name) for name in gets] + [("POST", name) for name in posts] + others
wrong = []
for _ in range(4000):
    method, name = rnd.choice(calls)
    body = {field: rnd.choice(odd) for field in rnd.sample(fields, rnd.randint(0, 8))}
    if rnd.random() < 0.7: body["run_id"] = r
    if rnd.random() < 0.5: body["key"] = "k%d" % rnd.randint(0, 5)
    if rnd.random() < 0.3: body.update(value=rnd.choice([1, "2", 0.5]), timestamp=5)
    target = "/api/2.0/mlflow/" + name
    if method == "GET":
        asked = {key: value if isinstance(value, str) else json.dumps(value) for key, value in body.items()}
        status, data = send(method, target + "?" + urllib.parse.urlencode(asked, errors="replace"))
    else:
        status, data = send(method, target, json.dumps(body).encode())
    known = status in (200, 400, 404) or (status == 501 and b"reachable" in data)
    if not known: wrong.append([method, name, body, status, data.decode()[:300]])
say(wrong[:5])
`;

test.each([1, 2, 3])("four thousand requests of random shapes (%i)", async (seed) => {
  const run: Recording = await record(bench, script(seed));
  // The whole output: what went wrong in the script itself is told too.
  expect(run.text("output.log")).toBe("SAID []\n");
  // Read with the product's parsers, which refuse what readers would pass over.
  const kinds = new Set<JournalRecord["kind"]>(run.journal.map(({ kind }) => kind));
  expect([...kinds]).toEqual(expect.arrayContaining(["tag", "metric", "parameter", "model", "run"]));
  expect(run.of("notice").filter(({ code }) => code === "mlflow_call_failed")).toEqual([]);
  expect(children(run).every(({ exit }) => exit !== null)).toBe(true);
});
