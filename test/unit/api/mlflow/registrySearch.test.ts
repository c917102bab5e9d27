import { describe, expect, test } from "vitest";
import { Parameters } from "../../../../src/api/mlflow/parameters.ts";
import { parseFilter } from "../../../../src/api/mlflow/registryFilter.ts";
import { searchModels, searchVersions } from "../../../../src/api/mlflow/registrySearch.ts";
import { traceFilter, traceOrder } from "../../../../src/api/mlflow/traceFilter.ts";
import { leavesOf } from "../../../../src/model/filterTree.ts";
import type { Model, ModelVersion } from "../../../../src/model/registry.ts";

const actor = { name: "ana", email: null };
const version = (model: string, number: number, more: Partial<ModelVersion> = {}): ModelVersion => ({
  ...{
    model,
    version: number,
    runId: `r${number}`,
    artifact: "model",
    digest: null,
    bytes: null,
    created: number,
  },
  ...{ actor, aliases: [], updated: number, description: "", tags: {}, stage: "None", origin: null, ...more },
});
const model = (
  name: string,
  updated: number,
  tags: Model["tags"],
  versions: readonly ModelVersion[] = [],
): Model => ({
  ...{ name, created: 0, updated, description: "", tags, last: versions.length, versions, aliases: [] },
});
const prompt = { "mlflow.prompt.is_prompt": "true" };
const all: readonly Model[] = [
  model("Apple", 3, { team: "blue", "odd key": "1" }, [
    version("Apple", 2, { tags: { q: "Good" } }),
    version("Apple", 1),
  ]),
  model("banana", 1, { team: "Blue" }, [version("banana", 1, { runId: null, updated: 9 })]),
  model("cherry_1", 2, {}),
  model("greet", 4, prompt, [version("greet", 1, { tags: prompt })]),
];

const models = (filter: string, more: object = {}) =>
  searchModels(new Parameters({ filter, ...more }), all).found.map(({ name }) => name);
const versions = (filter: string, more: object = {}) =>
  searchVersions(new Parameters({ filter, ...more }), all).found.map(
    (each) => `${each.model} ${each.version}`,
  );

