/** The words of a search for runs: all must fit. Engines turn them into their own conditions. Pure. */

import { type RunState, runStates } from "./run.ts";

export type RunWord =
  /** In the name, experiment, note, script, host, state, id, or in a parameter or tag as `key=value`. */
  | { readonly kind: "text"; readonly text: string }
  /** A parameter or tag of exactly that value. */
  | { readonly kind: "pair"; readonly text: string }
  | { readonly kind: "state"; readonly states: readonly RunState[] }
  | { readonly kind: "starred" };

/** Nobody types more; what a paste has behind them is left out. */
const mostWords = 40;

/** Words of `otter lr=0.01 is:failed is:starred`. Case does not matter: they come in lower case. */
export function runWords(text: string): readonly RunWord[] {
  return text.toLowerCase().split(/\s+/).filter(Boolean).slice(0, mostWords).map(runWord);
}

function runWord(text: string): RunWord {
  if (text === "is:starred") return { kind: "starred" };
  if (text.startsWith("is:")) {
    const asked = text.slice(3).replace("canceled", "cancelled");
    return { kind: "state", states: runStates.filter((state) => state.startsWith(asked)) };
  }
  return { kind: /^[^=]+=./.test(text) ? "pair" : "text", text };
}
