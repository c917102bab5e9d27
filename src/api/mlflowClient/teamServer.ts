/** A team's MLflow server over REST: the calls that reading and sending need, each bounded. */

import { RunlineError } from "../../model/failure.ts";
import type { LatestMetric } from "../../model/tracking.ts";
import { mostPoints, type TeamBatch, type TeamRun, type TeamServer } from "../../ops/mlflowTeam.ts";
import { callsTo, orNull, tokenOf } from "./calls.ts";
import { type Access, ask, objectOf } from "./http.ts";
import { teamRegistry } from "./teamRegistry.ts";
import { experimentList, metrics, runOfWire, wireValue } from "./wire.ts";

const page = 250;
const mostExperiments = 1_000;
const historyPage = 25_000;
/** Said by a proxy before the server, of a file that the server itself may take. */
const tooLarge = 413;

const statusWords = {
  running: "RUNNING",
  finished: "FINISHED",
  failed: "FAILED",
  cancelled: "KILLED",
} as const;

export function teamServer(access: Access, signal: AbortSignal): TeamServer {
  const { url, name } = access;
  /** Names by id, and ids by name, as last seen. */
  let names: ReadonlyMap<string, string> = new Map();
  const experimentOf = new Map<string, string>();

  const { get, post } = callsTo(access, signal);

  async function experiments(): Promise<readonly string[]> {
    const found = new Map<string, string>();
    for (let token = ""; found.size < mostExperiments; ) {
      const asked = { max_results: page, ...(token === "" ? {} : { page_token: token }) };
      const answer = await post("experiments/search", asked);
      const before = found.size;
      for (const one of experimentList.parse(answer.experiments ?? []))
        found.set(one.experiment_id, one.name);
      // A server that promises more for ever, and never gives it.
      token = found.size === before ? "" : tokenOf(answer);
      if (token === "") break;
    }
    names = found;
    return [...found.keys()];
  }

  function kept(raw: unknown): TeamRun | null {
    const run = runOfWire(raw, names);
    if (run !== null) experimentOf.set(run.id, experimentIdOf(raw));
    return run;
  }

  async function search(ids: readonly string[], most: number, filter: string): Promise<readonly TeamRun[]> {
    const found: TeamRun[] = [];
    for (let token = ""; found.length < most && ids.length > 0; ) {
      const answer = await post("runs/search", {
        ...{ experiment_ids: ids, max_results: Math.min(page, most - found.length), filter },
        ...{ order_by: ["attributes.start_time DESC"], ...(token === "" ? {} : { page_token: token }) },
      });
      const before = found.length;
      for (const raw of listOf(answer.runs)) {
        const run = kept(raw);
        if (run !== null) found.push(run);
      }
      token = found.length === before ? "" : tokenOf(answer);
      if (token === "") break;
    }
    return found;
  }

  async function get1(id: string): Promise<TeamRun | null> {
    const answer = await orNull(get("runs/get", { run_id: id }));
    return answer === null ? null : kept(answer.run);
  }

  /** Also one that is not among those that are listed: a large team has more. */
  async function experimentKnown(wanted: string): Promise<string | null> {
    for (const [id, known] of names) if (known === wanted) return id;
    const answer = await orNull(get("experiments/get-by-name", { experiment_name: wanted }));
    const [found] = experimentList.parse([answer?.experiment]);
    if (found === undefined) return null;
    names = new Map([...names, [found.experiment_id, wanted]]);
    return found.experiment_id;
  }

  async function experimentNamed(wanted: string): Promise<string> {
    const known = await experimentKnown(wanted);
    if (known !== null) return known;
    const { experiment_id: made } = await post(
      "experiments/create",
      { name: wanted },
      `the experiment ${wanted}`,
    );
    names = new Map([...names, [String(made), wanted]]);
    return String(made);
  }

  return {
    url,
    name,
    newest: async (most) => search(await experiments(), most, ""),
    async history(runId, key) {
      const points: LatestMetric[] = [];
      let token = "";
      do {
        const query = { run_id: runId, metric_key: key, max_results: String(historyPage) };
        const answer = await get(
          "metrics/get-history",
          token === "" ? query : { ...query, page_token: token },
        );
        const some = metrics.parse(answer.metrics ?? []);
        for (const point of some) points.push(point);
        token = some.length === 0 ? "" : tokenOf(answer);
      } while (token !== "" && points.length < mostPoints);
      return { points, cut: token !== "" };
    },
    async find(id, [tag, value], experiment) {
      const listed = await experiments();
      const own = await experimentKnown(experiment);
      const ids = own === null || listed.includes(own) ? listed : [own, ...listed];
      const [tagged] = await search(ids, 1, `tags.\`${tag}\` = '${value}'`);
      return tagged ?? get1(id);
    },
    async create({ name: runName, experiment, user, started }, tags) {
      const { run } = await post(
        "runs/create",
        {
          ...{ experiment_id: await experimentNamed(experiment), user_id: user, run_name: runName },
          ...{ start_time: started, tags: tags.map(([key, value]) => ({ key, value })) },
        },
        "the run",
      );
      const made = kept(run);
      if (made !== null) return made;
      throw new RunlineError("teamOdd", { server: name, cause: "its answer is no run" });
    },
    async log(runId, { metrics: points = [], parameters = [], tags = [] }: TeamBatch) {
      await post(
        "runs/log-batch",
        {
          run_id: runId,
          metrics: points.map((point) => ({
            ...{ key: point.key, value: wireValue(point.value), timestamp: point.time, step: point.step },
          })),
          params: parameters.map(([key, value]) => ({ key, value })),
          tags: tags.map(([key, value]) => ({ key, value })),
        },
        parameters.length > 0 ? "parameters" : points.length > 0 ? "metrics" : "tags",
      );
    },
    async end(runId, status, time) {
      await post("runs/update", { run_id: runId, status: statusWords[status], end_time: time });
    },
    async remove(runId) {
      await post("runs/delete", { run_id: runId });
    },
    async upload({ artifacts }, path, file) {
      const root = /^mlflow-artifacts:(?:\/\/[^/]*)?\/+(.+)$/.exec(artifacts)?.[1];
      if (root === undefined) return false;
      const place = `${root}/${path}`.split("/").map(encodeURIComponent).join("/");
      const answer = await ask(
        ...[access, "PUT" as const, `/api/2.0/mlflow-artifacts/artifacts/${place}`, { file }, signal],
      );
      if (answer.status === tooLarge) return false;
      if (answer.status !== 200) objectOf(access, answer, `the file ${path}`);
      return true;
    },
    ...teamRegistry(access, signal),
    link: ({ id }) => `${url}/#/experiments/${experimentOf.get(id) ?? "0"}/runs/${id}`,
  };
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function experimentIdOf(raw: unknown): string {
  const { info } = raw as { info?: { experiment_id?: unknown } };
  return String(info?.experiment_id ?? "0");
}
