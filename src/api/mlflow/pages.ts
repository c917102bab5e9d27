/** Page tokens: opaque to clients, and only good for the question that they came with. */

import { invalid } from "./parameters.ts";

/** The token of a place; nothing where there is no further page. */
export function writeToken(place: string | null): string | undefined {
  return place === null ? undefined : Buffer.from(place).toString("base64");
}

/** The place of a token, null where none was given. */
export function readToken(token: string): string | null {
  if (token === "") return null;
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(token) || token.length % 4 !== 0)
    throw invalid("Invalid page token, could not base64-decode");
  return Buffer.from(token, "base64").toString("utf8");
}

/** The page that was found, or the refusal of a token that does not belong to the question. */
export function pageOr<T>(page: T | null, token: string): T {
  if (page === null) throw invalid(`Invalid page token, decoded value=b'${readToken(token) ?? ""}'`);
  return page;
}
