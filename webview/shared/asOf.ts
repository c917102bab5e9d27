/** Since when nothing has been heard of a run that goes on: its machine does not answer, and its state is as it was then. */

import { html, nothing, type TemplateResult } from "lit";
import { type Run, terminalStates } from "../../src/model/run.ts";
import { momentText } from "./axis.ts";

// Older than this, a look at the machine is not "now".
const staleMs = 20_000;
// Times of the same day are told by the minute.
const minutely = 600_001;

export function asOfBadge({ state, asOf }: Pick<Run, "state" | "asOf">): TemplateResult | typeof nothing {
  const age = Date.now() - asOf;
  if (terminalStates.has(state) || age < staleMs) return nothing;
  return html`<span class="badge warn" title="When Runline last saw the machine of this run">as of ${momentText(asOf, age + minutely)}</span>`;
}
