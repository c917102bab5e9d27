/** Stays with one run until it has ended: hands on its output as it comes, byte by byte as it was written. */

import { runFile } from "../../model/journal.ts";
import { type Run, terminalStates } from "../../model/run.ts";
import { runOf } from "../../ops/findRun.ts";
import { follow } from "../../ops/follow.ts";
import type { Project } from "../project.ts";

export interface Watching {
  readonly project: Project;
  /** Gets every byte of the output, in order. */
  readonly output: (bytes: Uint8Array) => Promise<void>;
  /** Gets the run after every change. */
  readonly seen?: (run: Run) => void;
  /** Something could not be done now and is tried again. */
  readonly failed: (thrown: unknown) => void;
  /** Ends the watching at once; the run goes on. */
  readonly leave: AbortSignal;
}

const blockBytes = 256 * 1024;

/** Resolves with the run when it has ended and all of its output was handed on, or as it is now when `leave` was asked for. */
export async function watchRun(id: string, { project, output, seen, failed, leave }: Watching): Promise<Run> {
  const { compute, clock, layout } = project;
  const store = await project.store.needed();
  const { directory } = await runOf(id, store);
  const bell = wakeUp();
  leave.addEventListener("abort", bell.ring, { once: true });
  const watching = compute.watch(directory, bell.ring);
  const follower = follow({
    store,
    compute,
    clock,
    layout,
    changed: bell.ring,
    ended: bell.ring,
    stallMs: () => project.settings.stallMinutes * 60_000,
    failed,
  });
  let offset = 0;

  async function copyOutput(): Promise<void> {
    while (!leave.aborted) {
      const { bytes } = await compute.read(directory, runFile.log, offset, blockBytes);
      if (bytes.byteLength === 0) return;
      offset += bytes.byteLength;
      await output(bytes);
    }
  }

  try {
    for (;;) {
      // The state is read before the output: what a run wrote before it ended is there by then.
      const run = await runOf(id, store);
      seen?.(run);
      await copyOutput();
      if (leave.aborted || terminalStates.has(run.state)) return run;
      await bell.rung();
    }
  } finally {
    watching[Symbol.dispose]();
    await follower.close();
  }
}

/** Something to wait for that may ring while nobody waits. */
function wakeUp(): { ring(): void; rung(): Promise<void> } {
  let missed = false;
  let wake: (() => void) | null = null;
  return {
    ring() {
      missed = wake === null;
      wake?.();
      wake = null;
    },
    async rung() {
      if (!missed)
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      missed = false;
    },
  };
}
