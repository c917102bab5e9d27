/** Runs that stand still, followed for real; only the clock of the looks is moved on by hand. */

import { writeFile } from "node:fs/promises";
import * as path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Compute } from "../../../src/compute/compute.ts";
import type { Run } from "../../../src/model/run.ts";
import { catchUp } from "../../../src/ops/catchUp.ts";
import { type Follower, follow } from "../../../src/ops/follow.ts";
import { openStack, type Stack, until } from "../../faults/stack.ts";

/** Ten steps, then silence until it is told to go on, twice. */
const halting = `import os, time
for round in range(3):
    for step in range(10):
        print(f"step {round * 10 + step}: loss {1 / (step + 1):.3f}", flush=True)
        time.sleep(0.01)
    while not os.path.exists(f"go{round}"):
        time.sleep(0.02)
`;

let stack: Stack;
let script: string;
const followers: Follower[] = [];

beforeEach(async () => {
  stack = await openStack();
  script = path.join(stack.workspace, "halting.py");
  await writeFile(script, halting);
});
afterEach(async () => {
  for (const each of followers.splice(0)) await each.close();
  await stack.close();
});

const go = (round: number) => writeFile(path.join(stack.workspace, `go${round}`), "");

interface Window {
  readonly told: Run[];
  /** Looks once more, so many seconds later. */
  look(seconds: number): Promise<void>;
  /** Looks on for so many minutes. */
  minutes(count: number): Promise<void>;
}

/** A window whose looks are as far apart as it says. Only its own looks count: those that come by themselves see no time pass. */
function open(stallMs: () => number = () => 600_000): Window {
  const { store, layout } = stack;
  const began = Date.now();
  let later = 0;
  const compute: Compute = {
    ...stack.compute,
    async observe(directories) {
      const seen = await stack.compute.observe(directories);
      return seen.map((each) => ({ ...each, time: began + later }));
    },
  };
  const told: Run[] = [];
  const follower = follow({
    ...{ store, layout, compute, stallMs, clock: Date.now },
    changed: () => undefined,
    ended: () => undefined,
    stalled: (run) => void told.push(run),
    failed: (thrown) => {
      throw thrown;
    },
  });
  followers.push(follower);
  const window: Window = {
    told,
    async look(seconds) {
      later += seconds * 1000;
      await follower.looked();
    },
    async minutes(count) {
      for (let at = 0; at < count * 2; at++) await window.look(30);
    },
  };
  return window;
}

/** Looks until the run has logged so many points and the window has seen it, at a pace of its own. */
async function moved(window: Window, id: string, points: number): Promise<void> {
  await until(`${points} points`, async () => {
    await window.look(1);
    return ((await stack.run(id)).metrics.loss?.count ?? 0) >= points;
  });
  await window.look(1);
}

const reason = async (id: string) => {
  const { state, reason: why } = await stack.run(id);
  return `${state}: ${why}`;
};

test("a run that stands still says so, is told once, and takes it back when it goes on", async () => {
  const { id } = await stack.launch({ script });
  const window = open();
  await moved(window, id, 10);
  // Steps that came between two looks are one: the journal has told of the pace before, or tells a window that opens now.
  const late = open();
  await late.look(0);
  await late.minutes(9);
  expect(await reason(id)).toBe("running: null");
  await late.minutes(2);
  expect(await reason(id)).toMatch(/^running: no progress for 1[01] min$/);
  expect(late.told.map((run) => [run.id, run.reason])).toEqual([[id, "no progress for 10 min"]]);
  await go(0);
  await moved(late, id, 20);
  expect(await reason(id)).toBe("running: null");
  await late.minutes(70);
  expect(await reason(id)).toMatch(/^running: no progress for (69|70) min$/);
  expect(late.told.length).toBe(1);
  await go(1);
  await go(2);
  expect(await stack.ended(id)).toMatchObject({ state: "finished", reason: null });
});

test("another window, the same one loaded anew and the command line agree with what was said", async () => {
  const { id } = await stack.launch({ script });
  const first = open();
  await moved(first, id, 10);
  const window = open();
  await window.look(0);
  await window.minutes(15);
  const said = await reason(id);
  expect(said).toMatch(/^running: no progress for 1[45] min$/);
  const other = open();
  await other.look(0);
  expect(await reason(id)).toBe(said);
  await other.minutes(3);
  expect(await reason(id)).toMatch(/no progress for 1[78] min/);
  expect(other.told).toEqual([]);
  const { store, compute, layout } = stack;
  await catchUp({ store, compute, layout, clock: Date.now });
  expect(await reason(id)).toMatch(/no progress for 1[78] min/);
  await go(0);
  await moved(other, id, 20);
  expect(await reason(id)).toBe("running: null");
  for (const round of [1, 2]) await go(round);
  await stack.ended(id);
});

test("a sleep, a look that failed and a person who does not want to know are no stall", async () => {
  const { id } = await stack.launch({ script });
  const first = open();
  await moved(first, id, 10);
  let least = 600_000;
  const window = open(() => least);
  await window.look(0);
  for (let night = 0; night < 3; night++) await window.look(8 * 3600);
  expect(await reason(id)).toBe("running: null");
  least = 0;
  await window.minutes(30);
  expect(await reason(id)).toBe("running: null");
  least = 600_000;
  await window.look(1);
  expect(await reason(id)).toBe("running: no progress for 30 min");
  least = 0;
  await window.look(1);
  expect(await reason(id)).toBe("running: null");
  for (const round of [0, 1, 2]) await go(round);
  await stack.ended(id);
});
