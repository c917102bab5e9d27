import { expect, test } from "vitest";
import {
  leadsOn,
  lineageDescription,
  lineageIcon,
  lineageLabel,
  lineageStep,
  lineageTooltip,
  registeredAs,
} from "../../../src/host/lineageRows.ts";
import { plain } from "../../../src/host/translate.ts";
import type { EdgeKind, LineageGraph, LineageNode, NodeKind } from "../../../src/model/lineage.ts";

const node = (id: string, kind: NodeKind, given: Partial<LineageNode> = {}): LineageNode => ({
  id,
  kind,
  label: id,
  detail: "",
  ref: id,
  digest: null,
  bytes: null,
  files: null,
  version: null,
  ...given,
});
const edge = (from: string, to: string, kind: EdgeKind) => ({
  from,
  to,
  kind,
  how: "audit" as const,
  runId: null,
  time: 0,
});

const graph: LineageGraph = {
  root: "run",
  nodes: [
    node("run", "run"),
    node("code", "code"),
    node("b.csv", "data"),
    node("a10.csv", "data"),
    node("a9.csv", "data"),
    node("older", "run"),
  ],
  edges: [
    edge("code", "run", "code"),
    edge("b.csv", "run", "read"),
    edge("a10.csv", "run", "read"),
    edge("a9.csv", "run", "read"),
    edge("older", "a9.csv", "wrote"),
    // The run wrote what it read: a cycle.
    edge("run", "older", "wrote"),
    edge("gone", "run", "read"),
  ],
  truncated: false,
};

test("one step: data before code, numbers in names in order, unknown nodes left out", () => {
  expect(lineageStep(graph, ["run"], "upstream").map(({ node: { id } }) => id)).toEqual([
    "a9.csv",
    "a10.csv",
    "b.csv",
    "code",
  ]);
});

test("a cycle ends where it began", () => {
  const [first] = lineageStep(graph, ["run"], "upstream");
  const [older] = lineageStep(graph, first?.path ?? [], "upstream");
  expect(older?.path).toEqual(["run", "a9.csv", "older"]);
  expect(older === undefined ? null : leadsOn(graph, older)).toBe(false);
  expect(first === undefined ? null : leadsOn(graph, first)).toBe(true);
});

test("a row tells version, size and how it is known", () => {
  const row = {
    node: node("data", "data", { version: 3, files: 1_437, bytes: 12_600, detail: "" }),
    path: ["run", "data"],
    direction: "upstream" as const,
    edge: { kind: "read" as const, how: "audit" as const, runId: "run", time: 0 },
  };
  expect(lineageDescription(row, [], plain)).toBe("v3 · read, observed · 1,437 files · 12.3 KB");
  expect(lineageTooltip(row, plain)).toBe(
    "**data**\n\nv3 · 1,437 files · 12\\.3 KB\n\nObserved&#58; Python was seen opening it\\.",
  );
  expect(lineageIcon(row)).toBe("database");
});

test("a folder's count is said once", () => {
  const folder = node("data", "data", { version: 1, files: 2_000, bytes: 768_000, detail: "2000 files" });
  const row = { node: folder, path: ["run", "data"], direction: "upstream" as const, edge: null };
  expect(lineageDescription(row, [], plain)).toBe("v1 · 2,000 files · 750 KB");
});

test("a file that became a model says which first, with its aliases", () => {
  const made: LineageGraph = {
    root: "run",
    nodes: [
      node("run", "run"),
      node("model.json", "data", { version: 2 }),
      node("digits v4", "modelVersion", { detail: "@champion" }),
    ],
    edges: [edge("run", "model.json", "wrote"), edge("model.json", "digits v4", "registered")],
    truncated: false,
  };
  const [row] = lineageStep(made, ["run"], "downstream");
  if (row === undefined) throw new Error("no row");
  expect(lineageDescription(row, registeredAs(made, row), plain)).toBe(
    "→ digits v4 @champion · v2 · written, observed",
  );
  expect(lineageIcon(row)).toBe("file");
  expect(registeredAs(made, { ...row, direction: "upstream" })).toEqual([]);
});

test("a file that a client has logged is called as its script calls it", () => {
  const place = `mlflow-artifacts:/${"0a".repeat(16)}/artifacts/`;
  expect(lineageLabel({ label: `${place}notes/hello.txt` })).toBe("notes/hello.txt");
  for (const label of [place, "s3://bucket/model", "data/train.csv"])
    expect(lineageLabel({ label })).toBe(label);
});
