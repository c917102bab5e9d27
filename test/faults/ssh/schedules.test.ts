/** Whatever happens to the link, the server and the window in whatever order: everything a run wrote is here in the end, once. */

import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import * as path from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type HostStack, openHostStack } from "./bench/hostStack.ts";
import { openSshBench, type SshBench, type SshServer } from "./bench/sshd.ts";
import { openTestLine, type TestLine } from "./bench/testLine.ts";

let bench: SshBench;
let server: SshServer;
let line: TestLine;
let root: string;

beforeAll(async () => {
  bench = await openSshBench();
  server = await bench.serve({ name: "box" });
  line = await openTestLine(server.port);
  await bench.alias("far", line.port, { lines: [`HostKeyAlias [127.0.0.1]:${server.port}`] });
  root = await mkdtemp(path.join(tmpdir(), "runline-there-"));
});
afterAll(async () => {
  await line?.close();
  await bench?.close();
  await rm(root, { recursive: true, force: true, maxRetries: 3 });
});

const faults = [
  "cut",
  "hold",
  "refuse",
  "cut later",
  "kill server",
  "new window",
  "second look",
  "slow",
] as const;
const schedule = fc.array(
  fc.record({
    fault: fc.constantFrom(...faults),
    after: fc.integer({ min: 0, max: 400 }),
    bytes: fc.nat(30_000),
  }),
  { minLength: 2, maxLength: 7 },
);

test("every schedule of faults ends the same", async () => {
  await fc.assert(
    fc.asyncProperty(schedule, async (steps) => {
      const wish = { bench, hosts: { far: { directory: root, parallelRuns: 0 } } };
      let stack: HostStack = await openHostStack(wish);
      const { workspace } = stack;
      try {
        const script = path.join(workspace, "train.py");
        const { id } = await stack.launch({
          host: "far",
          script,
          arguments: ["--steps", "100", "--pause", "0.01"],
        });
        stack.follow();
        for (const { fault, after, bytes } of steps) {
          await new Promise((resolve) => setTimeout(resolve, after));
          if (fault === "cut") line.cut();
          else if (fault === "hold") line.hold(true);
          else if (fault === "refuse") line.accept(false);
          else if (fault === "cut later") line.cutAfter(bytes);
          else if (fault === "slow") line.delayMs = 60;
          else if (fault === "second look") stack.follow().poke();
          else if (fault === "kill server") {
            await server.kill();
            await server.start();
          } else {
            await stack.leave();
            stack = await openHostStack({ ...wish, workspace });
            stack.follow();
          }
        }
        line.cut();
        line.hold(false);
        line.accept(true);
        line.delayMs = 0;
        const run = await stack.ended(id);
        expect(run).toMatchObject({ state: "finished", exitCode: 0, attempt: 1, drained: true });
        expect(run.metrics.loss?.count).toBe(100);
        expect(run.findings).toBe(0);
        expect(await stack.mirrored(id)).toEqual(await readFile(path.join(root, "runs", id, "output.log")));
        expect(stack.troubles).toEqual([]);
      } finally {
        line.hold(false);
        line.accept(true);
        line.delayMs = 0;
        // A cut that has not come yet is not one of the next schedule.
        line.cutAfter(Number.POSITIVE_INFINITY);
        await stack.leave();
        await rm(path.dirname(workspace), { recursive: true, force: true, maxRetries: 3 });
      }
    }),
    { numRuns: 6, endOnFailure: true, ...(process.env.SEED ? { seed: Number(process.env.SEED) } : {}) },
  );
}, 240_000);
