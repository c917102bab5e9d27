/** Page ↔ host: small typed calls over `postMessage`. Every call is answered, can fail, and can be cancelled by its id. */

import type { Failure } from "../model/failure.ts";

/** A contract of calls: name → [input, output]. */
export type Calls = Readonly<Record<string, readonly [unknown, unknown]>>;

export type ToHost =
  | { readonly type: "call"; readonly id: number; readonly name: string; readonly input: unknown }
  | { readonly type: "cancel"; readonly id: number }
  | { readonly type: "ready" };

export type ToPage =
  | { readonly type: "answer"; readonly id: number; readonly ok: true; readonly value: unknown }
  | { readonly type: "answer"; readonly id: number; readonly ok: false; readonly failure: Failure }
  /** The answer to a question that the page is about to ask. */
  | { readonly type: "told"; readonly name: string; readonly input: unknown; readonly value: unknown }
  | { readonly type: "event"; readonly name: string; readonly value: unknown };
