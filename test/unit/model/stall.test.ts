import fc from "fast-check";
import { expect, test } from "vitest";
import {
  noPace,
  type Pace,
  type Progress,
  paceAfter,
  paceResting,
  silenceIn,
  stallOf,
  stallReason,
} from "../../../src/model/stall.ts";

const least = 600_000;
const lookMs = 5_000;

/** Looks every five seconds for so long; the last of them shows the progress. */
function after(pace: Pace, ms: number, progress: Progress): Pace {
  const from = pace.seen ?? 0;
  let now = pace;
  for (let at = lookMs; at < ms; at += lookMs) now = paceAfter(now, from + at, "none");
  return paceAfter(now, from + ms, progress);
}

const begun = (progress: Progress) => paceAfter(noPace, 0, progress);
const steps = fc.array(fc.integer({ min: 1_000, max: 400_000 }), { minLength: 10, maxLength: 30 });

test("a run that never waits longer than six times its slowest step so far, or ten minutes, is not called stalled", () => {
  fc.assert(
    fc.property(
      steps,
      fc.array(fc.double({ min: 0, max: 0.99, noNaN: true }), { maxLength: 5 }),
      (first, waits) => {
        let pace = first.reduce((now, ms) => after(now, ms, "metric"), begun("metric"));
        for (const wait of waits) {
          pace = after(pace, Math.max(least, 6 * pace.slowest) * wait, "none");
          expect(stallOf(pace, least)).toBeNull();
          pace = paceAfter(pace, pace.seen ?? 0, "metric");
        }
      },
    ),
    { numRuns: 100 },
  );
});

test("one that is silent for longer is, and says since when; any progress takes it back", () => {
  fc.assert(
    fc.property(steps, fc.constantFrom<Progress>("metric", "output"), (first, progress) => {
      const moving = first.reduce((now, ms) => after(now, ms, "metric"), begun("metric"));
      const limit = Math.max(least, 6 * Math.max(...first));
      const still = after(moving, limit + lookMs, "none");
      expect(stallOf(still, least)).toBe(limit + lookMs);
      expect(stallOf(paceAfter(still, (still.seen ?? 0) + 1, progress), least)).toBeNull();
    }),
    { numRuns: 50 },
  );
});

test("time in which nobody looked is no silence, however long it was, and however often", () => {
  const times = fc.array(fc.oneof(fc.integer({ min: 60_001, max: 1e9 }), fc.integer({ min: -1e9, max: 0 })), {
    maxLength: 50,
  });
  fc.assert(
    fc.property(steps, times, (first, jumps) => {
      const moving = first.reduce((now, ms) => after(now, ms, "metric"), begun("metric"));
      const slept = jumps.reduce((now, jump) => paceAfter(now, (now.seen ?? 0) + jump, "none"), moving);
      expect(slept.silent).toBe(0);
      expect(stallOf(slept, least)).toBeNull();
    }),
  );
});

test("whatever is looked at in whatever order, a pace is made of lengths", () => {
  const looks = fc.array(fc.tuple(fc.integer(), fc.constantFrom<Progress>("metric", "output", "none")));
  fc.assert(
    fc.property(looks, (all) => {
      const pace = all.reduce((now, [time, progress]) => paceAfter(now, time, progress), noPace);
      for (const length of [pace.steps, pace.metricSteps, pace.span, pace.slowest, pace.silent])
        expect(length).toBeGreaterThanOrEqual(0);
      expect(pace.steps).toBe(all.filter(([, progress]) => progress !== "none").length);
    }),
  );
});

test("a stall that ends was a slow step: the next one as long is not called so, and a long one stretches it sixfold at most", () => {
  let pace = begun("metric");
  for (let step = 0; step < 10; step++) pace = after(pace, 30_000, "metric");
  pace = after(pace, 700_000, "none");
  expect(stallOf(pace, least)).toBe(700_000);
  pace = after(pace, lookMs, "metric");
  expect(pace.slowest).toBe(180_000);
  pace = after(pace, 700_000, "none");
  expect(stallOf(pace, least)).toBeNull();
});

test("a script that greets and then works without a word has no pace", () => {
  let pace = begun("output");
  for (let line = 0; line < 50; line++) pace = after(pace, 1_000, "output");
  expect(stallOf(after(pace, 10 * least, "none"), least)).toBeNull();
  for (let line = 0; line < 50; line++) pace = after(pace, 20_000, "output");
  expect(stallOf(after(pace, least, "none"), least)).toBe(least);
});

test("few steps tell no pace, one that waits is not silent, and 0 calls nothing a stall", () => {
  let pace = begun("metric");
  for (let step = 0; step < 6; step++) pace = after(pace, 5_000, "metric");
  expect(stallOf(after(pace, 10 * least, "none"), least)).toBeNull();
  pace = after(pace, 5_000, "metric");
  const still = after(pace, least, "none");
  expect(stallOf(still, least)).toBe(least);
  expect(stallOf(still, 0)).toBeNull();
  expect(stallOf(paceResting(still), least)).toBeNull();
});

test("the reason says it in minutes and hours, and is read back as no more than it says", () => {
  const said = [1, 61_000, 719_999, 7_199_999, 7_200_000, 90_000_000].map(stallReason);
  expect(said).toEqual([
    "no progress for 1 min",
    "no progress for 1 min",
    "no progress for 11 min",
    "no progress for 119 min",
    "no progress for 2 h",
    "no progress for 25 h",
  ]);
  expect(said.map(silenceIn)).toEqual([60_000, 60_000, 660_000, 7_140_000, 7_200_000, 90_000_000]);
  for (const other of [null, "", "finishing", "being canceled", "no progress for ever", "exit 1"])
    expect(silenceIn(other)).toBeNull();
});
