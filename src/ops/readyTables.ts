/** Keeps tables of very many runs quick: works on what they are read from, some milliseconds at a time, while runs come and end. */

import { setTimeout } from "node:timers/promises";
import type { Store } from "../store/store.ts";

/** Runs that end one after the other are looked at together. */
const restMs = 2_000;
/** Half of the time is everybody else's. */
const pauseMs = 5;

export interface ReadyTables {
  /** Runs have changed: looks soon whether there is something to do. */
  poke(): void;
  /** Resolves when it touches the store no more. */
  close(): Promise<void>;
}

/** Begins at once. `failed` hears of what went wrong; the next poke tries again. */
export function readyTables(
  runs: Pick<Store["runs"], "prepareTables">,
  failed: (thrown: unknown) => void,
): ReadyTables {
  const ending = new AbortController();
  const { signal } = ending;
  const wait = (ms: number) => setTimeout(ms, undefined, { signal, ref: false }).catch(() => undefined);
  let isWanted = false;
  let working: Promise<void> | null = null;

  async function work(): Promise<void> {
    do {
      isWanted = false;
      try {
        while (!signal.aborted && (await runs.prepareTables())) await wait(pauseMs);
      } catch (thrown) {
        failed(thrown);
      }
      await wait(restMs);
    } while (isWanted && !signal.aborted);
    working = null;
  }

  const poke = () => {
    isWanted = true;
    if (!signal.aborted) working ??= work();
  };
  poke();
  return {
    poke,
    async close() {
      ending.abort();
      await working;
    },
  };
}
