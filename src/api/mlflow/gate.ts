/**
 * A door for the runs that are started here: what their recorders can't answer alone (the registry, prompts, traces, other runs) they ask
 * behind it. Until one of them knocks it is only a socket on loopback, and nothing is loaded for it.
 */

import { randomBytes } from "node:crypto";
import { readFile, rm } from "node:fs/promises";
import { createServer, type Server, type Socket } from "node:net";
import * as path from "node:path";
import { isObject, parseJson } from "../../model/fields.ts";
import { activeStates } from "../../ops/look.ts";
import type { Store } from "../../store/store.ts";
import type { Project } from "../project.ts";
import { writeWhole } from "./address.ts";
import type { Answering } from "./server.ts";

export interface Gate {
  /** Tells a run of this machine where it may ask. One that can't be told goes on alone, and that is told as a failure. */
  invite(runId: string): Promise<void>;
  /** Invites the runs of this machine that go on and that nobody else has invited. */
  inviteActive(store: Store): Promise<void>;
  /** Nobody is answered any more, and the runs are told so. */
  close(): Promise<void>;
}

/** Beside the journal of the run that is invited; the recorder takes it only from its own user, and only an address of this machine. */
const invitation = "mlflow.json";

/** Opens nothing yet. `failed` gets what went wrong without being a client's mistake. */
export function runsGate(project: Project, failed: (thrown: unknown) => void): Gate {
  const token = randomBytes(24).toString("base64url");
  const invited = new Set<string>();
  const inside = new Set<Socket>();
  let listening: Promise<Server> | null = null;
  let answering: Promise<Answering> | null = null;
  let closed = false;
  const fileOf = (runId: string) => path.join(project.layout.runs, runId, invitation);

  function take(socket: Socket): void {
    inside.add(socket);
    socket.on("close", () => inside.delete(socket)).on("error", () => socket.destroy());
    answering ??= import("./projectServer.ts").then(({ answerProject }) =>
      answerProject(project, { token, failed }),
    );
    answering.then(
      (behind) => behind.take(socket),
      (thrown: unknown) => {
        answering = null;
        socket.destroy();
        failed(thrown);
      },
    );
  }

  async function invite(runId: string): Promise<void> {
    try {
      listening ??= listen(take);
      const address = (await listening).address();
      if (closed || address === null || typeof address === "string") return;
      const file = fileOf(runId);
      invited.add(file);
      await writeWhole(file, { url: `http://127.0.0.1:${address.port}`, token, pid: process.pid });
    } catch (thrown) {
      failed(thrown);
    }
  }

  return {
    invite,
    async inviteActive(store) {
      const active = await store.runs.list({ states: activeStates, limit: 1_000 });
      // Those that a script has made beside its own have no recorder of their own.
      const here = active.filter(({ host, argv }) => host === project.compute.host && argv.length > 0);
      for (const { id } of here) if (!isAlive(await inviterOf(fileOf(id)))) await invite(id);
    },
    async close() {
      closed = true;
      for (const file of invited)
        if ((await inviterOf(file)) === process.pid) await rm(file, { force: true });
      const door = await listening?.catch(() => null);
      door?.close();
      for (const socket of inside) socket.destroy();
      const behind = await answering?.catch(() => null);
      await behind?.close();
    },
  };
}

/** Connections come in paused: what answers them may still have to be loaded. */
function listen(take: (socket: Socket) => void): Promise<Server> {
  return new Promise((resolve, reject) => {
    const door = createServer({ pauseOnConnect: true }, take);
    door.once("error", reject);
    door.listen(0, "127.0.0.1", () => resolve(door));
  });
}

/** The process that has invited a run; null for none. */
async function inviterOf(file: string): Promise<number | null> {
  const said = parseJson(await readFile(file, "utf8").catch(() => ""));
  return isObject(said) && typeof said.pid === "number" ? said.pid : null;
}

function isAlive(pid: number | null): boolean {
  if (pid === null) return false;
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
