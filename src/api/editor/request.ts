/** The shape of one request's entry in the table. */

import * as z from "zod";
import type { RequestInput, RequestName, RequestOutput } from "../../protocol/editor.ts";
import type { Context } from "./context.ts";

export interface Request<N extends RequestName> {
  readonly input: z.ZodType<RequestInput<N>>;
  /** Starts a process of the workspace's; refused where the workspace is not trusted. */
  readonly runs?: true;
  /** Changes the store. */
  readonly writes?: true;
  /** What it throws becomes the failure of the reply. */
  answer(input: RequestInput<N>, context: Context): Promise<RequestOutput<N>>;
}

/** Entries for every request of a union of names: leaving one out does not compile. */
export type Requests<Names extends RequestName> = { readonly [N in Names]: Request<N> };

/** Ids are checked by looking them up; here only their size is bounded. */
export const id = z.string().min(1).max(200);
export const ids = z.array(id).max(10_000);
export const nothing = z.strictObject({});
export const sentence = z.string().max(10_000);
