/** Thousands of requests that mean nothing, to every call of the registry, of traces and of evaluation: none is our own fault. */

import { expect, test } from "vitest";
import { assessmentRoutes } from "../../../../src/api/mlflow/assessmentRoutes.ts";
import { evaluationRoutes } from "../../../../src/api/mlflow/evaluationRoutes.ts";
import { registryRoutes } from "../../../../src/api/mlflow/registryRoutes.ts";
import type { Route } from "../../../../src/api/mlflow/route.ts";
import { scorerRoutes } from "../../../../src/api/mlflow/scorerRoutes.ts";
import { traceRoutes } from "../../../../src/api/mlflow/traceRoutes.ts";
import { traceV2Routes } from "../../../../src/api/mlflow/traceV2Routes.ts";
import { type Client, serve } from "./face.ts";

const routes: readonly Route[] = [
  ...[...registryRoutes, ...traceRoutes, ...traceV2Routes],
  ...[...assessmentRoutes, ...evaluationRoutes, ...scorerRoutes],
];

/** The same numbers in every run. */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const names = [
  ...["name", "new_name", "version", "key", "value", "tags", "alias", "stage", "stages", "source", "run_id"],
  ...[
    "model_id",
    "run_link",
    "description",
    "filter",
    "filter_string",
    "order_by",
    "max_results",
    "page_token",
  ],
  ...[
    "archive_existing_versions",
    "url",
    "events",
    "event",
    "secret",
    "status",
    "trace",
    "trace_ids",
    "locations",
  ],
  ...["experiment_id", "experiment_ids", "request_ids", "max_timestamp_millis", "max_traces", "assessment"],
  ...[
    "update_mask",
    "records",
    "dataset_record_ids",
    "serialized_scorer",
    "timestamp_ms",
    "request_metadata",
  ],
];
const words: readonly unknown[] = [
  ...[
    "m",
    "1",
    "2",
    "v1",
    "0",
    "",
    " ",
    "..",
    "a/b",
    "\0",
    "😀",
    "-1",
    "1e9",
    "null",
    "x".repeat(3_000),
    "champion",
  ],
  ...[
    "models:/m/1",
    "models:/m@champion",
    "models:/%2e%2e/1",
    "runs:/x/y",
    "mlflow-artifacts:/0/../..",
    "file:///x",
  ],
  ...[
    "name = 'm'",
    "name LIKE '%%%_'",
    "name IN ('a','b'",
    "tags.`a` != 'b' AND",
    "((((",
    "'",
    '"',
    "`",
    "a.b.c = 1",
  ],
  ...[
    "span.attributes. = 'x'",
    "feedback.q > 'x'",
    "timestamp_ms = 'NaN'",
    "trace.text LIKE '%[*?%'",
    "name ASC",
    "-",
  ],
  ...[
    "eyJvZmZzZXQiOiAxfQ==",
    "eyJvZmZzZXQiOiAtMX0=",
    "{",
    "[]",
    '[{"inputs":{"x":1}},null]',
    '[{"inputs":1}]',
    "{}",
  ],
  ...["https://1.1.1.1/", "http://", "Production", "ACTIVE", "assessment_name,feedback"],
  ...[
    0,
    -1,
    1.5,
    1e300,
    2 ** 53,
    Number.MAX_SAFE_INTEGER,
    true,
    false,
    null,
    [],
    {},
    [[]],
    [null],
    [{}],
    ["m"],
  ],
  ...[
    [{ key: "a", value: "b" }],
    [{ key: "mlflow.prompt.is_prompt", value: "true" }],
    [{ key: 1 }],
    [{ entity: 1 }],
  ],
  ...[{ entity: "PROMPT", action: "CREATED" }],
  {
    trace_info: {
      trace_id: "t",
      trace_location: { mlflow_experiment: { experiment_id: "0" } },
      request_time: "x",
    },
  },
  {
    trace_info: {
      trace_id: "t",
      trace_location: { mlflow_experiment: { experiment_id: "0" } },
      tags: { a: 1 },
    },
  },
  {
    trace_info: { trace_id: "t", trace_location: { mlflow_experiment: { experiment_id: "0" } }, state: "OK" },
  },
  { assessment_name: "q", feedback: { value: { deep: [1] } }, create_time: "never" },
  { assessment_name: "q", expectation: 5, overrides: "a-none" },
  [{ mlflow_experiment: { experiment_id: "0" } }],
];

test("no answer is a 5xx, and the log still verifies", async () => {
  const client = await serve();
  const random = numbers(20_261_122);
  const any = <T>(items: readonly T[]): T => items[random(items.length)] as T;
  await client.post("registered-models/create", { name: "m" });
  await client.post("model-versions/create", { name: "m", source: "s3://b/x" });
  for (let round = 0; round < 4_000; round++) {
    const route = any(routes);
    const fields: Record<string, unknown> = {};
    // Names and numbers that are there let a request get further.
    if (random(2) === 0) Object.assign(fields, { name: "m", version: "1", experiment_id: "0", key: "k" });
    for (let count = random(6); count > 0; count--) fields[any(names)] = any(words);
    const status = await send(client, route, fields, () => encodeURIComponent(String(any(words))) || "t");
    expect([route.method, route.path, fields, status < 500]).toEqual([
      route.method,
      route.path,
      fields,
      true,
    ]);
  }
  expect(client.failures).toEqual([]);
  expect(await (await client.project.store.needed()).registry.verify()).toMatchObject({ problem: null });
}, 120_000);

async function send(
  client: Client,
  { method, path, major }: Route,
  fields: Readonly<Record<string, unknown>>,
  part: () => string,
): Promise<number> {
  const place = `/api/${major}.0/${path.replace(/:\w+/g, part)}`;
  const text = (value: unknown) => (typeof value === "string" ? value : JSON.stringify(value));
  const query = Object.entries(fields).flatMap(([key, value]) =>
    (Array.isArray(value) ? value : [value]).map((each): [string, string] => [key, text(each)]),
  );
  const response =
    method === "GET"
      ? await client.send("GET", `${place}?${new URLSearchParams(query)}`)
      : await client.send(method, place, JSON.stringify(fields), { "content-type": "application/json" });
  await response.arrayBuffer();
  return response.status;
}
