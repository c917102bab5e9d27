/** The MLflow servers that a window is connected to: read while somebody looks, and sent to when they answer. */

import * as path from "node:path";
import { type Failure, failureOf, RunlineError } from "../../model/failure.ts";
import { runOf } from "../../ops/findRun.ts";
import { leaveRuns, mirrorHistory, mirrorRuns } from "../../ops/mlflowMirror.ts";
import { outboxIn } from "../../ops/mlflowOutbox.ts";
import { refuseActive, type Sent, sendRun } from "../../ops/mlflowSend.ts";
import { sentTag, type TeamServer } from "../../ops/mlflowTeam.ts";
import { withProcessLock } from "../../ops/processLock.ts";
import type { TeamAccess, TeamStatus } from "../../protocol/editor.ts";
import type { Project } from "../project.ts";
import { teamServer } from "./teamServer.ts";

/** How many runs are read: all of these at first, the newest ones while somebody looks. */
const mostRuns = 1_000;
const newestRuns = 100;
const againMs = 5_000;

export interface Teams {
  /** Tries the server; its runs come afterwards. Throws why it can't be used. */
  connect(access: TeamAccess): Promise<TeamStatus>;
  /** Not asked any more; what was read of it stays. */
  disconnect(url: string): Promise<void>;
  /** Reads what is new, and sends what waits. */
  refresh(whole: boolean): Promise<readonly TeamStatus[]>;
  /** Somebody looks at points of these runs: those that a server has are read. Returns at once. */
  look(runIds: readonly string[]): void;
  /** Keeps the wish first; null when the server does not answer now and the run waits. */
  send(runId: string, url: string): Promise<Sent | null>;
  /** A run that is not sent whole yet is not sent any more. */
  cancel(runId: string): Promise<void>;
  close(): Promise<void>;
}

interface Connection {
  readonly server: TeamServer;
  readonly abort: AbortController;
  asOf: number | null;
  trouble: Failure | null;
}

