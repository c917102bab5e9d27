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
  close(): Promise<void>;
}

/** Opens a store file; each engine brings its own. */
export type OpenStore = (file: string) => Promise<Store>;

/**
 * Access to one workspace's store. `opened` is told of the store as soon as it is open, once; it is the place to begin following runs.
 * A failed opening is tried again by the next caller, so that a mended file needs no restart.
 */
export function storeAccess(
  layout: Layout,
  open: OpenStore,
  opened: (store: Store) => void = () => undefined,
): StoreAccess {
  let opening: Promise<Store> | null = null;

  async function openOnce(): Promise<Store> {
    opening ??= open(layout.store).then(
      (store) => {
        opened(store);
        return store;
      },
      (thrown: unknown) => {
        opening = null;
        throw thrown;
      },
    );
    return opening;
  }

  return {
    async existing() {
      if (opening !== null) return opening;
      return (await isThere(layout)) ? openOnce() : null;
    },
    async needed() {
      if (opening === null) await makeDirectory(layout);
      return openOnce();
    },
    async close() {
      const last = opening;
      opening = null;
      await last?.then((store) => store.close());
    },
  };
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
    await fs.mkdir(layout.runs, { recursive: true, mode: 0o700 });
    await fs.writeFile(ignore, "*\n", { flag: "wx" });
  } catch (thrown) {
    const code = (thrown as NodeJS.ErrnoException).code ?? "unknown error";
    if (code === "EEXIST") return;
    if (code === "ENOSPC") throw new RunlineError("diskFull", { path: layout.directory }, thrown);
    throw new RunlineError("workspaceReadOnly", { path: layout.directory, cause: code }, thrown);
  }
}