describe("models", () => {
  test.each<[string, string[]]>([
    ["", ["Apple", "banana", "cherry_1"]],
    ["tag.`mlflow.prompt.is_prompt` != 'true'", ["Apple", "banana", "cherry_1"]],
    ["tags.`mlflow.prompt.is_prompt` = 'false'", ["Apple", "banana", "cherry_1"]],
    ["tags.`mlflow.prompt.is_prompt` = 'true'", ["greet"]],
    ["tags.\"mlflow.prompt.is_prompt\" = 'true' AND name = 'x'", []],
    ["name = 'Apple'", ["Apple"]],
    ['name = "Apple"', ["Apple"]],
    ["name='Apple'", ["Apple"]],
    ["  name   =   'Apple'  ", ["Apple"]],
    ["`name` = 'Apple'", ["Apple"]],
    ["attribute.name = 'Apple'", ["Apple"]],
    ["name <> 'Apple'", ["banana", "cherry_1"]],
    ["name LIKE 'a%'", []],
    ["name ILIKE 'a%'", ["Apple"]],
    ["name like '%an%'", ["banana"]],
    ["name LIKE 'cherry_1'", ["cherry_1"]],
    ["name LIKE 'A.*'", []],
    ["name LIKE '%'", ["Apple", "banana", "cherry_1"]],
    ["name IN ('Apple','cherry_1')", ["Apple", "cherry_1"]],
    ["name NOT IN ('Apple')", ["banana", "cherry_1"]],
    ["tag.team = 'blue'", ["Apple"]],
    ["tags.team != 'blue'", ["banana"]],
    ["tags.team ILIKE 'BLUE' and name LIKE 'b%'", ["banana"]],
    ["tags.`odd key` = '1'", ["Apple"]],
    ["tags.team = 'blue' tags.`odd key` = '1'", ["Apple"]],
    ["name = 'and' AND name = 'or'", []],
    ["name = 'a AND b'", []],
    ["name = 'it''s'", []],
    ["name = 'Apple' OR name = 'banana'", ["Apple", "banana"]],
    ["(name = 'Apple')", ["Apple"]],
    ["tags.team = 'blue' OR name = 'banana' AND name = 'Apple'", ["Apple"]],
    ["(tags.team = 'blue' OR name = 'banana') AND name != 'Apple'", ["banana"]],
    ["((name IN ('Apple') OR (name = 'banana')))", ["Apple", "banana"]],
    ["(tags.`mlflow.prompt.is_prompt` != 'true' AND name = 'Apple') OR name = 'banana'", ["Apple", "banana"]],
  ])("%s", (filter, names) => {
    expect(models(filter)).toEqual(names);
  });

  test.each([
    ["(name = 'a'", "Invalid clause(s)"],
    ["name = 'a')", "Invalid clause(s)"],
    ["()", "Invalid clause(s)"],
    ["name = 'a' OR", "Invalid clause(s)"],
    ["OR name = 'a'", "Invalid clause(s)"],
    ["name", "Invalid clause(s)"],
    ["name = ", "Invalid clause(s)"],
    ["= 'a'", "Invalid clause(s)"],
    ["name = a", "not quoted"],
    ["name = 5", "Expected a quoted string value"],
    ["name > 'a'", "Invalid comparator for attribute: >"],
    ["tags.a > 'x'", "Invalid comparator for tag: >"],
    ["tags.a IN ('x')", "Expected a quoted string value for tag"],
    ["name IN ()", "non-empty list"],
    ["name IN (1)", "different type in list"],
    ["name = ('a')", "Invalid value for attribute"],
    ["stage = 'x'", "Invalid attribute key 'stage'"],
    ["metric.a = 'x'", "Invalid entity type 'metric'"],
    ["name = 'a", "Invalid clause(s)"],
    ["!", "Invalid clause(s)"],
  ])("%s is refused", (filter, message) => {
    expect(() => models(filter)).toThrow(message);
  });

  test("order and pages", () => {
    expect(models("", { order_by: ["name DESC"] })).toEqual(["cherry_1", "banana", "Apple"]);
    expect(models("", { order_by: ["last_updated_timestamp"] })).toEqual(["banana", "cherry_1", "Apple"]);
    const first = searchModels(new Parameters({ max_results: 2 }), all);
    const second = searchModels(new Parameters({ max_results: 2, page_token: first.next }), all);
    expect([first.found.length, second.found.map(({ name }) => name), second.next]).toEqual([
      2,
      ["cherry_1"],
      undefined,
    ]);
    for (const order_by of [["nope"], ["name x"], ["name", "name DESC"], [""]])
      expect(() => models("", { order_by })).toThrow(/order/i);
    for (const page_token of ["x", "bm90", "eyJvZmZzZXQiOiAtMX0="])
      expect(() => models("", { page_token })).toThrow("page token");
  });
});

describe("versions", () => {
  test.each<[string, string[]]>([
    ["", ["banana 1", "Apple 2", "Apple 1"]],
    ["name = 'Apple'", ["Apple 2", "Apple 1"]],
    ["version_number > 1", ["Apple 2"]],
    ["version_number <= '1'", ["banana 1", "Apple 1"]],
    ["run_id = 'r2'", ["Apple 2"]],
    ["run_id IN ('r1', 'r2')", ["Apple 2", "Apple 1"]],
    ["source_path = 'runs:/r2/model'", ["Apple 2"]],
    ["tags.q = 'Good'", ["Apple 2"]],
    ["name = 'greet'", []],
    ["tags.`mlflow.prompt.is_prompt` = 'true'", ["greet 1"]],
  ])("%s", (filter, names) => {
    expect(versions(filter)).toEqual(names);
  });

  test.each([
    "version_number LIKE '1'",
    "version_number = 1.5",
    "version_number IN ('1')",
    "source_path IN ('a')",
  ])("%s is refused", (filter) => {
    expect(() => versions(filter)).toThrow(/^Invalid/);
  });
});

