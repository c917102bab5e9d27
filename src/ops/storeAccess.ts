/**
 * The store of a workspace, opened when it is first needed. A folder in which nothing was ever run stays clean: reading opens
 * only what is already there, and only the first run or registry write makes the folder and the file.
 */

import * as fs from "node:fs/promises";
import * as path from "node:path";
import { RunlineError } from "../model/failure.ts";
import type { Store } from "../store/store.ts";
import type { Layout } from "./layout.ts";

export interface StoreAccess {
  /** The store, or null while there is none. Creates nothing. Throws the failure of a store that can't be opened. */
  existing(): Promise<Store | null>;
  /** The store, made if need be. Throws `workspaceReadOnly`, `diskFull` or the store's own failures. */
  needed(): Promise<Store>;
  /**
   * Has `work` put another store in the place of this one and close this one; everybody else waits. `work` gets null for a store that
   * can't be opened. Null without calling it while there is nothing to make a store of.
   */
  replace<T>(work: (previous: Store | null) => Promise<T>): Promise<T | null>;
  close(): Promise<void>;
}

/** Opens a store file; each engine brings its own. */
export type OpenStore = (file: string) => Promise<Store>;

/** Who wants to know: a store is there to be used from `opened` on until `closing` has resolved. */
export interface StoreEvents {
  opened(store: Store): void;
  closing(): Promise<void>;
}

const nobody: StoreEvents = { opened: () => undefined, closing: async () => undefined };

/** Access to one workspace's store. A failed opening is tried again by the next caller: a mended file needs no restart. */
export function storeAccess(layout: Layout, open: OpenStore, events: StoreEvents = nobody): StoreAccess {
  let opening: Promise<Opened> | null = null;
  let replacing: Promise<unknown> | null = null;
  let leaving: Promise<void> | null = null;

  async function openOnce(): Promise<Store> {
    opening ??= begin();
    return (await opening).store;
  }

  function begin(): Promise<Opened> {
    const own: Promise<Opened> = open(layout.store).then(
      async (store) => {
        const file = await fileAt(store.location);
        events.opened(store);
        return { store, file };
      },
      (thrown: unknown) => {
        if (opening === own) opening = null;
        throw thrown;
      },
    );
    return own;
  }

  /** Whether there is anything to open. */
  async function toOpen(): Promise<boolean> {
    await leaveReplaced();
    return opening !== null || (await isThere(layout));
  }

  /**
   * Lets go of a store whose file was deleted, or replaced by another program (a rebuild, a backup put back): SQLite would go on with
   * the file that is gone, and whatever is written there is lost.
   */
  async function leaveReplaced(): Promise<void> {
    const held = opening;
    const opened = await held?.catch(() => null);
    if (opened != null && (await fileAt(opened.store.location)) !== opened.file && opening === held)
      leaving ??= leave(opened.store).finally(() => {
        leaving = null;
      });
    await leaving;
  }

  async function leave(store: Store): Promise<void> {
    await events.closing();
    opening = null;
    await store.close();
  }

  /**
   * Whoever asks while the store is replaced gets the new one; how the replacing went is not theirs to hear. `ready` is asked anew when
   * replacing began meanwhile: nobody may open, or make, a file that is just being changed for another.
   */
  async function settled<T>(ready: () => Promise<T>): Promise<T> {
    for (;;) {
      while (replacing !== null) await replacing.catch(() => undefined);
      const answer = await ready();
      if (replacing === null) return answer;
    }
  }

  async function replaceNow<T>(work: (previous: Store | null) => Promise<T>): Promise<T | null> {
    let previous: Store | null;
    try {
      if (!(await toOpen())) return null;
      previous = await openOnce();
    } catch {
      // Why it can't be opened has been said to everybody who asked; replacing it is the way out.
      previous = null;
    }
    await events.closing();
    opening = null;
    return work(previous);
  }

  return {
    async existing() {
      return (await settled(toOpen)) ? openOnce() : null;
    },
    async needed() {
      await settled(async () => {
        await leaveReplaced();
        if (opening === null) await makeDirectory(layout);
      });
      return openOnce();
    },
    replace(work) {
      const before = replacing?.catch(() => undefined) ?? Promise.resolve();
      const done = before
        .then(() => replaceNow(work))
        .finally(() => {
          if (replacing === done) replacing = null;
        });
      replacing = done;
      return done;
    },
    async close() {
      await settled(async () => undefined);
      const last = opening;
      opening = null;
      await events.closing();
      // One that did not open has said so to whoever asked for it.
      const opened = await last?.catch(() => null);
      await opened?.store.close();
    },
  };
}

interface Opened {
  readonly store: Store;
  readonly file: string;
}

/** Tells a file from another one in its place; "" where there is none. */
async function fileAt(place: string): Promise<string> {
  return fs.stat(place, { bigint: true }).then(
    ({ dev, ino }) => `${dev} ${ino}`,
    () => "",
  );
}

/** A directory with runs but without a store (moved from elsewhere, store deleted) has something to show too. */
async function isThere(layout: Layout): Promise<boolean> {
  for (const place of [layout.store, layout.runs])
    if (
      await fs.stat(place).then(
        () => true,
        () => false,
      )
    )
      return true;
  return false;
}

/** The directory with a `.gitignore` of `*`, so that nothing in it is ever committed by accident. */
async function makeDirectory(layout: Layout): Promise<void> {
  const ignore = path.join(layout.directory, ".gitignore");
  try {
    // Step by step: one recursive call names a read-only file system "no such file".
    await fs.mkdir(path.dirname(layout.directory), { recursive: true });
    for (const folder of [layout.directory, layout.runs]) await makeFolder(folder);
    await fs.writeFile(ignore, "*\n", { flag: "wx" });
  } catch (thrown) {
    const code = codeOf(thrown);
    if (code === "EEXIST") return;
    if (code === "ENOSPC") throw new RunlineError("diskFull", { path: layout.directory }, thrown);
    const cause = causes[code] ?? (code || "unknown error");
    throw new RunlineError("workspaceReadOnly", { path: layout.directory, cause }, thrown);
  }
}

const causes: Readonly<Record<string, string>> = {
  EROFS: "the file system is read-only",
  EACCES: "permission denied",
  EPERM: "the system does not allow it",
  ENOTDIR: "a file is in the way",
};

async function makeFolder(folder: string): Promise<void> {
  await fs.mkdir(folder, { mode: 0o700 }).catch((thrown: unknown) => {
    if (codeOf(thrown) !== "EEXIST") throw thrown;
  });
}

function codeOf(thrown: unknown): string {
  return thrown instanceof Error && "code" in thrown ? String(thrown.code) : "";
}
