/** Whether and how the end of a run, or that it stands still, is told to who has looked away. Pure. */

import { formatDuration, formatValue } from "../model/format.ts";
import type { Ended, Stalled } from "../protocol/editor.ts";
import type { Translate } from "./translate.ts";

/** Shorter runs end while one still remembers them. */
const longMs = 60_000;

/** What the person is doing, and what they want to be told. */
export interface Attention {
  readonly focused: boolean;
  readonly wanted: boolean;
}

/** A run that somebody canceled has ended as they asked; there is nothing to tell. One that is elsewhere nobody sees end. */
export function tellsEnd({ durationMs, state, host }: Ended, { focused, wanted }: Attention): boolean {
  return wanted && (!focused || host !== null) && durationMs > longMs && state !== "cancelled";
}

/** One that stands still wants a look sooner than one that has ended, whatever it took so far. */
export function tellsStall({ host }: Stalled, { focused, wanted }: Attention): boolean {
  return wanted && (!focused || host !== null);
}

export function stallText({ name, host, reason }: Stalled, t: Translate): string {
  const where = host === null ? name : t("{0} on {1}", name, host);
  return t("{0} goes on, but stands still: {1}.", where, reason ?? t("no progress"));
}

export function endText(ended: Ended, t: Translate): string {
  const { state, reason, durationMs, keyMetric, host } = ended;
  const name = host === null ? ended.name : t("{0} on {1}", ended.name, host);
  const duration = formatDuration(durationMs);
  if (state === "lost") return t("{0} was lost after {1}: {2}", name, duration, reason ?? state);
  if (state !== "finished") return t("{0} failed after {1}: {2}", name, duration, reason ?? state);
  if (keyMetric === null) return t("{0} finished after {1}.", name, duration);
  return t(
    "{0} finished after {1} with {2} {3}.",
    name,
    duration,
    keyMetric.key,
    formatValue(keyMetric.value),
  );
}
