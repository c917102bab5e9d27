/** The MLflow servers that a window is connected to: read while somebody looks, sent to when they answer, and asked to move an alias. */

import { setTimeout as pause } from "node:timers/promises";
import { failureOf, RunlineError } from "../../model/failure.ts";
import { type TeamFiles, withAliases } from "../../model/teamRegistry.ts";
import type { AliasRules } from "../../ops/aliasRules.ts";
import { leaveRuns } from "../../ops/mlflowMirror.ts";
import { promoteThere, type TeamPromotion } from "../../ops/mlflowPromote.ts";
import type { Sent } from "../../ops/mlflowSend.ts";
import type { ShownTeam, TeamAccess, TeamStatus } from "../../protocol/editor.ts";
import type { Project } from "../project.ts";
import {
  addressOf,
  adopt,
  type Connection,
  connectionTo,
  statusOf,
  type Turn,
  turnsAt,
} from "./connection.ts";
import { readingInto } from "./reading.ts";
import { type SendState, sendingFrom } from "./sending.ts";

const againMs = 5_000;
/** A server that is slow keeps nobody from seeing what is known of it and of the others. */
const patienceMs = 5_000;

export interface Teams {
  /** Tries the server; its runs and models come afterwards. Throws why it can't be used. */
  connect(access: TeamAccess): Promise<TeamStatus>;
  /** Not asked any more; the runs that were read of it stay. */
  disconnect(url: string): Promise<void>;
  /** Reads what is new, and sends what waits; `whole` waits until all of it is there. */
  refresh(whole: boolean): Promise<readonly TeamStatus[]>;
  /** Their models as they are known; those that were read a while ago are read meanwhile. */
  models(): Promise<readonly ShownTeam[]>;
  promote(url: string, asked: Omit<TeamPromotion, "actor">): Promise<{ readonly previous: number | null }>;
  files(url: string, model: string, version: number): Promise<TeamFiles>;
  /** Somebody looks at points of these runs: those that a server has are read. Returns at once. */
  look(runIds: readonly string[]): void;
  /** Keeps the wish first; null when the server does not answer now and the run waits. */
  send(runId: string, url: string): Promise<Sent | null>;
  /** A run that is not sent whole yet is not sent any more. */
  cancel(runId: string): Promise<void>;
  sendState(runId: string): Promise<SendState>;
  close(): Promise<void>;
}

