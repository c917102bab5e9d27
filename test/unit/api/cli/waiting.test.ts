import { expect, test } from "vitest";
import { tellWaiting } from "../../../../src/api/cli/waiting.ts";
import type { RunState } from "../../../../src/model/run.ts";
import { makeRun } from "../../host/makeRun.ts";

test("what a run waits for is said when it changes, and that it stands still once each time", () => {
  const notes: string[] = [];
  const tell = tellWaiting({ note: (text) => void notes.push(String(text)) });
  const seen: readonly (readonly [RunState, string | null])[] = [
    ["queued", "starting"],
    ["queued", "waiting for 1 GPU (2nd)"],
    ["queued", "waiting for 1 GPU (2nd)"],
    ["queued", "waiting for 1 GPU"],
    ["running", null],
    ["running", "no progress for 10 min"],
    ["running", "no progress for 11 min"],
    ["running", null],
    ["running", "no progress for 30 min"],
    ["running", "finishing"],
    ["finished", null],
  ];
  for (const [state, reason] of seen) tell(makeRun({ name: "calm\u001b-ibex", state, reason }));
  expect(notes).toEqual(
    ["waiting for 1 GPU (2nd)", "waiting for 1 GPU", "no progress for 10 min", "no progress for 30 min"].map(
      (reason) => `runline: calm\\x1b-ibex: ${reason}\n`,
    ),
  );
});
