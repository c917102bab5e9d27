/** The calls of MLflow's protocol to one server: JSON in, a checked object out. */

import { type Access, ask, objectOf, Rejection } from "./http.ts";

export interface Calls {
  get(place: string, query: Readonly<Record<string, string>>): Promise<Record<string, unknown>>;
  /** `what` names the thing that is changed, for people. */
  post(place: string, json: object, what?: string): Promise<Record<string, unknown>>;
  remove(place: string, json: object, what?: string): Promise<Record<string, unknown>>;
}

export function callsTo(access: Access, signal: AbortSignal): Calls {
  const root = "/api/2.0/mlflow";
  return {
    async get(place, query) {
      const found = await ask(access, "GET", `${root}/${place}?${new URLSearchParams(query)}`, null, signal);
      return objectOf(access, found, place);
    },
    async post(place, json, what = place) {
      return objectOf(access, await ask(access, "POST", `${root}/${place}`, { json }, signal), what);
    },
    async remove(place, json, what = place) {
      return objectOf(access, await ask(access, "DELETE", `${root}/${place}`, { json }, signal), what);
    },
  };
}

/** What comes after this page; "" where nothing does. */
export function tokenOf({ next_page_token: token }: Record<string, unknown>): string {
  return typeof token === "string" ? token : "";
}

/** Null for what the server does not have. */
export async function orNull<T>(answer: Promise<T>): Promise<T | null> {
  try {
    return await answer;
  } catch (thrown) {
    if (thrown instanceof Rejection && thrown.reason === "RESOURCE_DOES_NOT_EXIST") return null;
    throw thrown;
  }
}