describe("traces", () => {
  test.each<[string, object[]]>([
    ["status = 'OK'", [{ field: { of: "attribute", key: "status" }, comparator: "=", value: "OK" }]],
    ["trace.execution_time_ms >= 5", [{ field: { of: "attribute", key: "execution_time_ms" }, value: 5 }]],
    ["timestamp < '7'", [{ field: { of: "attribute", key: "timestamp_ms" }, comparator: "<", value: 7 }]],
    ["name = 'x'", [{ field: { of: "tag", key: "mlflow.traceName" } }]],
    ["run_id = 'x'", [{ field: { of: "run", key: "run_id" } }]],
    ["trace.text LIKE '%x%'", [{ field: { of: "span", key: "content" } }]],
    ["tags.a IS NULL AND tag.b IS NOT NULL", [{ comparator: "IS NULL" }, { comparator: "IS NOT NULL" }]],
    ["metadata.`a.b c` = 'x'", [{ field: { of: "metadata", key: "a.b c" } }]],
    ["span.attributes.model.name ILIKE 'gpt%'", [{ field: { of: "spanAttribute", key: "model.name" } }]],
    ["span.status = 'error'", [{ value: "ERROR" }]],
    ["feedback.quality = true", [{ field: { of: "feedback", key: "quality" }, value: "true" }]],
    ["feedback.`my score` > 0.5", [{ field: { of: "feedback", key: "my score" }, value: 0.5 }]],
    ["request_id IN ('a', 'b')", [{ value: ["a", "b"] }]],
  ])("%s", (filter, clauses) => {
    expect(leavesOf(traceFilter(filter))).toMatchObject(clauses);
  });

  test.each([
    "status > 'OK'",
    "timestamp_ms = 'x'",
    "timestamp_ms LIKE 5",
    "nope = 'x'",
    "metric.a = 'x'",
    "span.nope = 'x'",
    "span.attributes. = 'x'",
    "span.content = 'x'",
    "tags.a RLIKE '(a'",
    "tags.a RLIKE 'a(?=b)'",
    "timestamp_ms RLIKE '1'",
    "tags.a = x",
    "status IN 'OK'",
  ])("%s is refused", (filter) => {
    expect(() => traceFilter(filter)).toThrow();
  });

  test("order", () => {
    expect(traceOrder(["timestamp_ms DESC", "tags.a", "name asc"])).toMatchObject([
      { field: { key: "timestamp_ms" }, descending: true },
      { field: { of: "tag", key: "a" }, descending: false },
      { field: { of: "tag", key: "mlflow.traceName" } },
    ]);
    for (const order of ["nope", "timestamp_ms down", "span.name", ""])
      expect(() => traceOrder([order])).toThrow();
  });
});

test("a long filter is read in reasonable time", () => {
  const filter = (length: number) =>
    Array.from({ length }, (_, at) => `tags.k${at} != '${"'".repeat(2)}'`).join(" AND ");
  expect(leavesOf(parseFilter(filter(500), ["name"]))).toHaveLength(500);
  expect(() => parseFilter(filter(5_000), ["name"])).toThrow("more than 500 clauses");
  const slow = model("m", 1, { a: "a".repeat(100_000) });
  const like = new Parameters({ filter: `tags.a LIKE '${"%a".repeat(200)}%b'` });
  expect(searchModels(like, [slow]).found).toEqual([]);
  expect(() => parseFilter("`".repeat(20_001), ["name"])).toThrow("Invalid clause(s)");
  expect(() => parseFilter("(".repeat(20_000), ["name"])).toThrow("parentheses in one another");
});
