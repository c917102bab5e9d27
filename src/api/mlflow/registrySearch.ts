/** Search over models and versions: filter, order and pages. */

import {
  demandsOf,
  everything,
  type FilterTree,
  fitsTree,
  leavesOf,
  mapLeaves,
} from "../../model/filterTree.ts";
import { isPrompt, promptTag } from "../../model/prompt.ts";
import type { Model, ModelVersion } from "../../model/registry.ts";
import type { RegistryStore } from "../../store/store.ts";
import { invalid, type Parameters } from "./parameters.ts";
import { type Clause, fits, parseFilter } from "./registryFilter.ts";
import { sourceOf } from "./registryWire.ts";

export interface Page<T> {
  readonly found: readonly T[];
  readonly next: string | undefined;
}

/** What a filter may name without an entity. */
export const modelNames = ["name"];
export const versionNames = ["name", "version_number", "run_id", "source_path"];

/** The models that a search has to look at: one alone where the filter names it, as clients do before most of their calls. */
export async function modelsFor(
  fields: Parameters,
  attributes: readonly string[],
  registry: RegistryStore,
): Promise<readonly Model[]> {
  const named = demandsOf(parseFilter(fields.text("filter"), attributes)).find(
    ({ of, key, comparator, value }) =>
      of === "attribute" && key === "name" && comparator === "=" && typeof value === "string",
  );
  if (named === undefined) return registry.models();
  const model = await registry.model(String(named.value));
  return model === null ? [] : [model];
}

/** By name unless another order is asked for. Throws INVALID_PARAMETER_VALUE. */
export function searchModels(fields: Parameters, models: readonly Model[]): Page<Model> {
  const filter = parseFilter(fields.text("filter"), modelNames);
  const most = fields.limit("max_results", 100, 1_000);
  const order = orderOf(fields.texts("order_by"), modelKeys, "name");
  for (const clause of leavesOf(filter)) demandComparator(clause, ["name"]);
  const prompts = asksForPrompts(leavesOf(filter));
  const wanted = prompts ? filter : withoutPromptClauses(filter);
  const fitting = models.filter(
    (model) =>
      (prompts || !isPrompt(model.tags)) &&
      fitsTree(wanted, (clause) => fits(clause.of === "tag" ? model.tags[clause.key] : model.name, clause)),
  );
  return page(fitting.toSorted(order), most, fields.text("page_token"));
}

/** Last changed first unless another order is asked for. Throws INVALID_PARAMETER_VALUE. */
export function searchVersions(fields: Parameters, models: readonly Model[]): Page<ModelVersion> {
  const filter = mapLeaves(parseFilter(fields.text("filter"), versionNames), wholeNumber);
  const most = fields.limit("max_results", 10_000, 200_000);
  if (most < 1)
    throw invalid(`Invalid value for max_results. It must be a positive integer, but got ${most}`);
  const asked = fields.texts("order_by");
  const usual = ["last_updated_timestamp DESC", "name ASC", "version_number DESC"];
  const order = orderOf(asked.length === 0 ? usual : asked, versionKeys, "name", "-version_number");
  for (const clause of leavesOf(filter)) demandComparator(clause, ["name", "run_id"]);
  const prompts = asksForPrompts(leavesOf(filter));
  const wanted = prompts ? filter : withoutPromptClauses(filter);
  const fitting = models
    .filter(
      (model) => prompts || !(isPrompt(model.tags) || model.versions.some(({ tags }) => isPrompt(tags))),
    )
    .flatMap(({ versions }) => versions)
    .filter((version) => fitsTree(wanted, (clause) => fits(versionValue(version, clause), clause)));
  return page(fitting.toSorted(order), most, fields.text("page_token"));
}

function versionValue(version: ModelVersion, { of, key }: Clause): string | number | undefined {
  if (of === "tag") return version.tags[key];
  switch (key) {
    case "name":
      return version.model;
    case "version_number":
      return version.version;
    case "run_id":
      return version.runId ?? "";
    default:
      return sourceOf(version);
  }
}

/** Numbers of versions may be quoted. */
function wholeNumber(clause: Clause): Clause {
  const { of, key, value } = clause;
  if (of === "tag" || key !== "version_number") return clause;
  const number = typeof value === "string" && /^\s*[+-]?\d+\s*$/.test(value) ? Number(value) : value;
  if (typeof number !== "number" || !Number.isInteger(number))
    throw invalid(
      `Invalid value for numeric attribute '${key}': ${typeof value === "string" ? quoted(value) : value}`,
    );
  return { ...clause, value: number };
}

