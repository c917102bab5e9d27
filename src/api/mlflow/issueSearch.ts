/** Which issues a client asks for, and in which order. */

import { type Issue, issueSeverities, issueStatuses } from "../../model/evaluation.ts";
import { fitsTree, leavesOf } from "../../model/filterTree.ts";
import { invalid, type Parameters } from "./parameters.ts";
import { fits, parseFilter } from "./registryFilter.ts";
import { page } from "./registrySearch.ts";
import type { Face } from "./route.ts";
import { wholeNumber } from "./searches.ts";

const usualIssues = 100;
const mostIssues = 1_000;

interface FoundIssues {
  readonly found: readonly Issue[];
  readonly next: string | undefined;
  /** Of all pages. */
  readonly total: number;
  /** In how many traces one was seen; null where nobody asked. */
  readonly traces: ((issue: Issue) => number) | null;
}

type Key = string | number;
const severityOf = ({ severity }: Issue) => (severity === null ? -1 : issueSeverities.indexOf(severity));
const orders: Readonly<Record<string, (issue: Issue) => Key>> = {
  name: ({ name }) => name.toLowerCase(),
  status: ({ status }) => issueStatuses.indexOf(status),
  severity: severityOf,
  created_timestamp: ({ created }) => created,
  last_updated_timestamp: ({ updated }) => updated,
  last_seen_timestamp: ({ seen }) => seen,
};

/** Unless an order is asked for: the most severe first, then those of most traces where they are asked for, then the newest. */
export async function foundIssues(fields: Parameters, { store }: Face): Promise<FoundIssues> {
  const fitting = condition(fields);
  const most = wholeNumber(fields.integerOrNull("max_results") ?? usualIssues, mostIssues);
  const counts = fields.flagOrNull("include_trace_count") ? await store.evaluations.tracesOfIssues() : null;
  const traces = (issue: Issue) => counts?.get(issue.id) ?? 0;
  const asked = fields.texts("order_by").map(readOrder);
  const usual = [severityOf, traces, orders.created_timestamp ?? severityOf].map((key) => [key, -1] as const);
  const order = asked.length === 0 ? usual : asked;
  const all = (await store.evaluations.issues()).filter(fitting);
  const sorted = all.toSorted((a, b) => {
    for (const [key, sign] of order) {
      const [one, other] = [key(a), key(b)];
      if (one !== other) return one < other ? -sign : sign;
    }
    return a.id < b.id ? 1 : -1;
  });
  const { found, next } = page(sorted, most, fields.text("page_token"));
  return { found, next, total: all.length, traces: counts === null ? null : traces };
}

function condition(fields: Parameters): (issue: Issue) => boolean {
  const experimentId = fields.text("experiment_id");
  const filter = parseFilter(fields.text("filter_string"), ["status", "source_run_id"]);
  for (const { of, key, comparator } of leavesOf(filter)) {
    if (of === "tag")
      throw invalid(`Invalid attribute key '${key}'. Valid keys are 'status', 'source_run_id'`);
    if (comparator !== "=" && comparator !== "!=")
      throw invalid(`Invalid comparator for attribute: ${comparator}`);
  }
  const name = fields.text("name").toLowerCase();
  const statuses = words(issueStatuses, fields, "statuses", "status");
  const severities = words(issueSeverities, fields, "severities", "severity");
  const categories = new Set(fields.texts("categories").map(plain));
  return (issue) =>
    (experimentId === "" || issue.experimentId === experimentId) &&
    issue.name.toLowerCase().includes(name) &&
    (statuses.length === 0 || statuses.includes(issue.status)) &&
    (severities.length === 0 || severities.some((each) => each === issue.severity)) &&
    (categories.size === 0 || issue.categories.some((each) => categories.has(plain(each)))) &&
    fitsTree(filter, (clause) =>
      fits(clause.key === "status" ? issue.status : (issue.sourceRun ?? undefined), clause),
    );
}

function plain(category: string): string {
  return category.trim().toLowerCase();
}

function words<T extends string>(known: readonly T[], fields: Parameters, list: string, one: string) {
  return fields.texts(list).map((text) => {
    const word = known.find((each) => each === text);
    if (word === undefined) throw invalid(`Invalid issue ${one}: '${text}'`);
    return word;
  });
}

function readOrder(text: string): readonly [key: (issue: Issue) => Key, sign: number] {
  const found = /^\s*(\w+)(?:\s+(asc|desc))?\s*$/i.exec(text);
  const name = found?.[1] ?? "";
  const key = Object.hasOwn(orders, name) ? orders[name] : undefined;
  if (key === undefined) throw invalid(`Invalid issue order_by: '${text}'`);
  return [key, found?.[2]?.toLowerCase() === "desc" ? -1 : 1];
}
