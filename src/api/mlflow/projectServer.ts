/** The MLflow server of a project: on the port it had before, at an address that others find. */

import { randomBytes } from "node:crypto";
import { get } from "node:http";
import type { Project } from "../project.ts";
import { lastAddress, readAddress, removeAddress, writeAddress } from "./address.ts";
import type { Face } from "./route.ts";
import { type Answering, answerMlflow, type Serving, serveMlflow } from "./server.ts";
import { tellWebhooks } from "./webhookDelivery.ts";

export interface ServerWish {
  readonly host?: string;
  /** 0 for any that is free; without it the last one, where it is free. */
  readonly port?: number;
  /** Null for none; without it the last one, or a new one. */
  readonly token?: string | null;
  readonly hosts?: readonly string[];
  readonly origins?: readonly string[];
  /** A URI that clients write to themselves (`s3://…`): new experiments keep their files below it. Null for here, through the proxy. */
  readonly artifactRoot?: string | null;
  readonly patienceMs?: number;
  readonly failed: (thrown: unknown) => void;
}

export interface ProjectServer extends Serving {
  readonly token: string | null;
}

/** Serves until closed. Throws what `listen` throws for a port that was asked for. */
export async function serveProject(project: Project, wish: ServerWish): Promise<ProjectServer> {
  const { directory } = project.layout;
  await project.store.needed();
  const last = await lastAddress(directory);
  const token =
    wish.token === undefined ? (last?.token ?? randomBytes(24).toString("base64url")) : wish.token;
  const face = await faceOf(project, wish.artifactRoot ?? null);
  const options = {
    ...{ host: wish.host ?? "127.0.0.1", token, face, failed: wish.failed },
    ...{ hosts: wish.hosts ?? [], origins: wish.origins ?? [] },
    ...(wish.patienceMs === undefined ? {} : { patienceMs: wish.patienceMs }),
  };
  const other = await servedAt(directory);
  const listen = (port: number) => serveMlflow({ ...options, port });
  const serving = await (wish.port === undefined
    ? listenAgain(listen, other === null ? (last?.port ?? 0) : 0)
    : listen(wish.port));
  // Whoever was first stays where clients look for this folder, also where two began at once.
  if (other === null && (await servedAt(directory)) === null)
    await writeAddress(directory, { url: serving.url, token });
  // What a server that was killed had not told any more.
  let serves = true;
  const failed = (thrown: unknown) => (serves ? wish.failed(thrown) : undefined);
  void face().then(({ store }) => tellWebhooks(store, failed), failed);
  return {
    ...serving,
    token,
    async close() {
      serves = false;
      await removeAddress(directory);
      await serving.close();
    },
  };
}

/** Answers on connections that somebody else accepts, for whoever has the token. */
export async function answerProject(
  project: Project,
  { token, failed }: { readonly token: string; readonly failed: (thrown: unknown) => void },
): Promise<Answering> {
  return answerMlflow({ token, failed, hosts: [], origins: [], face: await faceOf(project, null) });
}

async function faceOf(project: Project, artifactRoot: string | null): Promise<() => Promise<Face>> {
  const person = await project.actor();
  const { directory, workspace } = project.layout;
  return async () => ({
    ...{ store: await project.store.needed(), directory, workspace },
    ...{ compute: project.compute, clock: project.clock, person, artifactRoot },
  });
}

/** A window that is loaded anew finds its port in use for a moment; clients go on asking there, so it is worth waiting for. */
async function listenAgain(listen: (port: number) => Promise<Serving>, port: number): Promise<Serving> {
  for (let tries = 0; port !== 0 && tries < portTries; tries++) {
    const serving = await listen(port).catch(inUseIsNull);
    if (serving !== null) return serving;
    await new Promise((resolve) => setTimeout(resolve, portPauseMs));
  }
  return listen(0);
}

const portTries = 10;
const portPauseMs = 200;

function inUseIsNull(thrown: unknown): null {
  if (thrown instanceof Error && "code" in thrown && thrown.code === "EADDRINUSE") return null;
  throw thrown;
}

/** Is somebody serving this folder? Answers the address when it does answer. */
export async function servedAt(directory: string): Promise<{ url: string; token: string | null } | null> {
  const address = await readAddress(directory);
  if (address === null) return null;
  return (await isHealthy(address.url)) ? address : null;
}

/** Not by `fetch`: loading that alone takes a sixth of a server's start. */
function isHealthy(url: string): Promise<boolean> {
  return new Promise((resolve) => {
    const asked = get(`${url}/health`, { agent: false, timeout: healthMs }, (answer) => {
      answer.resume();
      resolve(answer.statusCode === 200);
    });
    asked.on("timeout", () => asked.destroy()).on("error", () => resolve(false));
  });
}

const healthMs = 1_000;
