/** Who may speak to MLflow's face: the right host name, the right origin, the right token. */

import { createHash, timingSafeEqual } from "node:crypto";
import { type ErrorCode, MlflowError } from "./route.ts";

export interface Guard {
  /** The bearer token, or null where everybody who reaches the port may ask. */
  readonly token: string | null;
  /** Host names beside those of this machine that a request may be addressed to; `*` for any. */
  readonly hosts: readonly string[];
  /** Origins of pages that may call; none but this machine's unless given. */
  readonly origins: readonly string[];
}

export interface Knock {
  readonly method: string;
  readonly host: string | undefined;
  readonly origin: string | undefined;
  readonly authorization: string | undefined;
}

const loopback = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\]|::1)$/i;
const harmless: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS"]);

/** Throws unless the request may be answered. A page of another site must not reach a server on loopback by a name of its own. */
export function admit({ method, host, origin, authorization }: Knock, guard: Guard): void {
  const name = (host ?? "").replace(/:\d+$/, "");
  if (!loopback.test(name) && !guard.hosts.some((allowed) => allowed === "*" || allowed === name))
    refuse("PERMISSION_DENIED", `Requests for the host ${JSON.stringify(name)} are not answered here.`);
  if (origin !== undefined && !harmless.has(method) && !isKnownOrigin(origin, guard))
    refuse("PERMISSION_DENIED", `Requests from pages of ${JSON.stringify(origin)} are not answered here.`);
  if (guard.token !== null && !isSame(tokenIn(authorization), guard.token))
    refuse(
      "UNAUTHENTICATED",
      "This server needs its token: set MLFLOW_TRACKING_TOKEN to the one that runline serve prints.",
    );
}

/** May a page of this origin read answers? */
export function isKnownOrigin(origin: string, { origins }: Guard): boolean {
  if (origins.includes(origin) || origins.includes("*")) return true;
  const host = URL.canParse(origin) ? new URL(origin).hostname : "";
  return loopback.test(host);
}

/** The token of a request: as a bearer token, or as the password of any user. */
function tokenIn(authorization = ""): string {
  const [scheme = "", value = ""] = authorization.split(" ", 2);
  if (scheme.toLowerCase() === "bearer") return value;
  if (scheme.toLowerCase() !== "basic") return "";
  const pair = Buffer.from(value, "base64").toString("utf8");
  return pair.slice(pair.indexOf(":") + 1);
}

/** Takes the same time wherever two texts differ. */
function isSame(given: string, wanted: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(given), digest(wanted));
}

function refuse(code: ErrorCode, message: string): never {
  throw new MlflowError(code, message);
}
