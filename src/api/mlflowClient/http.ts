/** One request to a server elsewhere, with a time limit, a size limit, and every way to go wrong named. No redirect is followed. */

import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import * as http from "node:http";
import * as https from "node:https";
import { pipeline } from "node:stream/promises";
import { RunlineError } from "../../model/failure.ts";
import { isObject, parseJson } from "../../model/fields.ts";

export interface Access {
  /** Without a slash at the end. */
  readonly url: string;
  /** Host and port, for people. */
  readonly name: string;
  /** The header that lets one in; null where none is needed. */
  readonly authorization: string | null;
}

export interface Answer {
  readonly status: number;
  readonly text: string;
}

/** Without a word from it; and for an answer in all, which may come in drops. A file may take longer. */
const patienceMs = 60_000;
/** A server that has a file whole often brings it elsewhere before it answers, at so many bytes a millisecond if it is slow. */
const slowest = 10_000;
const deadlineMs = 300_000;
const mostBytes = 256 * 2 ** 20;
/**
 * A connection is let go sooner than any server does it: one that is closed there just as it is used again looks like a server that is
 * down. MLflow's servers wait for two or five seconds.
 */
const idle = { keepAlive: true, timeout: 1_000 };
const plain = new http.Agent(idle);
const secure = new https.Agent(idle);

/** Sends a JSON body, a file, or nothing. Throws `teamDown` or `teamUntrusted`. */
export async function ask(
  access: Access,
  method: "GET" | "POST" | "PUT" | "DELETE",
  place: string,
  body: { readonly json: object } | { readonly file: string } | null,
  signal?: AbortSignal,
): Promise<Answer> {
  const url = new URL(access.url + place);
  const text = body !== null && "json" in body ? Buffer.from(JSON.stringify(body.json)) : null;
  const size = text?.byteLength ?? (body !== null && "file" in body ? (await stat(body.file)).size : 0);
  const headers = {
    accept: "application/json",
    ...(body === null ? {} : { "content-length": String(size) }),
    ...(text === null ? {} : { "content-type": "application/json" }),
    ...(access.authorization === null ? {} : { authorization: access.authorization }),
  };
  let late: NodeJS.Timeout | undefined;
  try {
    const isSecure = url.protocol === "https:";
    const request = (isSecure ? https : http).request(url, {
      ...{ method, headers, timeout: patienceMs + size / slowest, agent: isSecure ? secure : plain },
      ...(signal === undefined ? {} : { signal }),
    });
    const tooLate = () => request.destroy(new Error("it took too long"));
    request.once("timeout", tooLate);
    if (method !== "PUT") late = setTimeout(tooLate, deadlineMs);
    const answered = new Promise<Answer>((resolve, reject) => {
      request.once("error", reject);
      request.once("response", (response) => void read(response).then(resolve, reject));
    });
    const sent =
      body !== null && "file" in body
        ? pipeline(createReadStream(body.file), request)
        : Promise.resolve(void request.end(text ?? undefined));
    const answer = await Promise.race([answered, sent.then(() => answered)]);
    // What is refused before all of it is there is not sent to its end; what is taken is.
    if (answer.status >= 300) request.destroy();
    else await sent;
    return answer;
  } catch (thrown) {
    signal?.throwIfAborted();
    throw unreachable(access.name, thrown);
  } finally {
    clearTimeout(late);
  }
}

async function read(response: http.IncomingMessage): Promise<Answer> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of response as AsyncIterable<Buffer>) {
    bytes += part.byteLength;
    if (bytes > mostBytes) throw new Error("its answer is too long");
    parts.push(part);
  }
  return { status: response.statusCode ?? 0, text: Buffer.concat(parts).toString("utf8") };
}

/** The object of an answer that is one. Throws `teamRefused`, `teamRejected` (with `what` was asked), `teamDown` or `teamOdd`. */
export function objectOf({ name }: Access, { status, text }: Answer, what: string): Record<string, unknown> {
  const json = parseJson(text);
  const server = name;
  if (status === 200 && isObject(json)) return json;
  const said = isObject(json) && typeof json.message === "string" ? json.message.slice(0, 300) : null;
  if (status === 401 || status === 403)
    throw new RunlineError("teamRefused", { server, cause: said ?? `it answered ${status}` });
  if (status === 429 || status >= 500)
    throw new RunlineError("teamDown", { server, cause: said ?? `it answered ${status}` });
  if (status >= 300 && status < 400)
    throw new RunlineError("teamOdd", { server, cause: "it points to another address" });
  if (said !== null)
    throw new Rejection(String((json as Record<string, unknown>).error_code), server, what, said);
  throw new RunlineError("teamOdd", { server, cause: `it answered ${status}` });
}

/** The server understood and said no; its own code tells why. */
export class Rejection extends RunlineError {
  readonly reason: string;

  constructor(reason: string, server: string, what: string, cause: string) {
    super("teamRejected", { server, what, cause });
    this.reason = reason;
  }
}

const certificateCodes =
  /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|UNABLE_TO_GET_ISSUER|ERR_TLS_CERT_ALTNAME_INVALID|DEPTH_ZERO/;

const tlsCodes = /^(EPROTO|ERR_SSL_)/;

const connectionWords: Readonly<Record<string, string>> = {
  ECONNREFUSED: "nobody listens there",
  ENOTFOUND: "no such host",
  EAI_AGAIN: "its name can't be looked up now",
  ECONNRESET: "it closed the connection",
  EHOSTUNREACH: "there is no way to it",
  ENETUNREACH: "there is no network to it",
  ETIMEDOUT: "it took too long",
};

/** OpenSSL's own message names its source files; what it is about is before the last colons. */
function tlsWords(cause: string): string {
  if (/wrong version number|packet length too long|http request/.test(cause))
    return "it does not speak HTTPS on that port; its address may begin with http://";
  return `HTTPS with it failed: ${/SSL routines:[^:]*:([^:]+)/.exec(cause)?.[1] ?? cause}`;
}

function unreachable(server: string, thrown: unknown): RunlineError {
  const cause = thrown instanceof Error ? thrown.message : String(thrown);
  const code = thrown instanceof Error && "code" in thrown ? String(thrown.code) : "";
  if (/SELF_SIGNED/.test(code))
    return new RunlineError("teamUntrusted", { server, cause: "it is self-signed" }, thrown);
  const words = connectionWords[code] ?? (tlsCodes.test(code) ? tlsWords(cause) : cause);
  return new RunlineError(
    certificateCodes.test(code) ? "teamUntrusted" : "teamDown",
    { server, cause: words },
    thrown,
  );
}
