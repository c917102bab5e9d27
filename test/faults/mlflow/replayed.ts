/** Everything that MLflow's protocol tells of a store, with ids by what they are of and without the moments at which it was said. */

import type { Client, Reply } from "../../unit/api/mlflow/face.ts";

/** Of the calls, not of what was said. */
const momentary = new Set([
  "creation_time",
  "last_update_time",
  "creation_timestamp_ms",
  "last_updated_timestamp_ms",
]);

/** Not `whole`: without how the runs ended. */
export async function everythingIn(client: Client, whole: boolean): Promise<unknown> {
  const names = new Map<string, string>();
  const experiments = (await client.post("experiments/search", { max_results: 1_000, view_type: "ALL" })).json
    .experiments;
  const ids = experiments?.map(({ experiment_id }) => experiment_id) ?? [];
  const { runs = [] } = (
    await client.post("runs/search", { experiment_ids: ids, run_view_type: "ALL", max_results: 1_000 })
  ).json;
  for (const { info } of runs) names.set(info.run_id, `<${String(info.run_name)}>`);
  const { models = [] } = (
    await client.post("logged-models/search", { experiment_ids: ids, max_results: 1_000 })
  ).json;
  for (const { info } of models as readonly { info: { name: string; model_id?: string } }[])
    names.set(info.model_id ?? "", `<m ${info.name}>`);
  const found: unknown[] = [];
  const first = runs.map(({ info }) => info.run_id).sort()[0];
  for (const { info } of runs)
    found.push(await everythingOf(client, info.run_id, whole && info.run_id !== first));
  const all = JSON.stringify({ runs: found, models }, (key, value: unknown) =>
    momentary.has(key) ? undefined : value,
  );
  const named = [...names].reduce((text, [id, name]) => text.replaceAll(id, name), all);
  // Only those that are not deleted are found, and those have names.
  return sorted(JSON.parse(named.replace(/m-[0-9a-f]{32}/g, "<m ?>")));
}

/** How the run of a script went, and when, tells its process. */
const ofProcess = { start_time: null, end_time: null, status: null };
/** By which the recorder knows the runs that a script has made. */
const ownTag = "runline.run";
/** The tag of which MLflow says that it is JSON; which spelling of it is nobody's business. */
const jsonTag = "mlflow.log-model.history";

async function everythingOf(client: Client, run_id: string, withEnd: boolean): Promise<unknown> {
  const { run } = (await client.get("runs/get", { run_id })).json;
  const info = { ...run?.info, ...(withEnd ? {} : ofProcess) };
  const tags = run?.data.tags
    ?.filter(({ key }) => key !== ownTag)
    .map(({ key, value }) => ({
      key,
      value: key === jsonTag ? JSON.parse(value) : value,
    }));
  const histories: Record<string, unknown> = {};
  for (const { key } of run?.data.metrics ?? [])
    histories[key] = (await client.get("metrics/get-history", { run_id, metric_key: key })).json.metrics;
  const store = await client.project.store.needed();
  const stored: Record<string, unknown> = {};
  const row = await store.runs.get(run_id);
  for (const [key, { count, nan, inf, min, max, last, lastStep }] of Object.entries(row?.metrics ?? {}))
    stored[key] = [count, nan, inf, min, max, last, lastStep].map(String);
  const kept = (await store.lineage.files(run_id)).map(({ path, bytes, digest }) => ({
    path,
    bytes,
    digest,
  }));
  return {
    run: { ...run, info, data: { ...run?.data, tags } },
    histories,
    stored,
    kept,
    files: await filesBelow(client, run_id, ""),
  };
}

async function filesBelow(client: Client, run_id: string, path: string): Promise<readonly unknown[]> {
  const { files = [] } = (await client.get("artifacts/list", { run_id, ...(path === "" ? {} : { path }) }))
    .json as Reply;
  const found: unknown[] = [];
  for (const file of files) {
    found.push(file);
    if (file.file_size === undefined) found.push(...(await filesBelow(client, run_id, file.path)));
  }
  return found;
}

/** Lists of named things in the order of their names: which of them was said first is another matter. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) {
    const items = value.map(sorted);
    return items.every((item) => typeof item === "object" && item !== null)
      ? items
          .map((item) => [JSON.stringify(item), item] as const)
          .sort(([a], [b]) => (a < b ? -1 : 1))
          .map(([, item]) => item)
      : items;
  }
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).map(([key, item]) => [key, sorted(item)] as const);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}
