/** Problems that somebody found in the traces of an application. */

import { randomUUID } from "node:crypto";
import { type Issue, issueSeverities, issueStatuses } from "../../model/evaluation.ts";
import { fitsTree, leavesOf } from "../../model/filterTree.ts";
import { activeExperimentOf } from "./experimentRoutes.ts";
import { invalid, Parameters } from "./parameters.ts";
import { fits, parseFilter } from "./registryFilter.ts";
import { page } from "./registrySearch.ts";
import { type Face, type Fields, MlflowError, type Route } from "./route.ts";
import { wholeNumber } from "./searches.ts";
import { listOf } from "./wire.ts";

const root = "mlflow/issues";
const usualIssues = 100;
const mostIssues = 1_000;

export const issueRoutes: readonly Route[] = [
  { method: "POST", path: root, major: 3, answer: create },
  { method: "POST", path: `${root}/search`, major: 3, answer: search },
  { method: "GET", path: `${root}/:issue_id`, major: 3, answer: get },
  { method: "PATCH", path: `${root}/:issue_id`, major: 3, answer: update },
];

async function create(request: Fields, face: Face): Promise<object> {
  const fields = new Parameters(request);
  const name = fields.requiredText("name");
  const description = fields.requiredText("description");
  const experiment = await activeExperimentOf(fields.requiredText("experiment_id"), face);
  const time = face.clock();
  const issue: Issue = {
    id: `iss-${randomUUID().replaceAll("-", "")}`,
    experimentId: experiment.id,
    ...{ name, description },
    status: oneOf(issueStatuses, fields, "status") ?? "pending",
    severity: oneOf(issueSeverities, fields, "severity"),
    rootCauses: fields.texts("root_causes"),
    categories: fields.texts("categories"),
    sourceRun: fields.text("source_run_id") || null,
    createdBy: fields.text("created_by") || null,
    ...{ created: time, updated: time },
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
    name: fields.text("name") || before.name,
    description: fields.text("description") || before.description,
    status: oneOf(issueStatuses, fields, "status") ?? before.status,
    severity: oneOf(issueSeverities, fields, "severity") ?? before.severity,
    updated: face.clock(),
  };
  await face.store.evaluations.putIssue(after);
  return { issue: message(after) };
}

/** The most severe first, then those of most traces where they are asked for, then the newest. */
async function search(request: Fields, { store }: Face): Promise<object> {
  const fields = new Parameters(request);
  const experimentId = fields.text("experiment_id");
  const filter = parseFilter(fields.text("filter_string"), ["status", "source_run_id"]);
  for (const { of, key, comparator } of leavesOf(filter)) {
    if (of === "tag")
      throw invalid(`Invalid attribute key '${key}'. Valid keys are 'status', 'source_run_id'`);
    if (comparator !== "=" && comparator !== "!=")
      throw invalid(`Invalid comparator for attribute: ${comparator}`);
  }
  const most = wholeNumber(fields.integerOrNull("max_results") ?? usualIssues, mostIssues);
  const counts = fields.flagOrNull("include_trace_count") ? await store.evaluations.tracesOfIssues() : null;
  const order = (issue: Issue): readonly number[] => [
    issue.severity === null ? -1 : issueSeverities.indexOf(issue.severity),
    counts?.get(issue.id) ?? 0,
    issue.created,
  ];
  const fitting = (await store.evaluations.issues()).filter(
    (issue) =>
      (experimentId === "" || issue.experimentId === experimentId) &&
      fitsTree(filter, (clause) =>
        fits(clause.key === "status" ? issue.status : (issue.sourceRun ?? undefined), clause),
      ),
  );
  const sorted = fitting.toSorted((a, b) => compared(order(b), order(a)) || (a.id < b.id ? 1 : -1));
  const { found, next } = page(sorted, most, fields.text("page_token"));
  return {
    issues: listOf(
      found.map((issue) => message(issue, counts === null ? undefined : (counts.get(issue.id) ?? 0))),
    ),
    next_page_token: next ?? "",
  };
}

function compared(a: readonly number[], b: readonly number[]): number {
  const at = a.findIndex((value, place) => value !== b[place]);
  return at < 0 ? 0 : (a[at] ?? 0) - (b[at] ?? 0);
}

function oneOf<T extends string>(words: readonly T[], fields: Parameters, name: string): T | null {
  const text = fields.textOrNull(name);
  if (text === null) return null;
  const word = words.find((each) => each === text);
  if (word === undefined)
    throw invalid(
      `Invalid ${name} '${text}'. Valid values are: ${words.map((each) => `'${each}'`).join(", ")}.`,
    );
  return word;
}

async function issueNamed(request: Fields, { store }: Face): Promise<Issue> {
  const id = new Parameters(request).requiredText("issue_id");
  const issue = await store.evaluations.issue(id);
  if (issue === null) throw new MlflowError("RESOURCE_DOES_NOT_EXIST", `Issue with ID '${id}' not found`);
  return issue;
}

function message(issue: Issue, traces?: number): object {
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
    trace_count: traces,
  };
}
