/** Coalesces what others repeat: one in flight, one queued, and at least `gapMs` between two starts. */

export interface Coalesced {
  /** Asks for one more turn; answers once a turn that began after this call has ended. Never rejects. */
  ask(): Promise<void>;
  dispose(): void;
}

/** `work` must deal with its own failures; one that escapes goes to `failed`. */
export function coalesce(
  work: () => Promise<void>,
  gapMs: number,
  failed: (error: unknown) => void,
): Coalesced {
  let inFlight: Promise<void> | null = null;
  let queued: Promise<void> | null = null;
  let timer: NodeJS.Timeout | undefined;
  let wakeUp: () => void = () => undefined;
  let disposed = false;
  let lastStart = Number.NEGATIVE_INFINITY;

  async function turn(): Promise<void> {
    const wait = lastStart + gapMs - performance.now();
    if (wait > 0)
      await new Promise<void>((resolve) => {
        wakeUp = resolve;
        timer = setTimeout(resolve, wait);
      });
    if (disposed) return;
    lastStart = performance.now();
    await work().catch(failed);
  }

  function begin(): Promise<void> {
    const current = turn().finally(() => {
      if (inFlight === current) inFlight = null;
    });
    inFlight = current;
    return current;
  }

  return {
    ask() {
      if (disposed) return Promise.resolve();
      if (inFlight === null) return begin();
      queued ??= inFlight.then(() => {
        queued = null;
        // Who waited for the turn that has just ended may have begun the next one already.
        return inFlight ?? begin();
      });
      return queued;
    },
    dispose() {
      disposed = true;
      clearTimeout(timer);
      wakeUp();
    },
  };
}
