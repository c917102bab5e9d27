/** Searches for runs by every part of the grammar, and what they are to find. */

import { metric, post, type Step } from "./steps.ts";

export const searchable: readonly Step[] = [
  ...["a", "b", "c", "d", "e"].flatMap((name, at) => [
    post("runs/log-batch", {
      run_id: `{${name}}`,
      metrics: [{ key: "loss", value: name === "e" ? "NaN" : at, timestamp: 1, step: 1 }],
      params: [{ key: "depth", value: String(10 - at) }],
    }),
  ]),
  metric("{a}", { key: "only a", value: 7 }),
  post("runs/update", { run_id: "{a}", status: "FINISHED", end_time: 2_000_000 }),
  post("runs/update", { run_id: "{b}", status: "FAILED", end_time: 2_000_001 }),
  post("runs/update", { run_id: "{c}", status: "KILLED", end_time: 2_000_002 }),
  post("runs/update", { run_id: "{d}", run_name: "renamed-d" }),
  post("runs/update", { run_id: "{d}", status: "NOPE" }),
  post("runs/update", { run_id: "{d}", status: 5, end_time: "x" }),
  post("runs/update", { run_id: "nothing", status: "FINISHED" }),
  post("runs/update", { status: "FINISHED" }),
];
const filters: readonly string[] = [
  ...[
    "",
    "metrics.loss > 1",
    "metrics.loss >= 1",
    "metrics.loss < 1",
    "metrics.loss = 2",
    "metrics.loss != 2",
  ],
  ...[
    "metrics.`only a` = 7",
    'metrics."only a" < 100',
    "metric.loss > 0 and metric.loss < 3",
    "metrics.none > 0",
  ],
  ...["params.depth = '10'", "params.depth != '10'", "params.depth LIKE '1%'", "params.depth ILIKE '1%'"],
  ...["params.none = '1'", "params.none IS NULL", "params.depth IS NOT NULL", "tags.none IS NULL"],
  ...["tags.letter = 'a'", "tags.letter != 'a'", "tags.shared = 'high'", "tags.shared ILIKE 'high'"],
  ...["tags.shared LIKE 'HI%'", "tags.shared LIKE 'hi%'", 'tags.`letter` = "b"', "tag.letter LIKE '_'"],
  ...[
    "tags.mlflow.runName = 'run-c'",
    "run_name = 'run-c'",
    "attributes.run_name LIKE 'run-%'",
    "`Run Name` = 'run-c'",
  ],
  ...["run_name ILIKE 'RENAMED%'", "status = 'FINISHED'", "attr.status != 'RUNNING'", "status LIKE 'F%'"],
  ...[
    "status ILIKE 'f%'",
    "status = 'nope'",
    "user_id = 'someone'",
    "start_time > 1000002",
    "start_time <= 1000000",
  ],
  ...["end_time > 2000000", "end_time != 2000000", "created > 1000003", "run_id = '{a}'", "run_id != '{a}'"],
  ...[
    "run_id IN ('{a}', '{b}')",
    "run_id NOT IN ('{a}', '{b}')",
    "attributes.run_id LIKE '%'",
    "dataset.name = 'iris'",
  ],
  ...[
    "datasets.name != 'iris'",
    "dataset.digest IN ('d2')",
    "dataset.context = 'train'",
    "dataset.name LIKE 'ir%'",
  ],
  ...[
    "metrics.loss > 0 AND params.depth = '9' AND tags.letter = 'b' AND status = 'FAILED'",
    "metrics.loss > 1;",
  ],
  ...[
    "foo.bar = 'x'",
    "foo = 'x'",
    "metrics.loss > 'x'",
    "metrics.loss",
    "metrics.loss >",
    "params.depth = 10",
  ],
  ...["params.depth = abc", "params.depth > '1'", "tags.letter = 1", "metrics.loss LIKE 'x'", "status > 'x'"],
  ...[
    "status IN ('RUNNING')",
    "run_id IN ()",
    "run_id IN ('a'",
    "run_id IN (1)",
    "start_time = 'x'",
    "dataset.foo = 'x'",
  ],
  ...["metrics.loss IS NULL", "run_id IS NULL", "metrics.loss > 1; metrics.loss > 2", "AND metrics.loss > 1"],
  ...[
    "metrics.loss > 1 AND",
    "metrics.loss > 1 metrics.loss < 2",
    "'x' = tags.letter",
    "tags.letter = 'open",
  ],
];
const orders: readonly (readonly string[])[] = [
  ...[["metrics.loss"], ["metrics.loss DESC"], ["metric.loss asc", "start_time desc"], ["metrics.`only a`"]],
  ...[
    ["params.depth"],
    ["params.depth DESC"],
    ["tags.letter DESC"],
    ["tags.none"],
    ["attributes.start_time"],
  ],
  ...[
    ["start_time ASC"],
    ["end_time"],
    ["end_time DESC"],
    ["status"],
    ["run_name DESC"],

    ["user_id"],
  ],
  ...[
    ["metrics.loss FOO"],
    ["foo"],
    ["foo.bar"],
    ["metrics.loss", "metrics.loss"],
    ["1"],
    [""],
    ["metrics.loss ASC x"],
  ],
];
export const search = (fields: object) => post("runs/search", { experiment_ids: ["{first}"], ...fields });
export const searches: readonly Step[] = [
  ...filters.map((filter) => search({ filter })),
  ...orders.map((order_by) => search({ order_by })),
  search({ filter: "metrics.loss >= 0", order_by: ["params.depth DESC"], max_results: 2 }),
  search({ max_results: 0 }),
  search({ max_results: 50_001 }),
  search({ max_results: "x" }),
  search({ max_results: 1 }),
  search({ page_token: "zz!" }),
  search({ order_by: "metrics.loss" }),
  search({ run_view_type: "ALL" }),
  search({ run_view_type: "DELETED_ONLY" }),
  post("runs/search", { experiment_ids: [] }),
  post("runs/search", {}),
  post("runs/search", { experiment_ids: ["{second}"] }),
  post("runs/search", { experiment_ids: "x" }),
  post("runs/search", { experiment_ids: ["{first}", "{second}"], filter: "tags.letter = 'a'" }),
];