function demandComparator({ of, key, comparator, value }: Clause, lists: readonly string[]): void {
  const isText = ["=", "!=", "LIKE", "ILIKE"].includes(comparator);
  const isList = comparator === "IN" || comparator === "NOT IN";
  if (of === "tag") {
    if (!isText) throw invalid(`Invalid comparator for tag: ${comparator}`);
    return;
  }
  if (key === "version_number") {
    if (isList || comparator === "LIKE" || comparator === "ILIKE")
      throw invalid(`Invalid comparator for attribute ${key}: ${comparator}`);
    return;
  }
  if (!isText && !(isList && lists.includes(key)))
    throw invalid(`Invalid comparator for attribute: ${comparator}`);
  if (typeof value === "number")
    throw invalid(
      `Expected a quoted string value or a list of quoted string values for attributes. Got value ${value}`,
    );
  if (isList !== Array.isArray(value)) throw invalid(`Invalid value for attribute '${key}'.`);
}

/** Prompts are registered models that nobody sees who does not ask for them. */
function asksForPrompts(clauses: readonly Clause[]): boolean {
  const clause = clauses.find(({ of, key }) => of === "tag" && key === promptTag);
  const value = String(clause?.value).toLowerCase();
  return (
    (clause?.comparator === "=" && value === "true") || (clause?.comparator === "!=" && value === "false")
  );
}

/** "Not a prompt" must fit models without the tag too: it is answered by leaving prompts out, not by the clause. */
function withoutPromptClauses(tree: FilterTree<Clause>): FilterTree<Clause> {
  if ("leaf" in tree) return tree.leaf.of === "tag" && tree.leaf.key === promptTag ? everything : tree;
  return { join: tree.join, parts: tree.parts.map(withoutPromptClauses) };
}

type Keys<T> = Readonly<Record<string, (item: T) => string | number>>;

const modelKeys: Keys<Model> = {
  name: ({ name }) => name,
  timestamp: ({ updated }) => updated,
  last_updated_timestamp: ({ updated }) => updated,
};

const versionKeys: Keys<ModelVersion> = {
  name: ({ model }) => model,
  version_number: ({ version }) => version,
  creation_timestamp: ({ created }) => created,
  last_updated_timestamp: ({ updated }) => updated,
};

/** A comparison by the asked keys, then by the ties; a `-` before a tie turns it around. */
export function orderOf<T>(
  asked: readonly string[],
  keys: Keys<T>,
  ...ties: readonly string[]
): (a: T, b: T) => number {
  const terms = asked.map((text) => orderTerm(text, keys));
  if (new Set(terms.map(({ key }) => keys[key])).size < terms.length)
    throw invalid(`\`order_by\` contains duplicate fields: [${asked.map(quoted).join(", ")}]`);
  for (const tie of ties) {
    const key = tie.replace(/^-/, "");
    if (!terms.some((term) => term.key === key)) terms.push({ key, sign: tie === key ? 1 : -1 });
  }
  return (a, b) => {
    for (const { key, sign } of terms) {
      const [left, right] = [keys[key]?.(a) ?? 0, keys[key]?.(b) ?? 0];
      if (left !== right) return left < right ? -sign : sign;
    }
    return 0;
  };
}

function orderTerm<T>(text: string, keys: Keys<T>): { readonly key: string; readonly sign: 1 | -1 } {
  const [name = "", direction = "asc", more] = text.trim().split(/\s+/);
  if (more !== undefined || name === "")
    throw invalid(`Invalid order_by clause '${text}'. Could not be parsed.`);
  if (!/^(asc|desc)$/i.test(direction)) throw invalid(`Invalid ordering key in order_by clause '${text}'.`);
  const key = name.replace(/^attributes?\./, "").replace(/^["`](.*)["`]$/, "$1");
  if (!Object.hasOwn(keys, key))
    throw invalid(
      `Invalid order by key '${key}' specified. Valid keys are '${Object.keys(keys).join(", ")}'`,
    );
  return { key, sign: direction.toLowerCase() === "asc" ? 1 : -1 };
}

function quoted(text: string): string {
  return `'${text}'`;
}

/** The part of all that a token points at, and the token of the next part. */
export function page<T>(all: readonly T[], most: number, token: string): Page<T> {
  const from = offsetOf(token);
  const end = from + Math.max(0, most);
  return { found: all.slice(from, end), next: end < all.length ? pageToken(end) : undefined };
}

export function pageToken(offset: number): string {
  return Buffer.from(JSON.stringify({ offset })).toString("base64");
}

/** Where a page begins. Throws INVALID_PARAMETER_VALUE. */
export function offsetOf(token: string): number {
  if (token === "") return 0;
  const text = Buffer.from(token, "base64").toString("utf8");
  const offset = Number(/^\s*\{\s*"offset"\s*:\s*(\d{1,15})\s*\}\s*$/.exec(text)?.[1] ?? Number.NaN);
  if (Number.isNaN(offset)) throw invalid(`Invalid page token, decoded value=b${quoted(text.slice(0, 100))}`);
  return offset;
}
