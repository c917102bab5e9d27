import { describe, expect, test } from "vitest";
import { parseSearchFilter } from "../../../src/model/mlflowFilter.ts";
import { experimentGrammar, loggedModelGrammar, runGrammar } from "../../../src/model/mlflowGrammar.ts";
import { parseSearchOrder } from "../../../src/model/mlflowOrder.ts";
import type { Comparison, SearchNode } from "../../../src/model/mlflowSearch.ts";

const numberOperators = ["=", "!=", "<", "<=", ">", ">="];
const textOperators = ["=", "!=", "LIKE", "ILIKE", "like", "iLike"];

function of(filter: string, grammar = runGrammar): SearchNode | null | string {
  const parsed = parseSearchFilter(filter, grammar);
  return parsed.ok ? parsed.value : parsed.error;
}

function is(entity: string, key: string, operator: string, value: unknown): Comparison {
  return { kind: "comparison", entity, key, operator, value } as Comparison;
}

/** Ways to write a key, and the key that is meant. */
const keys = [
  ["acc", "acc"],
  ["`val acc`", "val acc"],
  ['"val/acc"', "val/acc"],
  ["mlflow.source.name", "mlflow.source.name"],
  ["`a.b c`", "a.b c"],
  ["top5", "top5"],
  ["a_b", "a_b"],
] as const;

const metrics = ["metric", "metrics", "`metrics`"].flatMap((head) =>
  keys.flatMap(([written, key]) =>
    numberOperators.map((operator) => ({
      filter: `${head}.${written} ${operator} 0.5`,
      is: is("metric", key, operator, 0.5),
    })),
  ),
);
const texts = (
  [
    ["param", "parameter"],
    ["params", "parameter"],
    ["parameter", "parameter"],
    ["parameters", "parameter"],
    ["tag", "tag"],
    ["tags", "tag"],
  ] as const
).flatMap(([head, entity]) =>
  keys.flatMap(([written, key]) =>
    textOperators.map((operator) => ({
      filter: `${head}.${written} ${operator} 'x y'`,
      is: is(entity, key, operator.toUpperCase(), "x y"),
    })),
  ),
);
const numbers = [
  ["1", 1],
  ["-1", -1],
  ["+2.5", 2.5],
  ["1e-3", 0.001],
  ["1.5E2", 150],
  [".5", 0.5],
  ["3.", 3],
] as const;

const attributes = ["", "attribute.", "attributes.", "attr.", "run."].flatMap((head) => [
  { filter: `${head}run_id = 'a'`, is: is("attribute", "run_id", "=", "a") },
  { filter: `${head}run_name != "a"`, is: is("attribute", "run_name", "!=", "a") },
  { filter: `${head}\`Run Name\` LIKE 'a%'`, is: is("attribute", "run_name", "LIKE", "a%") },
  { filter: `${head}"run name" ILIKE 'a%'`, is: is("attribute", "run_name", "ILIKE", "a%") },
  { filter: `${head}status = 'RUNNING'`, is: is("attribute", "status", "=", "RUNNING") },
  { filter: `${head}user_id = 'me'`, is: is("attribute", "user_id", "=", "me") },
  { filter: `${head}artifact_uri LIKE '%/x'`, is: is("attribute", "artifact_uri", "LIKE", "%/x") },
  {
    filter: `${head}start_time >= 1700000000000`,
    is: is("attribute", "start_time", ">=", 1_700_000_000_000),
  },
  { filter: `${head}end_time < 5`, is: is("attribute", "end_time", "<", 5) },
  { filter: `${head}created > 5`, is: is("attribute", "start_time", ">", 5) },
  { filter: `${head}run_id IN ('a', 'b')`, is: is("attribute", "run_id", "IN", ["a", "b"]) },
  { filter: `${head}run_id not in ("a",)`, is: is("attribute", "run_id", "NOT IN", ["a"]) },
]);

const others = [
  ...numbers.map(([written, value]) => ({
    filter: `metrics.a > ${written}`,
    is: is("metric", "a", ">", value),
  })),
  { filter: "metrics.a>1", is: is("metric", "a", ">", 1) },
  { filter: "  metrics.a  >=  1  ", is: is("metric", "a", ">=", 1) },
  { filter: "tags.a = ''", is: is("tag", "a", "=", "") },
  { filter: "tags.a = 'it''s'", is: is("tag", "a", "=", "it''s") },
  { filter: "tags.a = 'AND b = 1'", is: is("tag", "a", "=", "AND b = 1") },
  { filter: "tags.a = '日本 %_'", is: is("tag", "a", "=", "日本 %_") },
  { filter: "tags.a IS NULL", is: is("tag", "a", "IS NULL", null) },
  { filter: "params.a is not null", is: is("parameter", "a", "IS NOT NULL", null) },
  { filter: "dataset.name = 'a'", is: is("dataset", "name", "=", "a") },
  { filter: "datasets.digest LIKE 'a'", is: is("dataset", "digest", "LIKE", "a") },
  { filter: "dataset.context IN ('train', 'test')", is: is("dataset", "context", "IN", ["train", "test"]) },
];

