/** Metric names → groups by their prefix before the first `/`. Pure. */

export interface MetricGroup {
  readonly name: string;
  readonly metrics: readonly { readonly key: string; readonly label: string }[];
}

export const ungrouped = "metrics";

// More groups of one metric than this are no help.
const mostSingles = 4;

/**
 * Groups in the order of their names, metrics without a prefix first. All words of the search must be in the name. A prefix of only
 * one metric is a group as well, unless there are many such.
 */
export function groupMetrics(keys: readonly string[], search: string): readonly MetricGroup[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  const wanted = keys.filter((key) => words.every((word) => key.toLowerCase().includes(word)));
  const groups = new Map<string, { key: string; label: string }[]>();
  for (const key of [...wanted].sort(naturally)) {
    const slash = key.indexOf("/");
    const prefixed = slash > 0 && slash < key.length - 1;
    const name = prefixed ? key.slice(0, slash) : ungrouped;
    const group = groups.get(name) ?? [];
    group.push({ key, label: prefixed ? key.slice(slash + 1) : key });
    groups.set(name, group);
  }
  return [...(singles(groups) > mostSingles ? withoutSingles(groups) : groups)]
    .sort(([a], [b]) => (a === ungrouped ? -1 : b === ungrouped ? 1 : naturally(a, b)))
    .map(([name, metrics]) => ({ name, metrics }));
}

type Groups = ReadonlyMap<string, readonly { readonly key: string; readonly label: string }[]>;

const singles = (groups: Groups) =>
  [...groups].filter(([name, metrics]) => name !== ungrouped && metrics.length === 1).length;

function withoutSingles(groups: Groups): Groups {
  const kept = [...groups].filter(([name, metrics]) => name !== ungrouped && metrics.length > 1);
  const loose = [...groups]
    .filter(([name, metrics]) => name === ungrouped || metrics.length === 1)
    .flatMap(([, metrics]) => metrics.map(({ key }) => ({ key, label: key })))
    .sort((a, b) => naturally(a.key, b.key));
  return new Map([[ungrouped, loose], ...kept]);
}

const collator = new Intl.Collator("en", { numeric: true });

/** Order by name in which layer2 comes before layer10. */
export function naturally(a: string, b: string): number {
  return collator.compare(a, b);
}
