/** What a filter may speak of, for each kind of thing that MLflow's protocol searches. Messages are those that its clients know. */

import type { Operator, Parsed, SearchEntity } from "./mlflowSearch.ts";
import { unquoted } from "./mlflowTokens.ts";

export interface Identifier {
  readonly entity: SearchEntity;
  readonly key: string;
}

export interface Grammar {
  identifier(raw: string, use: "filter" | "order"): Parsed<Identifier>;
  isNumeric(identifier: Identifier): boolean;
  operators(identifier: Identifier): readonly Operator[];
  /** Why a list can't be compared with this; null where it can. */
  listRefusal(identifier: Identifier): string | null;
}

const numberOperators = ["=", "!=", "<", "<=", ">", ">="] as const;
const textOperators = ["=", "!=", "LIKE", "ILIKE"] as const;
const nullable = [...textOperators, "IS NULL", "IS NOT NULL"] as const;
const listable = [...textOperators, "IN", "NOT IN"] as const;

const entities: Readonly<Record<string, SearchEntity>> = {
  metric: "metric",
  metrics: "metric",
  parameter: "parameter",
  parameters: "parameter",
  param: "parameter",
  params: "parameter",
  tag: "tag",
  tags: "tag",
  attribute: "attribute",
  attributes: "attribute",
  attr: "attribute",
  run: "attribute",
  dataset: "dataset",
  datasets: "dataset",
};

/** Other names of attributes of runs. */
const runAliases: Readonly<Record<string, string>> = {
  created: "start_time",
  Created: "start_time",
  "run name": "run_name",
  "Run name": "run_name",
  "Run Name": "run_name",
};
const runAttributes = ["run_id", "run_name", "user_id", "status", "start_time", "end_time", "artifact_uri"];
const datasetKeys = ["name", "digest", "context"];

export const runGrammar: Grammar = {
  identifier(raw) {
    const { head, key } = split(raw);
    const entity = head === null ? "attribute" : ownEntity(entities, unquoted(head, "`"));
    if (entity === undefined)
      return no(
        `Invalid entity type '${unquoted(head ?? "", "`")}'. Valid values are ['metric', 'parameter', 'tag', 'attribute', 'dataset']`,
      );
    const known = entity === "attribute" ? (ownEntity(runAliases, key) ?? key) : key;
    if (entity === "attribute" && !runAttributes.includes(known))
      return no(`Invalid attribute key '${key}' specified. Valid keys are '${listed(runAttributes)}'`);
    if (entity === "dataset" && !datasetKeys.includes(key))
      return no(`Invalid dataset key '${key}' specified. Valid keys are '${listed(datasetKeys)}'`);
    return yes({ entity, key: known });
  },
  isNumeric: ({ entity, key }) =>
    entity === "metric" || (entity === "attribute" && ["start_time", "end_time"].includes(key)),
  operators(identifier) {
    if (runGrammar.isNumeric(identifier)) return numberOperators;
    return identifier.entity === "tag" || identifier.entity === "parameter" ? nullable : listable;
  },
  listRefusal: ({ entity, key }) => (entity !== "attribute" || key === "run_id" ? null : onlyLists("run_id")),
};

const experimentAttributes = ["name", "experiment_id", "creation_time", "last_update_time"];

export const experimentGrammar: Grammar = {
  identifier(raw, use) {
    const { head, key } = split(raw);
    if (head !== null && !["attribute", "tag", "tags"].includes(head))
      return no(`Invalid entity type '${head}'. Valid entity types are ('attribute', 'tag', 'tags')`);
    const entity = head === null || head === "attribute" ? "attribute" : "tag";
    if (entity === "attribute" && !experimentAttributes.includes(key))
      return no(`Invalid attribute key '${key}' specified. Valid keys are '${listed(experimentAttributes)}'`);
    if (entity === "tag" && use === "order") return no("Invalid order_by entity: tag");
    return yes({ entity, key });
  },
  isNumeric: ({ entity, key }) => entity === "attribute" && key.endsWith("_time"),
  operators(identifier) {
    if (experimentGrammar.isNumeric(identifier)) return numberOperators;
    if (identifier.entity === "tag") return nullable;
    return identifier.key === "experiment_id" ? ["=", "!=", "IN", "NOT IN"] : textOperators;
  },
  listRefusal: ({ entity, key }) =>
    entity === "attribute" && key !== "experiment_id" ? onlyLists("experiment_id") : null,
};

const modelAliases: Readonly<Record<string, string>> = {
  creation_time: "creation_timestamp",
  creation_timestamp_ms: "creation_timestamp",
  last_updated_time: "last_updated_timestamp",
  last_updated_timestamp_ms: "last_updated_timestamp",
};
const modelAttributes = [
  ...["name", "model_id", "model_type", "status", "source_run_id"],
  ...["creation_timestamp", "last_updated_timestamp"],
];
const modelEntities = {
  attributes: "attribute",
  metrics: "metric",
  params: "parameter",
  tags: "tag",
} as const;

export const loggedModelGrammar: Grammar = {
  identifier(raw, use) {
    const { head, key } = split(raw);
    const entity = head === null ? "attribute" : ownEntity(modelEntities, head);
    if (entity === undefined)
      return no(
        `Invalid entity type: '${head}'. Expected one of ['attributes', 'metrics', 'params', 'tags'].`,
      );
    if (use === "order" && entity !== "attribute" && entity !== "metric")
      return no(`Invalid order by field name: ${raw}. Only metrics are supported.`);
    const known = entity === "attribute" ? (ownEntity(modelAliases, key) ?? key) : key;
    if (entity === "attribute" && !modelAttributes.includes(known))
      return no(
        use === "order"
          ? `Invalid order by field name: ${raw}`
          : `Invalid attribute key '${key}' specified. Valid keys are '${listed(modelAttributes)}'`,
      );
    return yes({ entity, key: known });
  },
  isNumeric: ({ entity, key }) =>
    entity === "metric" || (entity === "attribute" && key.endsWith("_timestamp")),
  operators: (identifier) => (loggedModelGrammar.isNumeric(identifier) ? numberOperators : listable),
  listRefusal: () => null,
};

/** What stands before the first dot, null where there is none, and the rest without quotes. */
function split(raw: string): { readonly head: string | null; readonly key: string } {
  const dot = /^[`"]/.test(raw) ? raw.indexOf(".", raw.indexOf(raw[0] ?? "", 1)) : raw.indexOf(".");
  if (dot < 0) return { head: null, key: unquoted(raw) };
  return { head: raw.slice(0, dot), key: unquoted(raw.slice(dot + 1)) };
}

function ownEntity<T>(table: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}

function onlyLists(key: string): string {
  return `Only ['${key}'] attributes support comparison with a list of quoted string values.`;
}

function listed(keys: readonly string[]): string {
  return `{${keys.map((key) => `'${key}'`).join(", ")}}`;
}

function yes<T>(value: T): Parsed<T> {
  return { ok: true, value };
}

function no(error: string): { readonly ok: false; readonly error: string } {
  return { ok: false, error };
}
