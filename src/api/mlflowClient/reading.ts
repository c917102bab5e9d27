/** What is read of a team's server: its newest runs, its models, and the points of runs that somebody looks at. */

import { failureOf } from "../../model/failure.ts";
import { mirrorHistory, mirrorRuns } from "../../ops/mlflowMirror.ts";
import type { Project } from "../project.ts";
import { adopt, type Connection } from "./connection.ts";

/** How many runs are read: all of these at first, the newest ones while somebody looks. */
const mostRuns = 1_000;
const newestRuns = 100;
/** What another window has read so lately is not read again. */
const othersReadMs = 20_000;
const modelsEveryMs = 60_000;
const mostRunsLookedAt = 100;

export interface Reading {
  /** In a turn at the server. `whole` reads everything, whoever has read it when. */
  runs(connection: Connection, whole: boolean): Promise<void>;
  /** Whether the models are old enough to be read again. */
  areModelsDue(connection: Connection): boolean;
  /** In a turn at the server. */
  models(connection: Connection): Promise<void>;
  /** In a turn at the server: points of those of these runs that are its own. */
  history(connection: Connection, runIds: readonly string[]): Promise<void>;
}

export function readingInto({ layout, compute, clock, store }: Project, changed: () => void): Reading {
  /** What was read whole, by run and metric, as it was then. */
  const read = new Map<string, string>();
  const parts = async () => ({
    ...{ store: await store.needed(), compute, clock },
    ...{ runs: layout.runs, workspace: layout.workspace },
  });

  /** What the server does wrong is kept as its trouble. */
  async function trying(connection: Connection, work: () => Promise<void>): Promise<void> {
    const before = connection.trouble?.message;
    try {
      await work();
      connection.trouble = null;
    } catch (thrown) {
      if (connection.abort.signal.aborted) return;
      connection.trouble = failureOf(thrown);
      if (!connection.trouble.code.startsWith("team")) throw thrown;
    } finally {
      if (connection.trouble?.message !== before) changed();
    }
  }

  return {
    async runs(connection, whole) {
      await adopt(connection);
      if (!whole && (isOut(connection) || clock() - connection.othersAsOf < othersReadMs)) return;
      await trying(connection, async () => {
        const runs = await connection.server.newest(whole ? mostRuns : newestRuns);
        connection.asOf = clock();
        if (runs.length > 0) await mirrorRuns(connection.server, runs, await parts());
        await connection.shared.runs.write(connection.asOf, null);
      });
    },
    areModelsDue(connection) {
      const last = Math.max(connection.modelsAsOf ?? 0, connection.modelsTried);
      return !isOut(connection) && clock() - last >= modelsEveryMs;
    },
    async models(connection) {
      connection.modelsTried = clock();
      const before = connection.modelsTrouble?.message;
      await trying(connection, async () => {
        const models = await connection.server.models().catch((thrown: unknown) => {
          const trouble = failureOf(thrown);
          if (!ofRegistryAlone.has(trouble.code)) throw thrown;
          connection.modelsTrouble = trouble;
          return null;
        });
        if (models === null) return;
        connection.modelsTrouble = null;
        const isNew = JSON.stringify(models) !== JSON.stringify(connection.models);
        connection.modelsAsOf = clock();
        connection.models = models;
        await connection.shared.models.write(connection.modelsAsOf, models);
        if (isNew) changed();
      });
      if (connection.modelsTrouble?.message !== before) changed();
    },
    async history(connection, runIds) {
      const opened = await store.existing();
      if (opened === null || connection.trouble !== null) return;
      const { server } = connection;
      for (const run of await opened.runs.list({ ids: runIds.slice(0, mostRunsLookedAt) })) {
        if (run.host !== server.name) continue;
        for (const key of await opened.metrics.keys([run.id])) {
          const { lastStep, last } = run.metrics[key] ?? {};
          const place = `${run.id} ${key}`;
          const mark = `${lastStep} ${last}`;
          if (read.get(place) === mark) continue;
          await mirrorHistory(run, server, await parts(), [key]);
          read.set(place, mark);
        }
      }
    },
  };
}

/** Runs of the same server may be read all the same. */
const ofRegistryAlone: ReadonlySet<string> = new Set(["teamRefused", "teamOdd", "teamRejected"]);

/** It did not let us in: it is not asked again before the person signs in again. */
function isOut({ trouble }: Connection): boolean {
  return trouble?.code === "teamRefused";
}
