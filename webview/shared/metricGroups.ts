/** Metric names → groups by their prefix before the first `/`. Pure. */

import { isBookkeeping } from "../../src/model/keyMetric.ts";

export interface MetricGroup {
  readonly name: string;
  readonly metrics: readonly { readonly key: string; readonly label: string }[];
}

export const ungrouped = "metrics";

// More groups of one metric than this are no help.
const mostSingles = 4;

/** Are all words of the search in the name? */
export function nameMatches(name: string, search: string): boolean {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  return words.every((word) => name.toLowerCase().includes(word));
}

/** What decides the order of groups and metrics before their names do. */
export interface GroupOrder {
  /** The key metric: its group is first, and it is the first of its group. */
  readonly key: string | null;
  /** Metrics that a person has put into an order of their own, within their groups. */
  readonly chosen: readonly string[];
}

/**
 * Groups of the metrics whose names match the search: that of the key metric first, those of bookkeeping only (learning rate, epoch)
 * last, metrics without a prefix before the others, else by name. A prefix of only one metric is a group as well, unless there are
 * many such.
 */
export function groupMetrics(
  keys: readonly string[],
  search: string,
  order: GroupOrder = { key: null, chosen: [] },
): readonly MetricGroup[] {
  const wanted = keys.filter((key) => nameMatches(key, search));
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
    .map(([name, metrics]) => ({ name, metrics: [...metrics].sort(byPlace(order)) }))
    .sort((a, b) => groupRank(a, order) - groupRank(b, order) || naturally(a.name, b.name));
}

function groupRank({ name, metrics }: MetricGroup, { key }: GroupOrder): number {
  if (metrics.some((metric) => metric.key === key)) return 0;
  if (metrics.every((metric) => isBookkeeping(metric.key))) return 3;
  return name === ungrouped ? 1 : 2;
}

function byPlace({ key, chosen }: GroupOrder) {
  const rank = (name: string) => (name === key ? 0 : isBookkeeping(name) ? 2 : 1);
  return (a: { readonly key: string }, b: { readonly key: string }) => {
    const [placeA, placeB] = [chosen.indexOf(a.key), chosen.indexOf(b.key)];
    if (placeA >= 0 && placeB >= 0) return placeA - placeB;
    return rank(a.key) - rank(b.key) || naturally(a.key, b.key);
  };
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

let collator: Intl.Collator | undefined;

/** Order by name in which layer2 comes before layer10. */
export function naturally(a: string, b: string): number {
  collator ??= new Intl.Collator("en", { numeric: true });
  return collator.compare(a, b);
}
