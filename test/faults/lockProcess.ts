/**
 * A window of its own for the fault tests of locks: on each message it takes the lock, waiting for the others, and answers "alone", or
 * "together" when another one was at work too. Told to "hold" it, it says "inside" and stays there. `node lockProcess.ts <lock> <name>`
 */

import { once } from "node:events";
import { createServer } from "node:net";
import { setTimeout } from "node:timers/promises";
import { withProcessLock } from "../../src/ops/processLock.ts";

const [lock = "", name = ""] = process.argv.slice(2);
const answer = (text: string) => process.send?.(text);

/** One process at a time can listen on a name, and the system takes it back from one that was killed. */
async function work(isHolding: boolean): Promise<string> {
  const server = createServer().listen(`\0${name}`);
  const isAlone = await once(server, "listening").then(
    () => true,
    () => false,
  );
  if (!isAlone) return "together";
  if (isHolding) answer("inside");
  await setTimeout(isHolding ? 600_000 : 2);
  server.close();
  await once(server, "close");
  return "alone";
}

process.on("message", async (message) => {
  for (;;) {
    const found = await withProcessLock(lock, () => work(message === "hold"));
    if (found !== null) return answer(found);
    await setTimeout(1);
  }
});
process.once("disconnect", () => process.exit());
answer("ready");
