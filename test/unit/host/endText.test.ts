import { expect, test } from "vitest";
import { endText, stallText, tellsEnd, tellsStall } from "../../../src/host/endText.ts";
import { plain } from "../../../src/host/translate.ts";
import type { Ended } from "../../../src/protocol/editor.ts";

const ended = (given: Partial<Ended> = {}): Ended => ({
  id: "0".repeat(32),
  name: "keen-heron",
  state: "finished",
  reason: null,
  durationMs: 61_000,
  host: null,
  keyMetric: { key: "val_acc", value: 0.943 },
  ...given,
});

const away = { focused: false, wanted: true };

test.each<[string, Partial<Ended>, typeof away, boolean]>([
  ["a long run, looked away", {}, away, true],
  ["a failed one", { state: "failed" }, away, true],
  ["a lost one", { state: "lost" }, away, true],
  ["one of exactly a minute", { durationMs: 60_000 }, away, false],
  ["a canceled one", { state: "cancelled" }, away, false],
  ["while the window has the focus", {}, { focused: true, wanted: true }, false],
  ["one on another machine, with the focus", { host: "gpu-box" }, { focused: true, wanted: true }, true],
  ["where the setting is off", {}, { focused: false, wanted: false }, false],
])("%s", (_what, given, attention, told) => {
  expect(tellsEnd(ended(given), attention)).toBe(told);
});

test("that a run stands still is told to who looked away, and of one elsewhere in any case", () => {
  const here = { id: "1", name: "keen-heron", reason: "no progress for 12 min", host: null };
  const there = { ...here, host: "gpu-box" };
  const focused = { focused: true, wanted: true };
  expect([tellsStall(here, away), tellsStall(here, focused)]).toEqual([true, false]);
  expect([tellsStall(there, focused), tellsStall(there, { focused: false, wanted: false })]).toEqual([
    true,
    false,
  ]);
  expect(stallText(there, plain)).toBe(
    "keen-heron on gpu-box goes on, but stands still: no progress for 12 min.",
  );
});

test.each<[Partial<Ended>, string]>([
  [{}, "keen-heron finished after 1:01 min with val_acc 0.943."],
  [{ keyMetric: null }, "keen-heron finished after 1:01 min."],
  [{ keyMetric: { key: "loss", value: Number.NaN } }, "keen-heron finished after 1:01 min with loss NaN."],
  [{ state: "failed", reason: "exit 1" }, "keen-heron failed after 1:01 min: exit 1"],
  [{ host: "gpu-box", keyMetric: null }, "keen-heron on gpu-box finished after 1:01 min."],
  [{ state: "failed" }, "keen-heron failed after 1:01 min: failed"],
  [{ state: "lost", reason: "killed" }, "keen-heron was lost after 1:01 min: killed"],
])("%j is told as %s", (given, text) => {
  expect(endText(ended(given), plain)).toBe(text);
});
