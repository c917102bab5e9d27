/** One team's server that a window is connected to: what is known of it now, and whose turn it is to ask it. */

import * as path from "node:path";
import type { Failure } from "../../model/failure.ts";
import type { TeamModels } from "../../model/teamRegistry.ts";
import type { TeamServer } from "../../ops/mlflowTeam.ts";
import { withProcessLock } from "../../ops/processLock.ts";
import type { TeamAccess, TeamStatus } from "../../protocol/editor.ts";
import { fileNameOf, type SharedReads, sharedReads } from "./sharedReads.ts";
import { teamServer } from "./teamServer.ts";

export interface Connection {
  readonly server: TeamServer;
  readonly abort: AbortController;
  readonly shared: SharedReads;
  readonly turn: Turn;
  /** When its runs were last read, by whichever window. */
  asOf: number | null;
  trouble: Failure | null;
  modelsAsOf: number | null;
  models: TeamModels;
  /** What only its registry does wrong: a server may have none, or let others in there. Its runs are read all the same. */
  modelsTrouble: Failure | null;
  modelsTried: number;
  /** When another window has read its runs last. */
  othersAsOf: number;
  isBusy: boolean;
  /** It has answered, or it has not: one that is just tried for the first time is not shown yet. */
  isHeard: boolean;
}

const noModels: TeamModels = { models: [], cut: false };
const teamsFolder = "mlflow-teams";

/** One after the other in this window, and not while another one asks this server; then it answers null. */
export type Turn = <T>(work: () => Promise<T>) => Promise<T | null>;

/** The turns at one server. `folder` is Runline's. */
export function turnsAt(url: string, folder: string, isClosed: () => boolean): Turn {
  const lock = path.join(folder, teamsFolder, `${fileNameOf(url)}.lock`);
  let chain: Promise<unknown> = Promise.resolve();
  return (work) => {
    const done = chain.then(() => (isClosed() ? null : withProcessLock(lock, work)));
    chain = done.catch(() => undefined);
    return done;
  };
}

/** The address as it is kept: without a slash at its end. */
export function addressOf(given: string): string {
  return new URL(given).href.replace(/\/+$/, "");
}

/** Nothing is asked yet. */
export function connectionTo(access: TeamAccess, folder: string, turn: Turn): Connection {
  const url = addressOf(access.url);
  const abort = new AbortController();
  const authorization = authorizationOf(access);
  return {
    ...{ turn, abort, server: teamServer({ url, name: new URL(url).host, authorization }, abort.signal) },
    shared: sharedReads(path.join(folder, teamsFolder), url),
    ...{ asOf: null, trouble: null, modelsAsOf: null, models: noModels, othersAsOf: 0 },
    ...{ modelsTrouble: null, modelsTried: 0, isBusy: false, isHeard: false },
  };
}

export function authorizationOf({ token, user, password }: TeamAccess): string | null {
  if (token !== undefined) return `Bearer ${token}`;
  if (user === undefined) return null;
  return `Basic ${Buffer.from(`${user}:${password ?? ""}`).toString("base64")}`;
}

export function statusOf({ server, asOf, trouble }: Connection): TeamStatus {
  return {
    ...{ url: server.url, name: server.name, asOf },
    ...{ trouble, refused: trouble?.code === "teamRefused" },
  };
}

/** Takes over what another window has read since. */
export async function adopt(connection: Connection): Promise<void> {
  const runs = await connection.shared.runs.news();
  if (runs !== null && runs.by !== connection.shared.by) connection.othersAsOf = runs.asOf;
  if (runs !== null && runs.asOf > (connection.asOf ?? 0)) {
    connection.asOf = runs.asOf;
    // Who is not let in stays out until they sign in again here.
    if (connection.trouble?.code !== "teamRefused") connection.trouble = null;
  }
  const models = await connection.shared.models.news();
  if (models === null || models.asOf <= (connection.modelsAsOf ?? 0)) return;
  connection.modelsAsOf = models.asOf;
  connection.models = models.what;
}
