/** One id is launched by one process of this machine at a time, as what is kept of its code lies in one place. */

import * as path from "node:path";
import { setTimeout } from "node:timers/promises";
import type { Layout } from "./layout.ts";
import { withProcessLock } from "./processLock.ts";

/** The lock of another process tells nobody when it goes. */
const askAgainMs = 50;
/** Who holds it longer is no launch but another process that got the number of one that was killed. */
const longestMs = 120_000;

/**
 * Does the work once no other window or process launches this id. Where no lock can be written (a full disk, a folder that is
 * read-only) the work is done all the same: it writes too, and says what is wrong in its own words.
 */
export async function inLaunchTurn<T>(id: string, { runs }: Layout, work: () => Promise<T>): Promise<T> {
  const lock = path.join(runs, `.launch-${id}`);
  let begun: Promise<T> | undefined;
  const begin = () => {
    begun = work();
    return begun;
  };
  for (const until = Date.now() + longestMs; Date.now() < until; await setTimeout(askAgainMs)) {
    try {
      await withProcessLock(lock, begin);
    } catch (thrown) {
      if (begun !== undefined) throw thrown;
      return begin();
    }
    if (begun !== undefined) return begun;
  }
  return begin();
}
