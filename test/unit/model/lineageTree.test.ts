import { expect, it } from "vitest";
import type { LineageEdge, LineageGraph, LineageNode } from "../../../src/model/lineage.ts";
import { type LineageBranch, lineageTree } from "../../../src/model/lineageTree.ts";

function graph(root: string, pairs: readonly (readonly [string, string])[]): LineageGraph {
  const ids = [...new Set([root, ...pairs.flat()])];
  const nodes = ids.map(
    (id): LineageNode => ({
      id,
      kind: "data",
      label: id,
      detail: "",
      ref: id,
      digest: null,
      bytes: null,
      files: null,
      version: null,
    }),
  );
  const edges = pairs.map(
    ([from, to]): LineageEdge => ({ from, to, kind: "read", how: "audit", runId: null, time: 0 }),
  );
  return { root, nodes, edges, truncated: false };
}

const text = (branches: readonly LineageBranch[]): string =>
  branches
    .map(
      ({ node, repeated, children }) =>
        `${node.id}${repeated ? "*" : ""}${children.length ? `(${text(children)})` : ""}`,
    )
    .join(" ");

it("follows edges up or down and shows a node's past once", () => {
  const diamond = graph("d", [
    ["a", "b"],
    ["a", "c"],
    ["b", "d"],
    ["c", "d"],
  ]);
  expect(text(lineageTree(diamond, "upstream"))).toBe("b(a) c(a*)");
  expect(text(lineageTree({ ...diamond, root: "a" }, "downstream"))).toBe("b(d) c(d*)");
});

it("ends on a circle, on a self-edge and on an edge to nowhere", () => {
  const circle = graph("a", [
    ["a", "b"],
    ["b", "a"],
    ["a", "a"],
  ]);
  expect(text(lineageTree(circle, "downstream"))).toBe("b(a*) a*");
  expect(text(lineageTree({ ...circle, nodes: [] }, "downstream"))).toBe("");
});

it("joins several ties between the same two into one branch", () => {
  const twice = graph("r", [
    ["x", "r"],
    ["x", "r"],
  ]);
  expect(text(lineageTree(twice, "upstream"))).toBe("x");
});
