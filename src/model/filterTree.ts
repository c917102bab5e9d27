/** Clauses of a filter joined by AND and OR, whatever a clause is. */

export interface Branch<T> {
  /** Nothing at all joined by "and" is true of everything. */
  readonly join: "and" | "or";
  readonly parts: readonly FilterTree<T>[];
}
export type FilterTree<T> = { readonly leaf: T } | Branch<T>;

/** What everything fits. */
export const everything: Branch<never> = { join: "and", parts: [] };

export function mapLeaves<T, U>(tree: FilterTree<T>, change: (leaf: T) => U): FilterTree<U> {
  if ("leaf" in tree) return { leaf: change(tree.leaf) };
  return { join: tree.join, parts: tree.parts.map((part) => mapLeaves(part, change)) };
}

/** All clauses, in the order in which they stand there. */
export function leavesOf<T>(tree: FilterTree<T>): readonly T[] {
  return "leaf" in tree ? [tree.leaf] : tree.parts.flatMap(leavesOf);
}

/** The clauses that hold for whatever fits the whole. */
export function demandsOf<T>(tree: FilterTree<T>): readonly T[] {
  if ("leaf" in tree) return [tree.leaf];
  return tree.join === "and" ? tree.parts.flatMap(demandsOf) : [];
}

export function fitsTree<T>(tree: FilterTree<T>, isTrue: (leaf: T) => boolean): boolean {
  if ("leaf" in tree) return isTrue(tree.leaf);
  return tree.join === "and"
    ? tree.parts.every((part) => fitsTree(part, isTrue))
    : tree.parts.some((part) => fitsTree(part, isTrue));
}