/** `changed` hears of models and troubles that are new. */
export function teamsOf(
  project: Project,
  failed: (thrown: unknown) => void,
  changed: () => void = () => undefined,
  rules?: AliasRules,
): Teams {
  const { layout, compute, clock, store } = project;
  const connections = new Map<string, Connection>();
  const turns = new Map<string, Turn>();
  const sending = sendingFrom(project, failed);
  const reading = readingInto(project, changed);
  let again: NodeJS.Timeout | null = null;
  let closed = false;

  const failedOpenly = (thrown: unknown) => {
    if (!closed && !failureOf(thrown).code.startsWith("team")) failed(thrown);
  };

  function turnAt(url: string): Turn {
    const turn = turns.get(url) ?? turnsAt(url, layout.directory, () => closed);
    turns.set(url, turn);
    return turn;
  }

  function connectionOf(url: string): Connection {
    const connection = connections.get(url);
    if (connection === undefined) throw new RunlineError("teamUnknown", { server: url });
    return connection;
  }

  async function readOne(connection: Connection, whole: boolean): Promise<void> {
    if (connection.isBusy && !whole) return;
    connection.isBusy = true;
    try {
      await connection.turn(async () => {
        await reading.runs(connection, whole);
        if (whole && connection.trouble === null) await reading.models(connection);
        await sending.drain(connection);
      });
    } finally {
      connection.isBusy = false;
    }
  }

  async function readModels(connection: Connection): Promise<void> {
    if (connection.isBusy) return;
    connection.isBusy = true;
    try {
      await connection.turn(async () => {
        await adopt(connection);
        if (reading.areModelsDue(connection)) await reading.models(connection);
      });
    } finally {
      connection.isBusy = false;
    }
  }

  /** While something waits, a server that did not answer is asked again. */
  async function tryAgain(): Promise<void> {
    const waiting = await sending.waiting();
    if (closed || again !== null || ![...connections.keys()].some((url) => waiting.has(url))) return;
    again = setTimeout(() => {
      again = null;
      void refresh(false).catch(failed);
    }, againMs);
    again.unref();
  }

  async function refresh(whole: boolean): Promise<readonly TeamStatus[]> {
    const all = [...connections.values()];
    const done = Promise.all(all.map((connection) => readOne(connection, whole)));
    if (whole) await done;
    else await soon(done, failedOpenly);
    await tryAgain();
    return [...connections.values()].map(statusOf);
  }

  return {
    refresh,
    async connect(access) {
      const url = addressOf(access.url);
      connections.get(url)?.abort.abort();
      const connection = connectionTo(access, layout.directory, turnAt(url));
      connections.set(url, connection);
      await adopt(connection);
      try {
        await connection.server.newest(1);
        connection.isHeard = true;
      } catch (thrown) {
        // It stays: what waits for it is sent, and it is read, as soon as it answers.
        connection.trouble = failureOf(thrown);
        changed();
        throw thrown;
      }
      void readOne(connection, true).then(tryAgain).catch(failedOpenly);
      return statusOf(connection);
    },
    async disconnect(given) {
      const url = addressOf(given);
      const connection = connections.get(url);
      connection?.abort.abort();
      connections.delete(url);
      if (connection === undefined) return;
      changed();
      await connection.turn(async () => {
        await connection.shared.runs.remove();
        await connection.shared.models.remove();
        const opened = await store.existing();
        const { runs, workspace } = layout;
        if (opened !== null)
          await leaveRuns(connection.server.name, { store: opened, compute, clock, runs, workspace });
      });
    },
    async models() {
      const all = [...connections.values()];
      await Promise.all(all.map(adopt));
      for (const connection of all)
        if (reading.areModelsDue(connection)) void readModels(connection).catch(failedOpenly);
      return all.filter(isShown).map((connection) => {
        const { models, cut } = connection.models;
        const { modelsAsOf, modelsTrouble } = connection;
        const status = statusOf(connection);
        return { ...status, trouble: status.trouble ?? modelsTrouble, models, cut, modelsAsOf };
      });
    },
    async promote(url, asked) {
      const connection = connectionOf(url);
      const { registry } = await store.needed();
      const parts = { registry, clock, ...(rules === undefined ? {} : { rules }) };
      const actor = await project.actor();
      const done = await promoteThere({ ...asked, actor }, connection.server, parts);
      const head = await connection.server.model(asked.model).catch(() => null);
      if (head !== null) {
        const { models, cut } = connection.models;
        connection.models = {
          models: models.map((each) => (each.name === head.name ? withAliases(each, head) : each)),
          cut,
        };
        await connection.shared.models.write(connection.modelsAsOf ?? clock(), connection.models);
      }
      changed();
      return done;
    },
    files: (url, model, version) => connectionOf(url).server.files(model, version),
    look(runIds) {
      for (const connection of connections.values())
        void connection.turn(() => reading.history(connection, runIds)).catch(failedOpenly);
    },
    async send(runId, url) {
      const sent = await sending.send(runId, connectionOf(url));
      if (sent === null) await tryAgain();
      return sent;
    },
    cancel: (runId) => sending.cancel(runId),
    sendState: (runId) => sending.state(runId),
    async close() {
      closed = true;
      if (again !== null) clearTimeout(again);
      sending.close();
      const all = [...connections.values()];
      for (const { abort } of all) abort.abort();
      await Promise.all([...turns.values()].map((turn) => turn(async () => undefined)));
    },
  };
}

/** One that is tried for the first time is shown once it has answered, or has not. */
function isShown({ isHeard, asOf, modelsAsOf, trouble }: Connection): boolean {
  return isHeard || asOf !== null || modelsAsOf !== null || trouble !== null;
}

/** Waits for work a while; what goes wrong after that is told. */
async function soon(work: Promise<unknown>, failed: (thrown: unknown) => void): Promise<void> {
  let isLate = false;
  const told = work.catch((thrown: unknown) => {
    if (!isLate) throw thrown;
    failed(thrown);
  });
  const stop = new AbortController();
  const late = pause(patienceMs, undefined, { signal: stop.signal, ref: false }).catch(() => undefined);
  try {
    await Promise.race([told, late]);
  } finally {
    isLate = true;
    stop.abort();
  }
}
