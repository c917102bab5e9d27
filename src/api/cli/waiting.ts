/** What keeps a run from going on, said to who stays with it: each reason once, and a stall once. */

import type { Run } from "../../model/run.ts";
import { silenceIn } from "../../model/stall.ts";
import type { Terminal } from "./terminal.ts";
import { plain } from "./text.ts";

/** To be called with the run as it is, again and again. */
export function tellWaiting(terminal: Pick<Terminal, "note">): (run: Run) => void {
  let told: string | null = null;
  let isStalled = false;
  return ({ name, state, reason }) => {
    const stalls = state === "running" && silenceIn(reason) !== null;
    const waits = state === "queued" && reason !== null && reason !== "starting";
    const isNews = stalls ? !isStalled : waits && reason !== told;
    isStalled = stalls;
    if (!isNews || reason === null) return;
    told = reason;
    terminal.note(`runline: ${plain(name)}: ${plain(reason)}\n`);
  };
}
