/** A small random forest for regression, and what it says about its features by permutation. Pure; the same seed gives the same forest. */

/** Rows of features; all rows have the same length. */
export type Rows = readonly (readonly number[])[];

export interface ForestOptions {
  readonly trees: number;
  readonly depth: number;
  /** Rows that a leaf has at least. */
  readonly leaf: number;
  /** Rows drawn for each tree, at most; bounds the time for many runs. */
  readonly sample: number;
  readonly seed: number;
}

export const forestDefaults: ForestOptions = { trees: 64, depth: 8, leaf: 2, sample: 1_000, seed: 1 };

export interface ForestResult {
  /** By feature: how much the error grows when its values are shuffled, as a share of the spread of the target; 0 at least. */
  readonly importance: readonly number[];
  /** Share of the spread that the forest explains in rows that its trees have not seen; 0 at least, 1 at most. */
  readonly explained: number;
}

type Node =
  | { readonly value: number }
  | { readonly feature: number; readonly at: number; readonly low: Node; readonly high: Node };

/** Grows a forest over the rows and measures each feature on the rows that each tree has not seen. */
export function forestImportance(
  rows: Rows,
  target: readonly number[],
  options: ForestOptions = forestDefaults,
): ForestResult {
  const features = rows[0]?.length ?? 0;
  const spread = variance(target);
  const none = { importance: new Array<number>(features).fill(0), explained: 0 };
  if (rows.length < 4 || features === 0 || !(spread > 0)) return none;
  const random = sequence(options.seed);
  const size = Math.min(rows.length, options.sample);
  const growth = new Array<number>(features).fill(0);
  let error = 0;
  let measured = 0;
  for (let tree = 0; tree < options.trees; tree++) {
    const drawn = Array.from({ length: size }, () => Math.floor(random() * rows.length));
    const seen = new Set(drawn);
    const unseen = [...rows.keys()].filter((row) => !seen.has(row)).slice(0, options.sample);
    if (unseen.length < 2) continue;
    const root = grow({ rows, target, random, options }, drawn, 0);
    const before = meanError(root, rows, target, unseen);
    error += before;
    measured++;
    for (let feature = 0; feature < features; feature++) {
      const mixed = shuffled(unseen, random);
      growth[feature] =
        (growth[feature] ?? 0) + meanError(root, rows, target, unseen, feature, mixed) - before;
    }
  }
  if (measured === 0) return none;
  return {
    importance: growth.map((sum) => Math.max(0, sum / measured / spread)),
    explained: Math.min(1, Math.max(0, 1 - error / measured / spread)),
  };
}

/** A repeatable sequence in [0, 1). */
function sequence(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

interface Growing {
  readonly rows: Rows;
  readonly target: readonly number[];
  readonly random: () => number;
  readonly options: ForestOptions;
}

function grow(growing: Growing, members: readonly number[], depth: number): Node {
  const { target, options } = growing;
  const value = mean(members.map((row) => target[row] ?? 0));
  if (depth >= options.depth || members.length < 2 * options.leaf) return { value };
  const split = bestSplit(growing, members);
  if (split === null) return { value };
  const isLow = (row: number) => (growing.rows[row]?.[split.feature] ?? 0) <= split.at;
  return {
    ...split,
    low: grow(growing, members.filter(isLow), depth + 1),
    high: grow(
      growing,
      members.filter((row) => !isLow(row)),
      depth + 1,
    ),
  };
}

/** The best place to split among a random third of the features (two at least): where the squares around both means are least. */
function bestSplit({ rows, target, random, options }: Growing, members: readonly number[]) {
  const features = rows[0]?.length ?? 0;
  const tried = shuffled([...Array(features).keys()], random).slice(0, Math.max(2, Math.ceil(features / 3)));
  const whole = members.reduce((sum, row) => sum + (target[row] ?? 0), 0);
  let best: { readonly feature: number; readonly at: number } | null = null;
  let bestGain = (whole * whole) / members.length + 1e-12;
  for (const feature of tried) {
    const featureAt = (row: number | undefined) => rows[row ?? -1]?.[feature] ?? 0;
    const sorted = members.toSorted((a, b) => featureAt(a) - featureAt(b));
    let sum = 0;
    for (let count = 1; count < sorted.length; count++) {
      sum += target[sorted[count - 1] ?? -1] ?? 0;
      const [here, next] = [featureAt(sorted[count - 1]), featureAt(sorted[count])];
      if (here === next || count < options.leaf || sorted.length - count < options.leaf) continue;
      const gain = (sum * sum) / count + (whole - sum) ** 2 / (sorted.length - count);
      if (gain <= bestGain) continue;
      bestGain = gain;
      best = { feature, at: (here + next) / 2 };
    }
  }
  return best;
}

function predicted(node: Node, row: readonly number[], feature: number, instead: number): number {
  let at = node;
  while (!("value" in at)) {
    const value = at.feature === feature ? instead : (row[at.feature] ?? 0);
    at = value <= at.at ? at.low : at.high;
  }
  return at.value;
}

/** Mean square error over the members; with a feature, that feature's value is taken from the row at the same place of `mixed`. */
function meanError(
  root: Node,
  rows: Rows,
  target: readonly number[],
  members: readonly number[],
  feature = -1,
  mixed: readonly number[] = members,
): number {
  let sum = 0;
  members.forEach((row, index) => {
    const instead = rows[mixed[index] ?? row]?.[feature] ?? 0;
    sum += (predicted(root, rows[row] ?? [], feature, instead) - (target[row] ?? 0)) ** 2;
  });
  return sum / members.length;
}

function shuffled(values: readonly number[], random: () => number): readonly number[] {
  const mixed = [...values];
  for (let at = mixed.length - 1; at > 0; at--) {
    const other = Math.floor(random() * (at + 1));
    [mixed[at], mixed[other]] = [mixed[other] ?? 0, mixed[at] ?? 0];
  }
  return mixed;
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

function variance(values: readonly number[]): number {
  const middle = mean(values);
  return mean(values.map((value) => (value - middle) ** 2));
}
