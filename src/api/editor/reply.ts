/** One request from name and raw input to a reply: nothing is ever thrown through the connection. */

import * as z from "zod";
import { failure, failureOf, RunlineError } from "../../model/failure.ts";
import type { Reply, RequestName, RequestOutput } from "../../protocol/editor.ts";
import type { Context } from "./context.ts";
import type { Request } from "./request.ts";
import { requests } from "./requests.ts";

/** Answers a request of the editor. `context` is null while no folder is open. */
export async function replyTo<N extends RequestName>(
  name: N,
  input: unknown,
  context: Context | null,
): Promise<Reply<RequestOutput<N>>> {
  const request: Request<N> = requests[name];
  const parsed = request.input.safeParse(input);
  if (!parsed.success) {
    const cause = z.prettifyError(parsed.error).replaceAll("\n", " ");
    return { ok: false, failure: failure("requestInvalid", { method: name, cause }) };
  }
  try {
    if (context === null) throw new RunlineError("noWorkspace");
    if (request.runs === true && !context.trusted) throw new RunlineError("untrusted");
    return { ok: true, value: await request.answer(parsed.data, context) };
  } catch (thrown) {
    return { ok: false, failure: failureOf(thrown) };
  }
}
