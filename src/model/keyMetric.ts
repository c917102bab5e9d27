/** The one metric that tells runs apart at a glance. */

import { knownDirection, metricWords } from "./direction.ts";

const noise = new Set(
  "lr learning rate epoch epochs step steps iter iteration global time seconds runtime speed samples tokens norm grad gradient memory mem gpu cpu eta momentum batch size".split(
    " ",
  ),
);
const validation = new Set("val valid validation eval evaluation dev holdout cv".split(" "));
const test = new Set(["test", "testing"]);
const training = new Set(["train", "training", "trn"]);

/** Does the name tell of bookkeeping (learning rate, epoch, norms, speed) and not of quality? */
export function isBookkeeping(name: string): boolean {
  return metricWords(name).some((word) => noise.has(word));
}

/**
 * Picks the key metric from the names of a run, or null when there is none. The first rule that tells two names apart decides:
 *  1. names that measure quality before bookkeeping (learning rate, epoch, norms, speed, `system/…`);
 *  2. a known direction before an unknown one (only then can a best run be named);
 *  3. validation, then test, then unnamed, then training data (tests are not for choosing, training flatters);
 *  4. what should rise (accuracy, F1, AUC …) before what should fall (loss, error …), as people speak of runs;
 *  5. fewer words, then the alphabet.
 */
export function keyMetric(names: Iterable<string>): string | null {
  let best: { readonly name: string; readonly rank: readonly number[] } | null = null;
  for (const name of names) {
    if (name.startsWith("system/")) continue;
    const rank = rankOf(name);
    if (best === null || before(rank, name, best.rank, best.name)) best = { name, rank };
  }
  return best?.name ?? null;
}

function rankOf(name: string): readonly number[] {
  const words = metricWords(name);
  const has = (set: ReadonlySet<string>) => words.some((word) => set.has(word));
  const direction = knownDirection(name);
  const split =
    has(validation) || /^val[a-z]/.test(words[0] ?? "") ? 0 : has(test) ? 1 : has(training) ? 3 : 2;
  return [
    has(noise) ? 1 : 0,
    direction === null ? 1 : 0,
    split,
    direction === "up" ? 0 : 1,
    words.length,
    name.length,
  ];
}

function before(
  left: readonly number[],
  leftName: string,
  right: readonly number[],
  rightName: string,
): boolean {
  for (let at = 0; at < left.length; at++) {
    const difference = (left[at] ?? 0) - (right[at] ?? 0);
    if (difference !== 0) return difference < 0;
  }
  return leftName < rightName;
}