describe("one comparison", () => {
  test.each([...metrics, ...texts, ...attributes, ...others])("$filter", ({ filter, is: expected }) => {
    expect(of(filter)).toEqual(expected);
  });
});

const a = is("metric", "a", ">", 1);
const b = is("tag", "b", "=", "x");
const c = is("parameter", "c", "=", "y");
const [fa, fb, fc] = ["metrics.a > 1", "tags.b = 'x'", "params.c = 'y'"];
const and = (...parts: SearchNode[]): SearchNode => ({ kind: "and", parts });
const or = (...parts: SearchNode[]): SearchNode => ({ kind: "or", parts });

test.each([
  ["", null],
  ["   ", null],
  [`${fa} AND ${fb}`, and(a, b)],
  [`${fa} and ${fb} And ${fc}`, and(a, b, c)],
  [`${fa} OR ${fb}`, or(a, b)],
  [`${fa} OR ${fb} AND ${fc}`, or(a, and(b, c))],
  [`(${fa} OR ${fb}) AND ${fc}`, and(or(a, b), c)],
  [`((${fa}))`, a],
  [`(${fa})AND(${fb})`, and(a, b)],
])("joins %j", (filter, expected) => {
  expect(of(filter)).toEqual(expected);
});

const lists = "While parsing a list in the query, expected a non-empty list of string values, but got ";
test.each([
  [
    "foo.acc > 1",
    "Invalid entity type 'foo'. Valid values are ['metric', 'parameter', 'tag', 'attribute', 'dataset']",
  ],
  ["attribute.acc > 1", "Invalid attribute key 'acc' specified. Valid keys are "],
  ["acc > 1", "Invalid attribute key 'acc' specified. Valid keys are "],
  ["dataset.foo = 'a'", "Invalid dataset key 'foo' specified. Valid keys are "],
  ["metrics.a > 'x'", "Expected numeric value type for metric. Found 'x'"],
  ["metrics.a > b", "Expected numeric value type for metric. Found b"],
  ["metrics.a LIKE 'x'", "Invalid comparator 'LIKE' not one of "],
  ["metrics.a ~ 1", "Invalid comparator '~' not one of "],
  ["metrics.a == 1", "Invalid comparator '==' not one of "],
  ["params.a > 'x'", "Invalid comparator '>' not one of "],
  ["tags.a < 'x'", "Invalid comparator '<' not one of "],
  ["params.a = 1", "Expected a quoted string value for parameter (e.g. 'my-value'). Got value 1"],
  ["tags.a = 1.5", "Expected a quoted string value for tag (e.g. 'my-value'). Got value 1.5"],
  [
    "params.a = abc",
    "Parameter value is either not quoted or unidentified quote types used for string value abc. Use either single or double quotes.",
  ],
  [
    "params.a = `abc`",
    "Parameter value is either not quoted or unidentified quote types used for string value `abc`.",
  ],
  ["status = RUNNING", "Parameter value is either not quoted"],
  ["run_id = 1", "Expected a quoted string value for attributes. Got value 1"],
  ["dataset.name = 1", "Expected a quoted string value for dataset attributes. Got value 1"],
  ["start_time > 'x'", "Expected numeric value type for numeric attribute: start_time. Found 'x'"],
  ["status > 'x'", "Invalid comparator '>' not one of "],
  ["status IN ('a')", "Only ['run_id'] attributes support comparison with a list of quoted string values."],
  ["run_id IN ()", `${lists}empty list`],
  ["run_id IN ('a'", `${lists}ill-formed list.`],
  ["run_id IN ('a' 'b')", `${lists}ill-formed list.`],
  ["run_id IN 'a'", `${lists}ill-formed list.`],
  [
    "run_id IN (1)",
    "While parsing a list in the query, expected string value, punctuation, or whitespace, but got different type in list: ",
  ],
  ["metrics.a IS NULL", "IS NULL / IS NOT NULL is only supported for tags and params, not for 'metric' 'a'"],
  [
    "run_id IS NULL",
    "IS NULL / IS NOT NULL is only supported for tags and params, not for 'attribute' 'run_id'",
  ],
  ["metrics.a", "Invalid clause(s) in filter string: 'metrics.a'"],
  ["metrics.a >", "Expected numeric value type for metric. Found "],
  ["tags.a =", "Invalid clause(s) in filter string: 'tags.a ='"],
  ["> 1", "Invalid clause(s) in filter string: '> 1'"],
  ["1 = 1", "Invalid clause(s) in filter string: '1 = 1'"],
  [`${fa} AND`, "Invalid clause(s) in filter string: "],
  [`AND ${fa}`, "Invalid clause(s) in filter string: 'AND metrics.a > 1'"],
  [`${fa} ${fb}`, "Invalid clause(s) in filter string: 'tags.b = 'x''"],
  [`${fa} XOR ${fb}`, "Invalid clause(s) in filter string: 'XOR tags.b = 'x''"],
  [`(${fa}`, "Invalid clause(s) in filter string: "],
  [`${fa};`, "Invalid clause(s) in filter string: ';'"],
  [`${fa})`, "Invalid clause(s) in filter string: ')'"],
  ["tags.a = 'open", "Invalid clause(s) in filter string: ''open'"],
  [
    `${fa}; ${fb}`,
    "Search filter contained multiple expression 'metrics.a > 1; tags.b = 'x''. Provide AND-ed expression list.",
  ],
  ["metrics.a > 1 \\ 2", "Invalid clause(s) in filter string: '\\ 2'"],
  [`${"(".repeat(60)}${fa}${")".repeat(60)}`, "The filter has more than 50 parentheses in one another."],
  [Array(501).fill(fa).join(" AND "), "The filter has more than 500 comparisons."],
  [`tags.a = '${"x".repeat(100_001)}'`, "The filter is longer than 100000 characters."],
  [`tags.a LIKE '${"%".repeat(10_001)}'`, "A pattern is longer than 10000 characters."],
])("refuses %j", (filter, error) => {
  expect(of(filter)).toEqual(expect.stringContaining(error));
});