export function teamsOf(project: Project, failed: (thrown: unknown) => void): Teams {
  const { layout, compute, clock, store } = project;
  const connections = new Map<string, Connection>();
  const outbox = outboxIn(layout.directory);
  const lock = path.join(layout.directory, ".mlflow-teams");
  /** What was read whole, by run and metric, as it was then. */
  const read = new Map<string, string>();
  const sending = new Map<string, AbortController>();
  let chain: Promise<unknown> = Promise.resolve();
  let again: NodeJS.Timeout | null = null;
  let closed = false;

  const parts = async () => ({
    ...{ store: await store.needed(), compute, clock },
    ...{ runs: layout.runs, workspace: layout.workspace },
  });

  /** One after the other in this window, and not while another one does the same. */
  function inTurn<T>(work: () => Promise<T>): Promise<T | null> {
    const done = chain.then(() => (closed ? null : withProcessLock(lock, work)));
    chain = done.catch(() => undefined);
    return done;
  }

  const statusOf = ({ server, asOf, trouble }: Connection): TeamStatus => ({
    ...{ url: server.url, name: server.name, asOf },
    ...{ trouble, refused: trouble?.code === "teamRefused" },
  });

  async function readRuns(connection: Connection, most: number): Promise<void> {
    try {
      const runs = await connection.server.newest(most);
      connection.asOf = clock();
      connection.trouble = null;
      if (runs.length > 0) await mirrorRuns(connection.server, runs, await parts());
    } catch (thrown) {
      if (connection.abort.signal.aborted) return;
      connection.trouble = failureOf(thrown);
      if (!connection.trouble.code.startsWith("team")) throw thrown;
    }
  }

  async function sendOne(runId: string, url: string): Promise<Sent> {
    const connection = connections.get(url);
    if (connection === undefined) throw new RunlineError("teamUnknown", { server: url });
    const abort = new AbortController();
    sending.set(runId, abort);
    try {
      const known = await store.needed();
      const sent = await sendRun(
        await runOf(runId, known),
        connection.server,
        known,
        () => undefined,
        AbortSignal.any([abort.signal, connection.abort.signal]),
      );
      await outbox.remove({ runId, url });
      return sent;
    } catch (thrown) {
      if (abort.signal.aborted && !connection.abort.signal.aborted) await takeBack(runId, connection.server);
      throw thrown;
    } finally {
      sending.delete(runId);
    }
  }

  /** A copy that the person does not want any more, and that is not whole. */
  async function takeBack(runId: string, server: TeamServer): Promise<void> {
    const copy = await server.find(runId, [sentTag, runId]);
    if (copy !== null && copy.id !== runId && copy.status === "running") await server.remove(copy.id);
  }

  /** What waits for a server that answers is sent; what it refuses is not tried again unasked. */
  async function drain(): Promise<void> {
    for (const { runId, url } of await outbox.all()) {
      const connection = connections.get(url);
      if (connection === undefined || connection.trouble !== null) continue;
      try {
        await sendOne(runId, url);
      } catch (thrown) {
        const { code } = failureOf(thrown);
        if (code === "teamDown") connection.trouble = failureOf(thrown);
        else if (code === "teamRejected" || code === "runUnknown") await outbox.remove({ runId, url });
        if (!closed && code !== "teamDown") failed(thrown);
      }
    }
  }

  /** While something waits, a server that did not answer is asked again. */
  async function tryAgain(): Promise<void> {
    const waits = (await outbox.all()).some(({ url }) => connections.has(url));
    if (!waits || closed || again !== null) return;
    again = setTimeout(() => {
      again = null;
      void refresh(false).catch(failed);
    }, againMs);
    again.unref();
  }

  async function refresh(whole: boolean): Promise<readonly TeamStatus[]> {
    await inTurn(async () => {
      for (const connection of connections.values())
        await readRuns(connection, whole ? mostRuns : newestRuns);
      await drain();
    });
    await tryAgain();
    return [...connections.values()].map(statusOf);
  }

  async function readHistory(runIds: readonly string[]): Promise<void> {
    const opened = await store.existing();
    for (const run of (await opened?.runs.list({ ids: runIds, limit: 100 })) ?? []) {
      const connection = [...connections.values()].find(({ server }) => server.name === run.host);
      if (connection === undefined || connection.trouble !== null || opened === null) continue;
      for (const key of await opened.metrics.keys([run.id])) {
        const { lastStep, last } = run.metrics[key] ?? {};
        const place = `${run.id} ${key}`;
        const mark = `${lastStep} ${last}`;
        if (read.get(place) === mark) continue;
        await mirrorHistory(run, connection.server, await parts(), [key]);
        read.set(place, mark);
      }
    }
  }

  return {
    refresh,
    async connect({ url: given, token, user, password }) {
      const { href, host } = new URL(given);
      const url = href.replace(/\/+$/, "");
      connections.get(url)?.abort.abort();
      const abort = new AbortController();
      const authorization =
        token !== undefined
          ? `Bearer ${token}`
          : user === undefined
            ? null
            : `Basic ${Buffer.from(`${user}:${password ?? ""}`).toString("base64")}`;
      const server = teamServer({ url, name: host, authorization }, abort.signal);
      const connection: Connection = { server, abort, asOf: null, trouble: null };
      connections.set(url, connection);
      try {
        await server.newest(1);
      } catch (thrown) {
        // It stays: what waits for it is sent, and it is read, as soon as it answers.
        connection.trouble = failureOf(thrown);
        throw thrown;
      }
      void refresh(true).catch(failed);
      return statusOf(connection);
    },
    async disconnect(url) {
      const connection = connections.get(url);
      connection?.abort.abort();
      connections.delete(url);
      if (connection === undefined || (await store.existing()) === null) return;
      await inTurn(async () => leaveRuns(connection.server.name, await parts()));
    },
    look(runIds) {
      if (connections.size === 0) return;
      void inTurn(() => readHistory(runIds.slice(0, 100))).catch((thrown: unknown) => {
        if (!closed && !failureOf(thrown).code.startsWith("team")) failed(thrown);
      });
    },
    async send(runId, url) {
      refuseActive(await runOf(runId, await store.needed()));
      if (!connections.has(url)) throw new RunlineError("teamUnknown", { server: url });
      await outbox.put({ runId, url });
      try {
        const sent = await inTurn(async () =>
          // A window that had the turn before this one may have sent it.
          (await outbox.has({ runId, url })) ? sendOne(runId, url) : null,
        );
        if (sent === null) await tryAgain();
        return sent;
      } catch (thrown) {
        const { code } = failureOf(thrown);
        if (code !== "teamDown") {
          await outbox.remove({ runId, url });
          throw thrown;
        }
        await tryAgain();
        return null;
      }
    },
    async cancel(runId) {
      for (const waiting of await outbox.all()) if (waiting.runId === runId) await outbox.remove(waiting);
      sending.get(runId)?.abort(new RunlineError("requestCanceled", { request: "mlflow/send" }));
    },
    async close() {
      closed = true;
      if (again !== null) clearTimeout(again);
      for (const { abort } of connections.values()) abort.abort();
      for (const abort of sending.values()) abort.abort();
      await chain;
    },
  };
}
