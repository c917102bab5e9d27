/** No file imports itself by any way round, type-only imports included. */

import { expect, test } from "vitest";
import { shippedFiles } from "./sourceTree.ts";

/** One cycle per strongly connected group that a depth-first walk meets, as the list of its files. */
function cyclesIn(graph: ReadonlyMap<string, readonly string[]>): string[][] {
  const cycles: string[][] = [];
  const done = new Set<string>();
  const walk = (file: string, way: readonly string[]): void => {
    const start = way.indexOf(file);
    if (start >= 0) cycles.push([...way.slice(start), file]);
    if (start >= 0 || done.has(file)) return;
    for (const next of graph.get(file) ?? []) walk(next, [...way, file]);
    done.add(file);
  };
  for (const file of graph.keys()) walk(file, []);
  return cycles;
}

test("there is no import cycle", () => {
  const graph = new Map(
    shippedFiles().map((file) => [file.path, file.imports.flatMap(({ file: to }) => to ?? [])]),
  );
  expect(cyclesIn(graph).map((cycle) => cycle.join(" → "))).toEqual([]);
});

test("a cycle is found and told as the way round", () => {
  const graph = new Map([
    ["a", ["b"]],
    ["b", ["c", "d"]],
    ["c", ["b"]],
    ["d", []],
  ]);
  expect(cyclesIn(graph)).toEqual([["b", "c", "b"]]);
});
