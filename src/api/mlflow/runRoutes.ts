/** Runs of MLflow's protocol: making, reading, ending, deleting and finding them. */

import { randomBytes } from "node:crypto";
import { parseSearchFilter } from "../../model/mlflowFilter.ts";
import { runGrammar } from "../../model/mlflowGrammar.ts";
import { parseSearchOrder } from "../../model/mlflowOrder.ts";
import { redactLogged } from "../../model/redact.ts";
import { runIdAt } from "../../model/runId.ts";
import { runName } from "../../model/runName.ts";
import { defaultExperiment, runNameTag } from "../../model/tracking.ts";
import { appendToJournal, inTurn } from "../../ops/clientJournal.ts";
import { type ClientStatus, createClientRun, reportStatus } from "../../ops/clientRun.ts";
import { checkActive, clientParts, trackedRunOf } from "./clientWrites.ts";
import { activeExperimentOf, views, viewWords } from "./experimentRoutes.ts";
import { cut, limits } from "./limits.ts";
import { pageOr, readToken, writeToken } from "./pages.ts";
import { invalid, invalidValue, Parameters } from "./parameters.ts";
import { type Face, type Fields, JsonText, type Route } from "./route.ts";
import { parsed, wholeNumber } from "./searches.ts";
import { foundRunText, wireRun, wireRunInfo } from "./wire.ts";

const usualRuns = 1_000;
const mostRuns = 50_000;
const statusWords = { RUNNING: 1, SCHEDULED: 2, FINISHED: 3, FAILED: 4, KILLED: 5 } as const;
const statuses: Readonly<Record<keyof typeof statusWords, ClientStatus>> = {
  RUNNING: "running",
  SCHEDULED: "running",
  FINISHED: "finished",
  FAILED: "failed",
  KILLED: "cancelled",
};
const parentTag = "mlflow.parentRunId";
/** Names of runs are lines, and no longer than what a journal may hold. */
const longestName = 250;

async function create(fields: Fields, face: Face): Promise<object> {
  const asked = new Parameters(fields);
  const experimentId = asked.text("experiment_id") || defaultExperiment.id;
  const started = asked.integerOrNull("start_time");
  const given = asked.text("run_name");
  const tags = asked.pairs("tags");
  const user = asked.text("user_id");
  const named = tags.find(({ key }) => key === runNameTag)?.value ?? "";
  if (given !== "" && named !== "" && given !== named)
    throw invalid(
      "Both 'run_name' argument and 'mlflow.runName' tag are specified, but with different values " +
        `(run_name='${given}', mlflow.runName='${named}').`,
    );
  const experiment = await activeExperimentOf(experimentId, face);
  const now = face.clock();
  const id = await createClientRun(
    {
      name: lineOf(given || named) || runName(runIdAt(now, randomBytes(16)), 0),
      user: cut(user, limits.experimentName),
      experiment: experiment.name,
      started: Math.max(0, started ?? now),
      tags: tags.flatMap(({ key, value }) =>
        key === runNameTag || key === ""
          ? []
          : [[key, redactLogged(key, cut(value, limits.tagValue))] as const],
      ),
      parent: tags.find(({ key }) => key === parentTag)?.value ?? null,
    },
    clientParts(face),
  );
  const { outputs: _, ...run } = wireRun(await trackedRunOf(id, face));
  return { run };
}

/** A name as Runline shows it: one line. */
function lineOf(name: string): string {
  return cut(name.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, " ").trim(), longestName);
}

async function get(fields: Fields, face: Face): Promise<object> {
  return { run: wireRun(await trackedRunOf(new Parameters(fields).runId(), face)) };
}

async function update(fields: Fields, face: Face): Promise<object> {
  const asked = new Parameters(fields);
  const id = asked.runId();
  const end = asked.integerOrNull("end_time");
  const word = asked.wordOrNull("status", statusWords);
  const name = lineOf(asked.text("run_name"));
  await inTurn(id, async () => {
    const run = await trackedRunOf(id, face);
    checkActive(id, run.deleted);
    const parts = clientParts(face);
    if (name !== "" && name !== run.name)
      await appendToJournal(run, [{ kind: "run", time: face.clock(), name }], parts);
    const status = word === null ? null : statuses[word];
    if (status !== null) await reportStatus(run, status, end, parts);
  });
  return { run_info: wireRunInfo(await trackedRunOf(id, face)) };
}

async function setDeleted(fields: Fields, face: Face, deletes: boolean): Promise<object> {
  const id = new Parameters(fields).runId();
  const run = await trackedRunOf(id, face);
  if (run.deleted !== deletes) await face.store.runs.setDeleted(id, deletes ? face.clock() : null);
  return {};
}

async function search(fields: Fields, { store }: Face): Promise<object> {
  const asked = new Parameters(fields);
  const experimentIds = asked.texts("experiment_ids");
  const filter = asked.text("filter");
  const limit = wholeNumber(asked.limit("max_results", usualRuns, mostRuns), mostRuns);
  const order = asked.texts("order_by");
  const view = views[asked.wordOrNull("run_view_type", viewWords) ?? "ACTIVE_ONLY"];
  const token = asked.text("page_token");
  for (const id of experimentIds)
    if (!/^\d+$/.test(id)) throw invalid(invalidValue("experiment_ids", id, "It must be an integer."));
  const question = {
    filter: parsed(parseSearchFilter(filter, runGrammar)),
    order: parsed(parseSearchOrder(order, runGrammar)),
  };
  const page = pageOr(
    await store.trackedRuns.search(
      { search: question, experimentIds, view, limit, after: readToken(token) },
      // As bytes at once: texts of a page of thousands would stay until the last one is made.
      (runs) => Buffer.from(runs.map((run) => `,${foundRunText(run)}`).join("")),
    ),
    token,
  );
  const [first, ...rest] = page.items;
  if (first === undefined) return {};
  const next = page.next === null ? "" : `,"next_page_token":${JSON.stringify(writeToken(page.next))}`;
  return new JsonText(['{"runs":[', first.subarray(1), ...rest, `]${next}}`]);
}

export const runRoutes: readonly Route[] = [
  { method: "POST", path: "mlflow/runs/create", major: 2, answer: create },
  { method: "GET", path: "mlflow/runs/get", major: 2, answer: get },
  { method: "POST", path: "mlflow/runs/update", major: 2, answer: update },
  {
    ...{ method: "POST", path: "mlflow/runs/delete", major: 2 },
    answer: (fields, face) => setDeleted(fields, face, true),
  },
  {
    ...{ method: "POST", path: "mlflow/runs/restore", major: 2 },
    answer: (fields, face) => setDeleted(fields, face, false),
  },
  { method: "POST", path: "mlflow/runs/search", major: 2, answer: search },
];