test.each([
  ["name = 'a'", is("attribute", "name", "=", "a")],
  ["attribute.name ILIKE '%a%'", is("attribute", "name", "ILIKE", "%a%")],
  ["creation_time > 5", is("attribute", "creation_time", ">", 5)],
  ["last_update_time <= 5", is("attribute", "last_update_time", "<=", 5)],
  ["experiment_id IN ('1', '2')", is("attribute", "experiment_id", "IN", ["1", "2"])],
  ["tags.a = 'b'", is("tag", "a", "=", "b")],
  ["tag.`a b` IS NOT NULL", is("tag", "a b", "IS NOT NULL", null)],
  ["metrics.a > 1", "Invalid entity type 'metrics'. Valid entity types are ('attribute', 'tag', 'tags')"],
  ["foo = 'a'", "Invalid attribute key 'foo' specified. Valid keys are "],
  ["name > 'a'", "Invalid comparator '>' not one of "],
  [
    "name IN ('a')",
    "Only ['experiment_id'] attributes support comparison with a list of quoted string values.",
  ],
])("experiments: %j", (filter, expected) => {
  const found = of(filter, experimentGrammar);
  if (typeof expected === "string") expect(found).toEqual(expect.stringContaining(expected));
  else expect(found).toEqual(expected);
});

test.each([
  ["name = 'a'", is("attribute", "name", "=", "a")],
  ["attributes.model_type LIKE 'a'", is("attribute", "model_type", "LIKE", "a")],
  ["metrics.a > 1", is("metric", "a", ">", 1)],
  ["params.`a b` = 'x'", is("parameter", "a b", "=", "x")],
  ["tags.t != 'x'", is("tag", "t", "!=", "x")],
  ["creation_time > 5", is("attribute", "creation_timestamp", ">", 5)],
  ["model_id IN ('m-1')", is("attribute", "model_id", "IN", ["m-1"])],
  [
    "param.a = 'x'",
    "Invalid entity type: 'param'. Expected one of ['attributes', 'metrics', 'params', 'tags'].",
  ],
])("logged models: %j", (filter, expected) => {
  expect(of(filter, loggedModelGrammar)).toEqual(expected);
});

test.each([
  [["metrics.a"], [{ entity: "metric", key: "a", ascending: true }]],
  [["metrics.`a b` DESC"], [{ entity: "metric", key: "a b", ascending: false }]],
  [
    ["params.x asc", "start_time desc"],
    [
      { entity: "parameter", key: "x", ascending: true },
      { entity: "attribute", key: "start_time", ascending: false },
    ],
  ],
  [['tag."k" ASC'], [{ entity: "tag", key: "k", ascending: true }]],
  [["attribute.Created"], [{ entity: "attribute", key: "start_time", ascending: true }]],
  [["metrics.a ACS"], "Invalid ordering key in order_by clause 'metrics.a ACS'."],
  [["metrics.a ASC DESC"], "Invalid order_by clause 'metrics.a ASC DESC'. Could not be parsed."],
  [["metrics.a, b"], "Invalid order_by clause 'metrics.a, b'. Could not be parsed."],
  [["attribute.foo"], "Invalid attribute key 'foo' specified. Valid keys are "],
  [["xx.foo"], "Invalid entity type 'xx'"],
  [["metrics.a", "metric.a DESC"], "`order_by` contains duplicate fields: ['metrics.a', 'metric.a DESC']"],
  [["1"], "Invalid order_by clause '1'. Could not be parsed."],
  [[""], "Invalid order_by clause ''. Could not be parsed."],
])("orders by %j", (texts, expected) => {
  const parsed = parseSearchOrder(texts, runGrammar);
  if (parsed.ok) expect(parsed.value).toEqual(expected);
  else expect(parsed.error).toEqual(expect.stringContaining(String(expected)));
});
