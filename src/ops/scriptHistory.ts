/** What is known of a script from its runs: for the lens above it and the hovers in it. */

import type { Model, ModelVersion } from "../model/registry.ts";
import type { Run } from "../model/run.ts";
import type { Store } from "../store/store.ts";
import { type BestRun, bestRun } from "./bestRun.ts";

export interface ScriptHistory {
  /** Newest first. */
  readonly runs: readonly Run[];
  readonly best: BestRun | null;
  /** The champion of a model that was registered from one of the runs. */
  readonly champion: ModelVersion | null;
}

export const championAlias = "champion";

/** The history of a script, by its path as runs keep it. Empty without a store. */
export async function scriptHistory(script: string, store: Store | null): Promise<ScriptHistory> {
  if (store === null) return { runs: [], best: null, champion: null };
  const runs = await store.runs.list({ script, limit: 1_000 });
  const models = runs.length === 0 ? [] : await store.registry.models();
  return { runs, best: bestRun(runs), champion: championOf(runs, models) };
}

/** The newest champion among the models that these runs made. */
function championOf(runs: readonly Run[], models: readonly Model[]): ModelVersion | null {
  const ids = new Set(runs.map((run) => run.id));
  const champions = models.flatMap((model) => {
    const alias = model.aliases.find((each) => each.alias === championAlias);
    const version = model.versions.find((each) => each.version === alias?.version);
    return alias !== undefined &&
      version !== undefined &&
      model.versions.some((each) => each.runId !== null && ids.has(each.runId))
      ? [{ version, since: alias.since }]
      : [];
  });
  return champions.sort((a, b) => b.since - a.since)[0]?.version ?? null;
}
