/** MLflow's protocol over HTTP: finds the route of a request, reads its fields, and says what went wrong in MLflow's shape. */

import { Readable } from "node:stream";
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";
import { failureOf } from "../../model/failure.ts";
import { jsonFields, queryFields } from "./body.ts";
import { admit, type Guard } from "./guard.ts";
import { piecePath } from "./multipart.ts";
import { errorStatus, type Face, type Fields, JsonText, MlflowError, type Route } from "./route.ts";
import { plugins, routes } from "./routes.ts";

/** The version of MLflow whose clients this face is tested with; they choose what to send by it. */
export const mlflowVersion = "3.17.2";

export interface ServeOptions extends Guard {
  /** Name or address to listen on; this machine only unless told otherwise. */
  readonly host: string;
  /** 0 for any that is free. */
  readonly port: number;
  /** What the routes work with, as it is at the time of a request: a store may be made anew meanwhile. */
  readonly face: () => Promise<Face>;
  /** Gets what went wrong without being a client's mistake. */
  readonly failed: (thrown: unknown) => void;
}

export interface Serving {
  readonly url: string;
  readonly port: number;
  close(): Promise<void>;
}

/** Listens; resolves when requests are answered. Throws what `listen` throws (EADDRINUSE). */
export async function serveMlflow(options: ServeOptions): Promise<Serving> {
  const app = Fastify({
    forceCloseConnections: true,
    // Filters and lists of ids come in the query of a GET.
    http: { maxHeaderSize: 64 * 1024 },
    frameworkErrors: (thrown, _request, reply) => void tell(thrown, reply, options.failed),
    // What MLflow's own pages call is the same under another name.
    rewriteUrl: ({ url = "/" }) => url.replace(/^\/+ajax-api\//, "/api/"),
    routerOptions: { maxParamLength: 2_000, ignoreDuplicateSlashes: true },
  });
  // Every handler reads its own body: a file of any size must never be held in memory.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("*", (_request, payload, done) => done(null, payload));
  app.addHook("onRequest", async (request, reply) => {
    reply.header("x-content-type-options", "nosniff").header("x-frame-options", "SAMEORIGIN");
    const { host, origin, authorization } = request.headers;
    if (!isOpen(request.url)) admit({ method: request.method, host, origin, authorization }, options);
  });
  app.setErrorHandler((thrown, _request, reply) => tell(thrown, reply, options.failed));
  app.setNotFoundHandler((request, reply) =>
    tell(new MlflowError("ENDPOINT_NOT_FOUND", notFound(request)), reply, options.failed),
  );
  app.get("/health", (_request, reply) => reply.type("text/plain").send("OK"));
  app.get("/version", (_request, reply) => reply.type("text/plain").send(mlflowVersion));
  for (const route of routes) register(app, route, options.face);
  for (const plugin of plugins) plugin(app, options.face);
  await app.listen({ host: options.host, port: options.port });
  const address = app.server.address();
  const port = typeof address === "object" && address !== null ? address.port : options.port;
  return { url: `http://${nameOf(options.host)}:${port}`, port, close: () => app.close() };
}

/** The name in the URL; who listens on all addresses is found on this machine's own. */
function nameOf(host: string): string {
  if (host === "0.0.0.0" || host === "::") return "127.0.0.1";
  return host.includes(":") ? `[${host}]` : host;
}

/** Asked before anything is known of a token: is the server there, and which version is it? A piece of an upload has a token of its own. */
function isOpen(url: string): boolean {
  return url === "/health" || url === "/version" || url.includes(piecePath);
}

function register(app: FastifyInstance, route: Route, face: ServeOptions["face"]): void {
  const handler = async (request: FastifyRequest, reply: FastifyReply) => {
    const fields = await fieldsOf(request);
    const answer = await route.answer(fields, await face());
    reply.type("application/json");
    return reply.send(answer instanceof JsonText ? textOf(answer) : JSON.stringify(answer));
  };
  app.route({ method: route.method, url: `/api/${route.major}.0/${route.path}`, handler });
}

/** A short answer whole, and a long one as it is taken: its parts, a few at once, are never one long text. */
function textOf({ parts }: JsonText): string | Readable {
  const rest = pieces(parts);
  const first = rest.next().value ?? "";
  const second = rest.next().value;
  return second === undefined ? first : Readable.from(joined(first, second, rest), { objectMode: false });
}

function* joined(first: string, second: string, rest: Iterable<string>): Generator<string, undefined> {
  yield first;
  yield second;
  yield* rest;
}

const pieceLength = 64 * 1024;

function* pieces(parts: Iterable<string>): Generator<string, undefined> {
  let piece = "";
  for (const part of parts) {
    piece += part;
    if (piece.length < pieceLength) continue;
    yield piece;
    piece = "";
  }
  if (piece !== "") yield piece;
}

/** A body or a query, and the parts of the path that have names. Some clients send a body with a GET, too. */
async function fieldsOf(request: FastifyRequest): Promise<Fields> {
  const { url, method, params } = request;
  const query = url.indexOf("?");
  const asked = new URLSearchParams(query < 0 ? "" : url.slice(query + 1));
  const isQuery = method === "GET" && asked.size > 0;
  const fields = isQuery ? queryFields(asked) : await jsonFields(request.raw);
  return Object.assign(fields, params);
}

function tell(thrown: unknown, reply: FastifyReply, failed: ServeOptions["failed"]): FastifyReply {
  const { code, message } = thrown instanceof MlflowError ? thrown : known(thrown, failed);
  return reply
    .status(errorStatus[code])
    .type("application/json")
    .send(JSON.stringify({ error_code: code, message }));
}

/** A failure of Runline in MLflow's words. Clients try a 500 again for minutes, so it is kept for what is our own fault. */
function known(thrown: unknown, failed: ServeOptions["failed"]): MlflowError {
  if (isCutShort(thrown))
    return new MlflowError("BAD_REQUEST", "The connection ended before the request did.");
  if (isHttpRefusal(thrown)) return new MlflowError("BAD_REQUEST", thrown.message);
  const { code, message, next } = failureOf(thrown);
  if (code === "pathBlocked") return new MlflowError("INVALID_PARAMETER_VALUE", message);
  if (code === "runUnknown") return new MlflowError("RESOURCE_DOES_NOT_EXIST", message);
  failed(thrown);
  if (code === "diskFull" || code === "storeBusy")
    return new MlflowError("TEMPORARILY_UNAVAILABLE", `${message} ${next}`);
  return new MlflowError("INTERNAL_ERROR", message);
}

/** The client has hung up in the middle of what it sent: there is nobody to tell, and nothing to mend here. */
function isCutShort(thrown: unknown): boolean {
  if (!(thrown instanceof Error) || !("code" in thrown)) return false;
  return (
    thrown.code === "ERR_STREAM_PREMATURE_CLOSE" ||
    (thrown.code === "ECONNRESET" && thrown.message === "aborted")
  );
}

/** What fastify itself refuses: a path or a header that can't be read. */
function isHttpRefusal(thrown: unknown): thrown is Error {
  if (!(thrown instanceof Error) || !("statusCode" in thrown)) return false;
  return typeof thrown.statusCode === "number" && thrown.statusCode >= 400 && thrown.statusCode < 500;
}

function notFound({ method, originalUrl }: FastifyRequest): string {
  return `No route of Runline's MLflow server fits ${method} ${originalUrl.split("?", 1)[0]}.`;
}
