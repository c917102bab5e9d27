import { expect, test } from "vitest";
import { type GroupBy, groupRuns } from "../../../src/host/runsGroups.ts";
import { plain } from "../../../src/host/translate.ts";
import type { Run } from "../../../src/model/run.ts";
import { makeRun } from "./makeRun.ts";

// Local noon, so that the day is the same in every time zone.
const now = new Date(2026, 10, 22, 12).getTime();
const hours = (count: number) => now - count * 3_600_000;

let counter = 0;
function run(created: number, given: Partial<Run> = {}): Run {
  counter++;
  return makeRun({ id: `run${counter}`, name: `r${counter}`, created, ...given });
}

function outline(runs: readonly Run[], by: GroupBy): string[] {
  return groupRuns(runs, { by, now, locale: "en-US" }, plain).map(
    ({ label, runs: members, open }) =>
      `${open ? "▾" : "▸"} ${label}: ${members.map(({ name }) => name).join(" ")}`,
  );
}

test("running first, then by day, newest first; the newest day is open", () => {
  counter = 0;
  const runs = [
    run(hours(50), { state: "running" }),
    run(hours(1)),
    run(hours(2), { state: "queued" }),
    run(hours(3), { state: "lost" }),
    run(hours(24)),
    run(hours(24 * 10)),
    run(new Date(2025, 0, 5, 12).getTime()),
  ];
  expect(outline(runs.reverse(), "day")).toEqual([
    "▾ Running (2): r3 r1",
    "▾ Today (2): r2 r4",
    "▸ Yesterday (1): r5",
    "▸ Thu, Nov 12 (1): r6",
    "▸ Jan 5, 2025 (1): r7",
  ]);
});

test("by experiment, in the order of their newest run", () => {
  counter = 0;
  const runs = [
    run(hours(3), { experiment: "a" }),
    run(hours(1), { experiment: "b" }),
    run(hours(2), { experiment: "a" }),
  ];
  expect(outline(runs, "experiment")).toEqual(["▾ b (1): r2", "▸ a (2): r3 r1"]);
});

test("no runs, no groups", () => {
  expect(groupRuns([], { by: "day", now }, plain)).toEqual([]);
});

test("ids of groups stay the same over reloads", () => {
  counter = 0;
  const ids = groupRuns([run(hours(1)), run(hours(2), { state: "running" })], { by: "day", now }, plain).map(
    ({ id }) => id,
  );
  expect(ids).toEqual(["running", "day:2026-11-22"]);
});

test("a run that never said when it started is of no day", () => {
  const [, group] = groupRuns([run(hours(1)), { ...run(hours(1)), created: 0 }], { by: "day", now }, plain);
  expect(group?.label).toBe("No date (1)");
});

test("counts are those of the store where not every run is loaded", () => {
  counter = 0;
  const quarter = 15 * 60_000;
  const at = (time: number) => Math.floor(time / quarter) * quarter;
  const counts = [
    { experiment: "a", from: at(hours(1)), runs: 200 },
    { experiment: "b", from: at(hours(2)), runs: 40 },
    { experiment: "a", from: at(hours(24)), runs: 7 },
    { experiment: "a", from: at(hours(24 * 10)), runs: 9_000 },
  ];
  const runs = [run(hours(1), { experiment: "a" }), run(hours(24), { experiment: "a" })];
  const labels = (by: GroupBy) => groupRuns(runs, { by, now, counts }, plain).map(({ label }) => label);
  expect(labels("day")).toEqual(["Today (240)", "Yesterday (7)"]);
  expect(labels("experiment")).toEqual(["a (9207)"]);
});
