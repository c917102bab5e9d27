/** A run that had ended and is begun again is the same run: it is active again, ends again, and counts what it says once. */

import { spawn } from "node:child_process";
import { once } from "node:events";
import * as path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Run } from "../../../src/model/run.ts";
import { begunAnew } from "../../../src/ops/begunAnew.ts";
import { catchUp } from "../../../src/ops/catchUp.ts";
import { follow } from "../../../src/ops/follow.ts";
import { openStack, recorder, type Stack } from "../../faults/stack.ts";

let stack: Stack;

beforeEach(async () => {
  stack = await openStack();
});
afterEach(() => stack.close());

const lookParts = () => ({ store: stack.store, compute: stack.compute, clock: Date.now });

async function ended(): Promise<Run> {
  const { id } = await stack.start("train.py", ["--steps", "5"]);
  const run = await stack.ended(id);
  await stack.unfollow();
  expect(run).toMatchObject({ state: "finished", attempt: 1 });
  return run;
}

/** The recorder's second attempt, as a scheduler begins it. Resolves when it is over. */
async function again({ directory }: Run): Promise<void> {
  const words = ["-I", "-S", "-B", recorder, "run", directory, "--attempt", "2"];
  const child = spawn("python3", words, { stdio: "ignore", cwd: path.dirname(directory) });
  const [code] = await once(child, "exit");
  expect(code).toBe(0);
}

test("whoever begins to follow takes the second attempt for the same run", async () => {
  const run = await ended();
  await again(run);
  const follower = follow({
    ...lookParts(),
    layout: stack.layout,
    changed: () => undefined,
    ended: () => undefined,
    failed: (thrown) => {
      throw thrown;
    },
  });
  await follower.looked();
  await follower.close();
  const now = await stack.run(run.id);
  expect(now).toMatchObject({ state: "finished", attempt: 2, drained: true, exitCode: 0 });
  expect(now.ended).toBeGreaterThan(run.ended ?? Number.POSITIVE_INFINITY);
  expect(now.metrics.loss?.count).toBe(2 * (run.metrics.loss?.count ?? 0));
});

test("a program that does not stay notices it too, and what has not begun again is left alone", async () => {
  const run = await ended();
  expect(await begunAnew(lookParts())).toEqual([]);
  await again(run);
  expect((await begunAnew(lookParts())).map(({ run: each }) => each.id)).toEqual([run.id]);
  expect(await catchUp({ ...lookParts(), layout: stack.layout })).toEqual([]);
  expect(await stack.run(run.id)).toMatchObject({ attempt: 2, drained: true });
  expect(await begunAnew(lookParts())).toEqual([]);
  const later = { ...lookParts(), clock: () => Date.now() + 31 * 60_000 };
  expect(await begunAnew(later)).toEqual([]);
});
