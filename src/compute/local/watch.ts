/** Watching a folder of Runline: the system's notices, and a slow look of its own for file systems that give none. */

import { type FSWatcher, watch } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { dirname, join } from "node:path";

/** Notices that come within this time are one. */
const coalesceMs = 100;
const backstopMs = 2_000;

/** Calls back when an entry of the folder appears, goes or grows. Before the folder exists its nearest parent is watched. */
export function watchLocally(directory: string, changed: () => void): Disposable {
  let watcher: FSWatcher | null = null;
  let watched = "";
  let pending: NodeJS.Timeout | null = null;
  let last: string | null = null;
  let disposed = false;

  function notice(): void {
    if (pending !== null || disposed) return;
    pending = setTimeout(() => {
      pending = null;
      if (watched !== directory) attach();
      if (watched === directory) changed();
    }, coalesceMs);
    pending.unref();
  }

  function attach(): void {
    watcher?.close();
    watcher = null;
    for (let folder = directory; ; folder = dirname(folder)) {
      try {
        watcher = watch(folder, { persistent: false }, notice);
      } catch {
        if (folder === dirname(folder)) return;
        continue;
      }
      watched = folder;
      watcher.on("error", () => {
        // The folder went away under the watch: begin again with what is there now.
        watched = "";
        notice();
      });
      return;
    }
  }

  async function lookAgain(): Promise<void> {
    const seen = await fingerprint(directory);
    if (last !== null && seen !== last) notice();
    last = seen;
  }

  attach();
  const backstop = setInterval(() => void lookAgain(), backstopMs);
  backstop.unref();
  return {
    [Symbol.dispose]() {
      disposed = true;
      if (pending !== null) clearTimeout(pending);
      clearInterval(backstop);
      watcher?.close();
    },
  };
}

async function fingerprint(directory: string): Promise<string> {
  try {
    const names = (await readdir(directory)).slice(0, 64);
    const stats = await Promise.all(names.map((name) => stat(join(directory, name)).catch(() => null)));
    return names.map((name, index) => `${name}:${stats[index]?.size}:${stats[index]?.mtimeMs}`).join("\n");
  } catch {
    return "";
  }
}
