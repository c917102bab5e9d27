/** Runs on their way to a team's server: the wish is kept first, so that it outlives this process and the server's outages. */

import { failureOf, RunlineError } from "../../model/failure.ts";
import type { Run } from "../../model/run.ts";
import { runOf } from "../../ops/findRun.ts";
import { outboxIn } from "../../ops/mlflowOutbox.ts";
import { refuseActive, type Sent, sendRun } from "../../ops/mlflowSend.ts";
import { sentTag, type TeamServer } from "../../ops/mlflowTeam.ts";
import type { Project } from "../project.ts";
import type { Connection } from "./connection.ts";

export interface SendState {
  /** From 0 to 1 while it is being sent; null while it is not. */
  readonly done: number | null;
  readonly waits: boolean;
  /** Once it was sent by this process. */
  readonly sent: Sent | null;
}

export interface Sending {
  /** Null when the server does not answer now and the run waits. */
  send(runId: string, connection: Connection): Promise<Sent | null>;
  /** In a turn at the server: what waits for it is sent; what it refuses is not tried again unasked. */
  drain(connection: Connection): Promise<void>;
  cancel(runId: string): Promise<void>;
  /** How far a run is, and what became of one that had to wait. */
  state(runId: string): Promise<SendState>;
  /** Addresses that something waits for. */
  waiting(): Promise<ReadonlySet<string>>;
  close(): void;
}

/** What waits goes on waiting: until the server is there again, or lets the person in. */
const passing: ReadonlySet<string> = new Set(["teamDown", "teamRefused", "teamUntrusted"]);
/** Another try would end the same way. */
const refused: ReadonlySet<string> = new Set(["teamRejected", "teamOdd", "runUnknown"]);

export function sendingFrom({ layout, store }: Project, failed: (thrown: unknown) => void): Sending {
  const outbox = outboxIn(layout.directory);
  const sending = new Map<string, AbortController>();
  /** Runs that a person waits for here. */
  const awaited = new Set<string>();
  const done = new Map<string, number>();
  const delivered = new Map<string, Sent>();
  let closed = false;

  async function sendOne(runId: string, { server, abort: leave }: Connection): Promise<Sent> {
    const abort = new AbortController();
    sending.set(runId, abort);
    let run: Run | null = null;
    try {
      const known = await store.needed();
      run = await runOf(runId, known);
      const signal = AbortSignal.any([abort.signal, leave.signal]);
      const sent = await sendRun(run, server, known, (part) => done.set(runId, part), signal);
      delivered.set(runId, sent);
      await outbox.remove({ runId, url: server.url });
      return sent;
    } catch (thrown) {
      if (!abort.signal.aborted || leave.signal.aborted) throw thrown;
      // What the server says now, if it says anything, is no answer to the person who has changed their mind.
      if (run !== null) await takeBack(run, server).catch(failed);
      throw abort.signal.reason;
    } finally {
      sending.delete(runId);
      done.delete(runId);
    }
  }

  return {
    async send(runId, connection) {
      const { url } = connection.server;
      const run = await runOf(runId, await store.needed());
      refuseActive(run);
      await outbox.put({ runId, url });
      awaited.add(runId);
      try {
        return await connection.turn(async () => {
          if (await outbox.has({ runId, url })) return sendOne(runId, connection);
          if (!awaited.has(runId)) return null;
          // Whoever had the turn before this one has sent it; or could not, and then the person hears why.
          return (await sentAlready(run, connection.server)) ?? sendOne(runId, connection);
        });
      } catch (thrown) {
        if (failureOf(thrown).code === "teamDown") return null;
        await outbox.remove({ runId, url });
        throw thrown;
      } finally {
        awaited.delete(runId);
      }
    },
    async drain(connection) {
      for (const { runId, url } of await outbox.all()) {
        if (url !== connection.server.url) continue;
        if (connection.trouble !== null) return;
        try {
          await sendOne(runId, connection);
        } catch (thrown) {
          const failure = failureOf(thrown);
          const { code } = failure;
          if (passing.has(code)) connection.trouble = failure;
          else if (refused.has(code)) await outbox.remove({ runId, url });
          if (!closed && code !== "teamDown") failed(thrown);
        }
      }
    },
    async cancel(runId) {
      awaited.delete(runId);
      for (const waiting of await outbox.all()) if (waiting.runId === runId) await outbox.remove(waiting);
      sending.get(runId)?.abort(new RunlineError("requestCanceled", { request: "mlflow/send" }));
    },
    async state(runId) {
      const waits = (await outbox.all()).some((waiting) => waiting.runId === runId);
      return { done: done.get(runId) ?? null, waits, sent: delivered.get(runId) ?? null };
    },
    waiting: async () => new Set((await outbox.all()).map(({ url }) => url)),
    close() {
      closed = true;
      for (const abort of sending.values()) abort.abort();
    },
  };
}

async function sentAlready(run: Run, server: TeamServer): Promise<Sent | null> {
  const copy = await server.find(run.id, [sentTag, run.id], run.experiment);
  return copy === null || copy.status === "running" ? null : { link: server.link(copy), left: 0 };
}

/** A copy that the person does not want any more, and that is not whole. */
async function takeBack(run: Run, server: TeamServer): Promise<void> {
  const copy = await server.find(run.id, [sentTag, run.id], run.experiment);
  if (copy !== null && copy.id !== run.id && copy.status === "running") await server.remove(copy.id);
}
