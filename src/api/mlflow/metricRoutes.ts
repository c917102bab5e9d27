/** Histories of metrics, as MLflow's clients and its pages read them. */

import type { History } from "../../store/store.ts";
import { noRun } from "./clientWrites.ts";
import { readToken, writeToken } from "./pages.ts";
import { invalid, missing, Parameters } from "./parameters.ts";
import { type Face, type Fields, JsonText, type Route } from "./route.ts";
import { listOf, wireNumber, wireStep, wireTime } from "./wire.ts";

const mostBulk = 25_000;
const mostRuns = 100;
const mostPerRun = 2_500;

async function history(fields: Fields, face: Face): Promise<object> {
  const asked = new Parameters(fields);
  const id = asked.runId();
  const key = asked.requiredText("metric_key");
  const place = asked.text("page_token");
  const limit = asked.integerOrNull("max_results");
  if (limit !== null && limit <= 0)
    throw invalid(
      `Invalid value ${limit} for parameter 'max_results' supplied. It must be a positive integer.`,
    );
  const points = await face.store.trackedRuns.history(id, key);
  const from = offsetIn(place);
  const count = points.values.length;
  const to = limit === null ? count : Math.min(count, from + limit);
  const token = writeToken(to < count ? JSON.stringify({ offset: to }) : null);
  return from < to ? new JsonText(historyText(key, points, from, to, token)) : {};
}

const pointsAtOnce = 250;

function* historyText(
  key: string,
  points: History,
  from: number,
  to: number,
  token: string | undefined,
): Generator<string> {
  for (let at = from; at < to; at += pointsAtOnce) {
    const length = Math.min(pointsAtOnce, to - at);
    const part = Array.from({ length }, (_, place) => wirePoint(key, points, at + place));
    yield `${at === from ? '{"metrics":[' : ","}${JSON.stringify(part).slice(1, -1)}`;
  }
  yield token === undefined ? "]}" : `],"next_page_token":${JSON.stringify(token)}}`;
}

/** A history only grows, so a place in it is a number. */
function offsetIn(token: string): number {
  const place = readToken(token);
  if (place === null) return 0;
  const found = /^\{"offset": ?(\d{1,15})\}$/.exec(place);
  if (found === null) throw invalid(`Invalid page token, decoded value=b'${place}'`);
  return Number(found[1]);
}

async function pointsOf(id: string, key: string, { store }: Face): Promise<History> {
  if ((await store.trackedRuns.state(id, [], [])) === null) throw noRun(id);
  return store.trackedRuns.history(id, key);
}

function wirePoint(key: string, { values, times, steps }: History, at: number) {
  const value = wireNumber(values[at] as number);
  return { key, value, timestamp: wireTime(times[at] as number), step: wireStep(steps[at] as number) };
}

async function bulk(fields: Fields, face: Face): Promise<object> {
  const asked = new Parameters(fields);
  const ids = asked.texts("run_id");
  if (ids.length === 0) throw invalid("GetMetricHistoryBulk request must specify at least one run_id.");
  if (ids.length > mostRuns)
    throw invalid(
      `GetMetricHistoryBulk request cannot specify more than ${mostRuns} run_ids. Received ${ids.length} run_ids.`,
    );
  const key = asked.textOrNull("metric_key");
  if (key === null) throw invalid("GetMetricHistoryBulk request must specify a metric_key.");
  const limit = Math.min(asked.integerOrNull("max_results") ?? mostBulk, mostBulk);
  const metrics: object[] = [];
  for (const id of [...new Set(ids)].sort()) {
    const points = await face.store.trackedRuns.history(id, key);
    const count = Math.min(points.values.length, limit - metrics.length);
    for (let at = 0; at < count; at++) metrics.push({ ...wirePoint(key, points, at), run_id: id });
  }
  return { metrics };
}

async function interval(fields: Fields, face: Face): Promise<object> {
  const asked = new Parameters(fields);
  const ids = asked.texts("run_ids");
  if (ids.length === 0) throw missing("run_ids");
  if (ids.length > mostRuns)
    throw invalid(
      `GetMetricHistoryBulkInterval request must specify at most ${mostRuns} run_ids. Received ${ids.length} run_ids. ` +
        "See the API docs for more information about request parameters.",
    );
  const key = asked.requiredText("metric_key");
  const start = asked.integerOrNull("start_step");
  const end = asked.integerOrNull("end_step");
  const limit = asked.integerOrNull("max_results") ?? mostPerRun;
  if (limit < 1 || limit > mostPerRun)
    throw invalid(
      `max_results must be between 1 and ${mostPerRun}. See the API docs for more information about request parameters.`,
    );
  if ((start === null) !== (end === null))
    throw invalid("If either start step or end step are specified, both must be specified.");
  if (start !== null && end !== null && start > end)
    throw invalid(`end_step must be greater than start_step. Found start_step=${start} and end_step=${end}.`);
  const metrics: object[] = [];
  for (const id of ids) {
    const points = await pointsOf(id, key, face);
    for (const at of sampled(byStep(points, start ?? -Infinity, end ?? Infinity), limit))
      metrics.push({ ...wirePoint(key, points, at), run_id: id });
  }
  return { metrics: listOf(metrics) };
}

/** Places of the points with steps in a range, by step. */
function byStep({ steps }: History, start: number, end: number): Uint32Array {
  const isInside = (at: number) => (steps[at] as number) >= start && (steps[at] as number) <= end;
  const places = Uint32Array.from(steps, (_, at) => at).filter(isInside);
  const isOrdered = places.every(
    (at, index) => index === 0 || (steps[at] as number) >= (steps[places[index - 1] as number] as number),
  );
  // The history is by time and value already.
  return isOrdered ? places : places.sort((a, b) => (steps[a] as number) - (steps[b] as number) || a - b);
}

/** The first point of each of so many even parts, and the last point of all in place of the last one's. */
function sampled(places: Uint32Array, limit: number): readonly number[] {
  const last = places.at(-1);
  if (places.length <= limit || last === undefined) return [...places];
  // The first parts are longer by one where the points don't come out even.
  const size = Math.floor(places.length / limit);
  const longer = places.length % limit;
  const first = (part: number) => places[part * size + Math.min(part, longer)] as number;
  return [...Array.from({ length: limit - 1 }, (_, part) => first(part)), last];
}

async function datasets(fields: Fields, { store }: Face): Promise<object> {
  const asked = new Parameters(fields);
  const experimentIds = asked.texts("experiment_ids");
  if (experimentIds.length === 0)
    throw invalid("SearchDatasets request must specify at least one experiment_id.");
  if (experimentIds.length > 20)
    throw invalid(
      `SearchDatasets request cannot specify more than 20 experiment_ids. Received ${experimentIds.length} experiment_ids.`,
    );
  const found = await store.trackedRuns.datasets(experimentIds, 1_000);
  return {
    dataset_summaries: listOf(
      found.map(({ experimentId, name, digest, context }) => ({
        ...{ experiment_id: experimentId, name, digest },
        context: context ?? undefined,
      })),
    ),
  };
}

export const metricRoutes: readonly Route[] = [
  { method: "GET", path: "mlflow/metrics/get-history", major: 2, answer: history },
  { method: "GET", path: "mlflow/metrics/get-history-bulk", major: 2, answer: bulk },
  { method: "GET", path: "mlflow/metrics/get-history-bulk-interval", major: 2, answer: interval },
  { method: "POST", path: "mlflow/experiments/search-datasets", major: 2, answer: datasets },
];
