/** At most eight connections are opened at once: sshd drops more, and every one costs this machine's processor too. */

const most = 8;
let open = 0;
const queue: (() => void)[] = [];

/** Runs the work when it is its turn. */
export async function inTurn<T>(work: () => Promise<T>): Promise<T> {
  if (open >= most) await new Promise<void>((resolve) => queue.push(resolve));
  else open += 1;
  try {
    return await work();
  } finally {
    const next = queue.shift();
    // The place goes to the next one directly, so that nobody comes in between.
    if (next === undefined) open -= 1;
    else next();
  }
}
