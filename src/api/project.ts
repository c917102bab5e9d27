/** One workspace folder, as the faces see it: where its files are, its store, its compute, and what is set. */

import type { CodeKeeper } from "../compute/code.ts";
import type { Compute, Hosts, Reach, ReachWish } from "../compute/compute.ts";
import type { ForeignReaders } from "../model/foreignLog.ts";
import type { Actor } from "../model/registry.ts";
import { type Layout, layoutOf } from "../ops/layout.ts";
import { rebuild } from "../ops/rebuild.ts";
import { type OpenStore, type StoreAccess, type StoreEvents, storeAccess } from "../ops/storeAccess.ts";
import type { ServerOptions, ServerSettings } from "../protocol/editor.ts";

/** What the roots bring: the engines behind the interfaces. */
export interface Engines {
  readonly openStore: OpenStore;
  readonly compute: Compute;
  readonly code: CodeKeeper;
  /** Other machines besides this one; absent where there are none to be had. */
  readonly reach?: (wish: ReachWish) => Reach;
  /** Who works in a folder. */
  readonly identity: (workspace: string) => Promise<Actor>;
  readonly clock: () => number;
  /** Readers of what other tools have written; absent where nothing is imported. */
  readonly foreign?: ForeignReaders;
  /** Of Runline and its parts, for diagnostics. */
  readonly versions: Readonly<Record<string, string>>;
}

export interface Project extends Pick<Engines, "compute" | "code" | "clock" | "versions" | "foreign"> {
  readonly layout: Layout;
  readonly store: StoreAccess;
  /** The other machines that runs can be started on; null where there are none to be had. Closed by whoever opened the project. */
  readonly hosts: Hosts | null;
  /** As it is now: settings change while a project is open. */
  readonly settings: ServerSettings;
  /** False in Restricted Mode: then everything may be looked at and nothing is run. */
  readonly trusted: boolean;
  /** Who acts, for the audit log. */
  actor(): Promise<Actor>;
  /** Makes the store anew from the run directories; a folder without any stays clean. Answers how many runs it has then. */
  rebuild(): Promise<{ readonly runs: number }>;
}

/** The project of a workspace. Opens nothing yet; `events` tell of the store when somebody needs it. */
export function openProject(
  workspace: string,
  options: () => Pick<ServerOptions, "settings" | "trusted" | "actor">,
  engines: Engines,
  events?: StoreEvents,
): Project {
  const layout = layoutOf(workspace, options().settings.directory);
  const { clock, versions, openStore } = engines;
  const { directory, runs } = layout;
  const reach = engines.reach?.({
    workspace: layout.workspace,
    directory,
    runs,
    settings: () => options().settings,
    allowed: () => options().trusted,
  });
  const { compute, code } = reach ?? engines;
  const store = storeAccess(layout, openStore, events);
  return {
    compute,
    code,
    clock,
    versions,
    ...(engines.foreign === undefined ? {} : { foreign: engines.foreign }),
    layout,
    store,
    hosts: reach?.hosts ?? null,
    get settings() {
      return options().settings;
    },
    get trusted() {
      return options().trusted;
    },
    async actor() {
      const name = options().actor;
      return name === null ? engines.identity(workspace) : { name, email: null };
    },
    async rebuild() {
      const done = await store.replace((previous) =>
        rebuild({ layout, openStore, compute, clock, previous }),
      );
      return { runs: done?.runs ?? 0 };
    },
  };
}
