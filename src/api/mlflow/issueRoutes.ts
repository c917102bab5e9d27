/** Problems that somebody found in the traces of an application. */

import { randomUUID } from "node:crypto";
import { type Issue, issueSeverities, issueStatuses } from "../../model/evaluation.ts";
import type { Tags } from "../../model/registry.ts";
import { activeExperimentOf } from "./experimentRoutes.ts";
import { foundIssues } from "./issueSearch.ts";
import { invalid, Parameters } from "./parameters.ts";
import { type Face, type Fields, MlflowError, type Route } from "./route.ts";
import { listOf } from "./wire.ts";

const root = "mlflow/issues";
const longestName = 250;
const longestMetadata = 65_536;
const mostEntries = 100;

export const issueRoutes: readonly Route[] = [
  { method: "POST", path: root, major: 3, answer: create },
  { method: "POST", path: `${root}/search`, major: 3, answer: search },
  { method: "GET", path: `${root}/:issue_id`, major: 3, answer: get },
  { method: "PATCH", path: `${root}/:issue_id`, major: 3, answer: update },
];

async function create(request: Fields, face: Face): Promise<object> {
  const fields = new Parameters(request);
  const name = checkName(fields.requiredText("name"));
  const description = fields.requiredText("description");
  const experiment = await activeExperimentOf(fields.requiredText("experiment_id"), face);
  const time = face.clock();
  const id = fields.textOrNull("issue_id") ?? `iss-${randomUUID().replaceAll("-", "")}`;
  if (!/^iss-[A-Za-z0-9_-]{1,32}$/.test(id))
    throw invalid("issue_id must be iss-* and at most 36 characters");
  if ((await face.store.evaluations.issue(id)) !== null)
    throw new MlflowError("RESOURCE_ALREADY_EXISTS", "Issue ID already exists");
  const issue: Issue = {
    id,
    experimentId: experiment.id,
    ...{ name, description },
    status: oneOf(issueStatuses, fields, "status") ?? "pending",
    severity: oneOf(issueSeverities, fields, "severity"),
    rootCauses: fields.texts("root_causes"),
    categories: names(fields, "categories"),
    sourceRun: fields.text("source_run_id") || null,
    createdBy: fields.text("created_by") || null,
    ...{ created: time, updated: time, updatedBy: null },
    seen: seenAt(fields) ?? time,
    metadata: metadataIn(fields),
  };
  await face.store.evaluations.putIssue(issue);
  return { issue: message(issue) };
}

async function get(request: Fields, face: Face): Promise<object> {
  return { issue: message(await issueNamed(request, face)) };
}

async function update(request: Fields, face: Face): Promise<object> {
  const before = await issueNamed(request, face);
  const fields = new Parameters(request);
  const after: Issue = {
    ...before,
    name: checkName(fields.textOrNull("name") ?? before.name),
    description: fields.textOrNull("description") ?? before.description,
    status: oneOf(issueStatuses, fields, "status") ?? before.status,
    severity: oneOf(issueSeverities, fields, "severity") ?? before.severity,
    categories: fields.has("categories") ? [...new Set(names(fields, "categories"))] : before.categories,
    seen: Math.max(before.seen, seenAt(fields) ?? 0),
    updated: face.clock(),
    updatedBy: fields.text("last_updated_by") || before.updatedBy,
    metadata: changedMetadata(before.metadata, fields),
  };
  await face.store.evaluations.putIssue(after);
  return { issue: message(after) };
}

async function search(request: Fields, face: Face): Promise<object> {
  const fields = new Parameters(request);
  const { found, next, total, traces } = await foundIssues(fields, face);
  const view = fields.text("view") || "full";
  if (view !== "basic" && view !== "full") throw invalid("view must be basic or full");
  return {
    issues: listOf(
      found.map((issue) => {
        const { root_causes, metadata, ...basic } = message(issue, traces?.(issue));
        return view === "basic" ? { ...basic, description: "" } : { ...basic, root_causes, metadata };
      }),
    ),
    next_page_token: next ?? "",
    total_count: fields.flagOrNull("include_total_count") ? total : undefined,
  };
}

function checkName(name: string): string {
  if (name === "" || name.length > longestName) throw invalid("Issue name must contain 1 to 250 characters");
  return name;
}

/** Short texts, none of them empty. */
function names(fields: Parameters, name: string): readonly string[] {
  const texts = fields.texts(name);
  if (texts.length > mostEntries || texts.some((text) => text === "" || text.length > longestName))
    throw invalid(`${name} must contain at most 100 nonempty strings of at most 250 characters`);
  return texts;
}

function seenAt(fields: Parameters): number | null {
  const time = fields.integerOrNull("last_seen_timestamp");
  if (time !== null && time < 0) throw invalid("last_seen_timestamp must be nonnegative milliseconds");
  return time;
}

function metadataIn(fields: Parameters): Tags {
  const entries = Object.entries(fields.object("metadata").plain());
  const isText = (value: unknown): value is string => typeof value === "string";
  const areFine = entries.every(
    ([key, value]) =>
      key !== "" && key.length <= longestName && isText(value) && value.length <= longestMetadata,
  );
  if (!areFine || entries.length > mostEntries)
    throw invalid("metadata must be a string map with at most 100 entries");
  return Object.fromEntries(entries.filter((entry): entry is [string, string] => isText(entry[1])));
}

function changedMetadata(before: Tags, fields: Parameters): Tags {
  const [added, removed] = [metadataIn(fields), new Set(names(fields, "delete_metadata_keys"))];
  if (Object.keys(added).some((key) => removed.has(key)))
    throw invalid("Cannot update and delete the same key");
  const kept = Object.entries({ ...before, ...added }).filter(([key]) => !removed.has(key));
  if (kept.length > mostEntries) throw invalid("metadata must be a string map with at most 100 entries");
  return Object.fromEntries(kept);
}

function oneOf<T extends string>(words: readonly T[], fields: Parameters, name: string): T | null {
  const text = fields.textOrNull(name);
  if (text === null) return null;
  const word = words.find((each) => each === text);
  if (word === undefined) throw invalid(`Invalid issue ${name}: '${text}'`);
  return word;
}

async function issueNamed(request: Fields, { store }: Face): Promise<Issue> {
  const id = new Parameters(request).requiredText("issue_id");
  const issue = await store.evaluations.issue(id);
  if (issue === null) throw new MlflowError("RESOURCE_DOES_NOT_EXIST", `Issue with ID '${id}' not found`);
  return issue;
}

function message(issue: Issue, traces?: number) {
  return {
    issue_id: issue.id,
    experiment_id: issue.experimentId,
    ...{ name: issue.name, description: issue.description, status: issue.status },
    severity: issue.severity ?? undefined,
    root_causes: listOf(issue.rootCauses),
    categories: listOf(issue.categories),
    source_run_id: issue.sourceRun ?? undefined,
    created_by: issue.createdBy ?? undefined,
    created_timestamp: issue.created,
    last_updated_timestamp: issue.updated,
    last_updated_by: issue.updatedBy ?? undefined,
    last_seen_timestamp: issue.seen,
    metadata: Object.keys(issue.metadata).length === 0 ? undefined : issue.metadata,
    trace_count: traces,
  };
}
