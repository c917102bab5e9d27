/** Page tokens: opaque to clients, and only good for the question that they came with. */

import { invalid } from "./parameters.ts";

/** The token of a place; nothing where there is no further page. */
export function writeToken(place: string | null): string | undefined {
  return place === null ? undefined : Buffer.from(place).toString("base64");
}

/** The place of a token, null where none was given. */
export function readToken(token: string): string | null {
  if (token === "") return null;
  // Signs that don't belong are passed over, as Python does.
  const signs = token.replace(/[^A-Za-z0-9+/=]/g, "");
  if (signs.length % 4 !== 0) throw invalid("Invalid page token, could not base64-decode");
  return Buffer.from(signs, "base64").toString("utf8");
}

/** The page that was found, or the refusal of a token that does not belong to the question. */
export function pageOr<T>(page: T | null, token: string): T {
  if (page === null) throw invalid(`Invalid page token, decoded value=b'${readToken(token) ?? ""}'`);
  return page;
}
