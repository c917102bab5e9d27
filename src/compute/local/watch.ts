/** Watching a folder of Runline: the system's notices, and a slow look of its own for file systems that give none. */

import { type FSWatcher, watch } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { dirname, join } from "node:path";

/** Notices that come within this time are one. */
const coalesceMs = 100;
const backstopMs = 5_000;
const mostFiles = 64;

/** Calls back when an entry of the folder appears, goes or grows. Before the folder exists its nearest parent is watched. */
export function watchLocally(directory: string, changed: () => void): Disposable {
  let watcher: FSWatcher | null = null;
  let watched = "";
  let pending: NodeJS.Timeout | null = null;
  let last: Listing | null = null;
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
    const seen = await listing(directory, last);
    if (last !== null && seen.sizes !== last.sizes) notice();
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

/** What the folder looks like: when entries came or went, and how large the files are. */
interface Listing {
  readonly changed: number;
  readonly files: readonly string[];
  readonly sizes: string;
}

/** Names are read again only when some came or went; a folder of very many is told by that alone. */
async function listing(directory: string, before: Listing | null): Promise<Listing> {
  try {
    const changed = (await stat(directory)).mtimeMs;
    const files = before?.changed === changed ? before.files : (await readdir(directory)).slice(0, mostFiles);
    const stats = await Promise.all(files.map((name) => stat(join(directory, name)).catch(() => null)));
    return { changed, files, sizes: [changed, ...stats.map((found) => found?.size)].join() };
  } catch {
    return { changed: 0, files: [], sizes: "" };
  }
}
