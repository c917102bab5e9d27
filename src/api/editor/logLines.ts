/** Lines for the editor's output channel: what was started, how it ended, what went wrong. */

import type { Failure } from "../../model/failure.ts";
import { formatDuration } from "../../model/format.ts";
import { redactArguments } from "../../model/redact.ts";
import { shellLine } from "../../model/shellWord.ts";
import type {
  Ended,
  LaunchInput,
  Logged,
  Reply,
  RequestName,
  RequestOutput,
  Stalled,
} from "../../protocol/editor.ts";

export function failureLine(what: Failure, level: Logged["level"] = "error"): Logged {
  return { level, text: `${what.message} ${what.next}` };
}

export function endedLine({ name, state, reason, durationMs }: Ended): Logged {
  const word = state === "cancelled" ? "was canceled" : state;
  const why = reason === null ? "" : ` (${reason})`;
  return {
    level: state === "failed" || state === "lost" ? "warn" : "info",
    text: `${name} ${word}${why} after ${formatDuration(durationMs)}`,
  };
}

export function stalledLine({ name, reason }: Stalled): Logged {
  return { level: "warn", text: `${name} goes on: ${reason ?? "no progress"}` };
}

/** The line for a request that did something; null for those that only looked. */
export function answeredLine(
  name: RequestName,
  input: unknown,
  reply: Reply<unknown>,
  tookMs: number,
): Logged | null {
  if (name !== "runs/launch") return null;
  const { script, command, arguments: more = [] } = input as LaunchInput;
  const line = shellLine(redactArguments([...(command ?? [script ?? ""]), ...more]));
  if (!reply.ok) return { level: "warn", text: `${line} was not started: ${reply.failure.message}` };
  const launched = reply.value as RequestOutput<"runs/launch">;
  return { level: "info", text: `${launched.name} started in ${formatDuration(tookMs)}: ${line}` };
}
