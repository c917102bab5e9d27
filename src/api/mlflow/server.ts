/** MLflow's protocol over HTTP: finds the route of a request, reads its fields, and says what went wrong in MLflow's shape. */

import type { Socket } from "node:net";
import { Readable } from "node:stream";
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";
import { failureOf } from "../../model/failure.ts";
import { jsonFields, queryFields } from "./body.ts";
import { admit, type Guard } from "./guard.ts";
import { piecePath } from "./multipart.ts";
import { type Face, type Fields, JsonText, MlflowError, type Route } from "./route.ts";
import { plugins, routes } from "./routes.ts";
import { answersUnderWay } from "./underWay.ts";

/** The version of MLflow whose clients this face is tested with; they choose what to send by it. */
export const mlflowVersion = "3.18.0";

export interface ServeOptions extends AnswerOptions {
  /** Name or address to listen on; this machine only unless told otherwise. */
  readonly host: string;
  /** 0 for any that is free. */
  readonly port: number;
}

export interface AnswerOptions extends Guard {
  /** What the routes work with, as it is at the time of a request: a store may be made anew meanwhile. */
  readonly face: () => Promise<Face>;
  /** Gets what went wrong without being a client's mistake. */
  readonly failed: (thrown: unknown) => void;
  /** For how long a client may be silent in the middle of what it sends or is sent; five minutes unless told otherwise. */
  readonly patienceMs?: number;
}

/** What nobody goes on sending is not waited for for ever: its connection would stay, and a draft of its size. */
const patience = 300_000;

export interface Serving {
  readonly url: string;
  readonly port: number;
  close(): Promise<void>;
}

/** Listens; resolves when requests are answered. Throws what `listen` throws (EADDRINUSE). */
export async function serveMlflow(options: ServeOptions): Promise<Serving> {
  const { app, close } = answersOf(options);
  await app.listen({ host: options.host, port: options.port });
  const address = app.server.address();
  const port = typeof address === "object" && address !== null ? address.port : options.port;
  return { url: `http://${nameOf(options.host)}:${port}`, port, close };
}

export interface Answering {
  /** Answers what comes over a connection that somebody else has accepted, and paused. */
  take(socket: Socket): void;
  close(): Promise<void>;
}

/** Listens nowhere. */
export async function answerMlflow(options: AnswerOptions): Promise<Answering> {
  const { app, close } = answersOf(options);
  await app.ready();
  return {
    take(socket) {
      app.server.emit("connection", socket);
      socket.resume();
    },
    close,
  };
}

/** With what ends it: once that resolves nothing works with the face any more. */
function answersOf(options: AnswerOptions): { readonly app: FastifyInstance; close(): Promise<void> } {
  const app = Fastify({
    forceCloseConnections: true,
    connectionTimeout: options.patienceMs ?? patience,
    // Filters and lists of ids come in the query of a GET.
    http: { maxHeaderSize: 64 * 1024 },
    frameworkErrors: (thrown, _request, reply) => void tell(thrown, reply, options.failed),
    // What MLflow's own pages call is the same under another name.
    rewriteUrl: ({ url = "/" }) => url.replace(/^\/+ajax-api\//, "/api/"),
    routerOptions: { maxParamLength: 2_000, ignoreDuplicateSlashes: true },
  });
  const settled = answersUnderWay(app);
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
  return { app, close: () => app.close().then(settled) };
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

function register(app: FastifyInstance, route: Route, face: AnswerOptions["face"]): void {
  const handler = async (request: FastifyRequest, reply: FastifyReply) => {
    const fields = await fieldsOf(request);
    const answer = await route.answer(fields, await face());
    reply.type("application/json");
    return reply.send(answer instanceof JsonText ? bodyOf(answer) : JSON.stringify(answer));
  };
  app.route({ method: route.method, url: `/api/${route.major}.0/${route.path}`, handler });
}

/** A short answer whole, and a long one as it is taken: its parts, a few at once, are never one long text. */
function bodyOf({ parts }: JsonText): Buffer | Readable {
  const rest = pieces(parts);
  const first: Buffer[] = [];
  for (let length = 0; length <= wholeLength; ) {
    const { value } = rest.next();
    if (value === undefined) return Buffer.concat(first, length);
    first.push(value);
    length += value.length;
  }
  return Readable.from(joined(first, rest), { objectMode: false });
}

const wholeLength = 256 * 1024;

function* joined(first: Iterable<Buffer>, rest: Iterable<Buffer>): Generator<Buffer, undefined> {
  yield* first;
  yield* rest;
}

const pieceLength = 64 * 1024;

/** Bytes, which don't burden the collector of garbage as long texts do. */
function* pieces(parts: JsonText["parts"]): Generator<Buffer, undefined> {
  let text = "";
  for (const part of parts) {
    if (typeof part === "string") text += part;
    if (text !== "" && (typeof part !== "string" || text.length >= pieceLength)) {
      yield Buffer.from(text);
      text = "";
    }
    if (typeof part !== "string") yield part;
  }
  if (text !== "") yield Buffer.from(text);
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

function tell(thrown: unknown, reply: FastifyReply, failed: AnswerOptions["failed"]): FastifyReply {
  const { code, message, status } = thrown instanceof MlflowError ? thrown : known(thrown, failed);
  return reply
    .status(status)
    .type("application/json")
    .send(JSON.stringify({ error_code: code, message }));
}

/** A failure of Runline in MLflow's words. Clients try a 500 again for minutes, so it is kept for what is our own fault. */
function known(thrown: unknown, failed: AnswerOptions["failed"]): MlflowError {
  if (isCutShort(thrown))
    return new MlflowError("BAD_REQUEST", "The connection ended before the request did.");
  if (isTooDeep(thrown)) return new MlflowError("BAD_REQUEST", "The request is nested too deep.");
  if (isHttpRefusal(thrown)) return new MlflowError("BAD_REQUEST", thrown.message);
  const { code, message, next } = failureOf(thrown);
  if (code === "pathBlocked") return new MlflowError("INVALID_PARAMETER_VALUE", message);
  if (code === "runUnknown") return new MlflowError("RESOURCE_DOES_NOT_EXIST", message);
  failed(thrown);
  // Nothing has been done, so it may be sent again: clients take that of every write from a 429 alone.
  if (code === "storeBusy") return new MlflowError("TEMPORARILY_UNAVAILABLE", `${message} ${next}`, 429);
  if (code === "diskFull") return new MlflowError("TEMPORARILY_UNAVAILABLE", `${message} ${next}`);
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

/** What walks through a request goes as deep as the client's values do. */
function isTooDeep(thrown: unknown): boolean {
  return thrown instanceof RangeError && thrown.message === "Maximum call stack size exceeded";
}

/** What fastify itself refuses: a path or a header that can't be read. */
function isHttpRefusal(thrown: unknown): thrown is Error {
  if (!(thrown instanceof Error) || !("statusCode" in thrown)) return false;
  return typeof thrown.statusCode === "number" && thrown.statusCode >= 400 && thrown.statusCode < 500;
}

function notFound({ method, originalUrl }: FastifyRequest): string {
  return `No route of Runline's MLflow server fits ${method} ${originalUrl.split("?", 1)[0]}.`;
}
