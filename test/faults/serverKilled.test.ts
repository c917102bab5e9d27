import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { following, killServer, startServer } from "./server.ts";
import { openStack, type Stack } from "./stack.ts";

const steps = 240;

async function expectWhole(stack: Stack, id: string): Promise<void> {
  const run = await stack.ended(id);
  expect(run).toMatchObject({ state: "finished", drained: true, exitCode: 0, findings: 0 });
  const points = await stack.store.metrics.points({ runId: id, attempt: 1, key: "loss" });
  expect([...points.steps]).toEqual(Array.from({ length: steps }, (_, step) => step));
  expect([...points.values]).toEqual(Array.from({ length: steps }, (_, step) => 1 / (step + 1)));
  const python = `for step in range(${steps}): print('{"step": %d, "loss": %r}' % (step, 1.0 / (step + 1)))`;
  expect((await stack.log(id)).equals(execFileSync("python3", ["-c", python]))).toBe(true);
}

test("the server killed ten times at random moments loses and doubles nothing", async () => {
  const stack = await openStack();
  try {
    const { id } = await stack.start("train.py", ["--steps", String(steps), "--pause", "0.03"]);
    for (let round = 0; round < 10; round++) {
      const server = startServer(stack.workspace);
      // Some die while they start, some while they read, some between.
      if (round % 3 !== 0) await following(server);
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 300));
      await killServer(server);
    }
    await expectWhole(stack, id);
  } finally {
    await stack.close();
  }
}, 60_000);

test("an editor that was closed for the whole run finds it complete", async () => {
  const stack = await openStack();
  try {
    const { id } = await stack.start("train.py", ["--steps", String(steps), "--pause", "0.001"]);
    const fresh = startServer(stack.workspace);
    await killServer(fresh);
    await expectWhole(stack, id);
  } finally {
    await stack.close();
  }
});

test("two windows on one folder count each point once", async () => {
  const stack = await openStack();
  const other = startServer(stack.workspace);
  try {
    await following(other);
    stack.follow();
    const launched = await Promise.all(
      [1, 2].map(() => stack.start("train.py", ["--steps", String(steps), "--pause", "0.005"])),
    );
    for (const { id } of launched) await expectWhole(stack, id);
  } finally {
    await killServer(other);
    await stack.close();
  }
}, 60_000);
