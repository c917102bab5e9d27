import { type ChildProcess, fork } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { expect, onTestFinished, test } from "vitest";

const program = path.join(import.meta.dirname, "lockProcess.ts");
const rounds = 6;
const waiting = 6;

/** A process that has said it is ready; it ends with the test. */
async function started(...words: readonly string[]): Promise<ChildProcess> {
  const child = fork(program, words, { execArgv: ["--disable-warning=ExperimentalWarning"] });
  onTestFinished(() => {
    child.kill("SIGKILL");
  });
  await once(child, "message");
  return child;
}

async function told(child: ChildProcess, message: string): Promise<unknown> {
  const answered = once(child, "message");
  child.send(message);
  return (await answered)[0];
}

test("of those who wait for a process that is killed, one at a time goes on", async () => {
  const folder = await mkdtemp(path.join(tmpdir(), "runline-locks-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const words = [path.join(folder, "lock"), `runline-${randomUUID()}`];
  const others = await Promise.all(Array.from({ length: waiting }, () => started(...words)));
  for (let round = 0; round < rounds; round++) {
    const holder = await started(...words);
    expect(await told(holder, "hold")).toBe("inside");
    const turns = others.map((other) => told(other, "work"));
    const gone = once(holder, "exit");
    holder.kill("SIGKILL");
    await gone;
    expect(await Promise.all(turns)).toEqual(Array(waiting).fill("alone"));
  }
  expect(await readdir(folder)).toEqual([]);
});
