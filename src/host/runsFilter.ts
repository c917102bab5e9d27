/** The filter of the Runs tree: words that must all be found. */

import type { Run } from "../model/run.ts";

/**
 * True when every word of the text is in the run's name, experiment, note, script, host, state, tags or parameters. `lr=0.01` asks for
 * a parameter or tag of exactly that value, `is:failed` for a state, `is:starred` for a star. Case does not matter.
 */
export function runFits(run: Run, text: string): boolean {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return words.every((word) => wordFits(run, word));
}

function wordFits(run: Run, word: string): boolean {
  if (word.startsWith("is:")) {
    const asked = word.slice(3).replace("canceled", "cancelled");
    return asked === "starred" ? run.starred : run.state.startsWith(asked);
  }
  const pairs = [
    ...Object.entries(run.parameters).map(([key, { value }]) => `${key}=${value}`),
    ...Object.entries(run.tags).map(([key, value]) => `${key}=${value}`),
  ].map((pair) => pair.toLowerCase());
  if (/^[^=]+=./.test(word)) return pairs.includes(word);
  const texts = [run.name, run.experiment, run.note, run.script ?? "", run.host, run.state, run.id];
  return [...texts.map((each) => each.toLowerCase()), ...pairs].some((each) => each.includes(word));
}
