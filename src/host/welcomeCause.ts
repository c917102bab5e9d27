/**
 * Which welcome stands for a failure. The editor shows a welcome or a message in an empty view, never both, so a failure with a
 * way out of its own gets a welcome with that button, and any other is told as it stands.
 */

import type { Failure } from "../model/failure.ts";
import type { WelcomeCause } from "./contract.ts";

export function causeOfFailure({ code }: Failure): WelcomeCause {
  if (code === "storeNewer" || code === "storeUnreadable") return code;
  return code === "serverDown" ? "server" : "trouble";
}

/** What a view says above its rows (`rows` of them); "" where the welcome of the Runs view says it. */
export function failureMessage(failure: Failure | null, rows: number): string {
  if (failure === null || (rows === 0 && causeOfFailure(failure) !== "trouble")) return "";
  return `${failure.message} ${failure.next}`;
}
