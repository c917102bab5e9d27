import { expect, test } from "vitest";
import { groupRuns } from "../../../src/host/runsGroups.ts";
import { type RunRow, RunsRows } from "../../../src/host/runsRows.ts";
import type { Run } from "../../../src/model/run.ts";
import { makeRun as run } from "./makeRun.ts";

const t = (text: string, ...values: unknown[]) => text.replace(/\{(\d)\}/g, (_, at) => String(values[at]));
const now = Date.UTC(2026, 10, 22, 12);
const grouped = (...runs: Run[]) => groupRuns(runs, { by: "day", now, locale: "en-US" }, t);

test("while nothing comes or goes, only the rows that look different are told", () => {
  const rows = new RunsRows((each) => each.name);
  const first = run({ id: "a", name: "one", created: now });
  const second = run({ id: "b", name: "two", created: now - 1 });
  expect(rows.update(grouped(first, second))).toBeNull();
  const before = rows.row("a");
  expect(rows.update(grouped(first, second))).toEqual([]);
  const renamed = { ...first, name: "uno" };
  expect(rows.update(grouped(renamed, second))).toEqual([
    { kind: "run", run: renamed, parts: [], above: null },
  ]);
  expect(rows.row("a")).toBe(before);
  expect(rows.groupOf("a")?.group.runs).toContain(renamed);
});

test("a run that comes, goes or moves to another group makes the tree be read again", () => {
  const rows = new RunsRows((each) => each.name);
  const done = run({ id: "a", created: now });
  const live = run({ id: "b", created: now, state: "running" });
  expect(rows.update(grouped(done))).toBeNull();
  expect(rows.update(grouped(done, live))).toBeNull();
  const row = rows.row("b");
  expect(rows.update(grouped(done, { ...live, state: "finished" }))).toBeNull();
  expect(rows.row("b")).toBe(row);
  expect(rows.update(grouped(done))).toBeNull();
  expect(rows.row("b")).toBeUndefined();
});

const partOf = (parent: string) => ({ tags: { "mlflow.parentRunId": parent } });
const outline = (rows: RunsRows) =>
  rows.groups.map(({ group, rows: top }) => {
    const below = ({ run: { id }, parts }: RunRow): string =>
      parts.length === 0 ? id : `${id}(${parts.map(below).join(" ")})`;
    return `${group.label}: ${top.map(below).join(" ")}`;
  });

test("the trials of a search stand below it, wherever it stands", () => {
  const rows = new RunsRows((each) => each.name);
  const search = run({ id: "search", created: now - 9, state: "running" });
  const trials = ["one", "two"].map((id, at) => run({ id, created: now - 5 + at, ...partOf("search") }));
  const deep = run({ id: "fold", created: now, ...partOf("two") });
  const alone = run({ id: "alone", created: now - 20 });
  rows.update(grouped(search, ...trials, deep, alone));
  expect(outline(rows)).toEqual(["Running (4): search(two(fold) one)", "Today (1): alone"]);
  expect(rows.row("fold")?.above).toBe(rows.row("two"));
  rows.update(grouped({ ...search, state: "finished" }, ...trials, deep, alone));
  expect(outline(rows)).toEqual(["Today (5): search(two(fold) one) alone"]);
  rows.update(grouped(...trials, deep, alone));
  expect(outline(rows)).toEqual(["Today (4): two(fold) one alone"]);
});

test("what is under way never hides below what has ended, and no run is lost where parents go round", () => {
  const rows = new RunsRows((each) => each.name);
  const over = run({ id: "over", created: now - 2 });
  const live = run({ id: "live", created: now, state: "running", ...partOf("over") });
  const round = [
    run({ id: "a", ...partOf("b") }),
    run({ id: "b", ...partOf("a") }),
    run({ id: "c", ...partOf("c") }),
  ];
  rows.update(grouped(over, live, ...round.map((each) => ({ ...each, created: now - 3 }))));
  expect(outline(rows)).toEqual(["Running (1): live", "Today (4): over c a(b)"]);
});
