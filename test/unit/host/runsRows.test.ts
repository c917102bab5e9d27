import { expect, test } from "vitest";
import { groupRuns } from "../../../src/host/runsGroups.ts";
import { RunsRows } from "../../../src/host/runsRows.ts";
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
  expect(rows.update(grouped(renamed, second))).toEqual([{ kind: "run", run: renamed }]);
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
