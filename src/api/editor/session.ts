/** One editor window's hold on a workspace: the project as it is set now, the runs followed in it, and what the window is told. */

import { failureOf } from "../../model/failure.ts";
import type { Prompter } from "../../model/host.ts";
import { changeKinds } from "../../ops/changes.ts";
import { deletedRunsStayMs, purgeRuns } from "../../ops/deleteRun.ts";
import { type Follower, follow } from "../../ops/follow.ts";
import { layoutOf } from "../../ops/layout.ts";
import { machineWatch } from "../../ops/machines.ts";
import { type ReadyTables, readyTables } from "../../ops/readyTables.ts";
import type { Changed, Ended, Logged, ServerOptions, Stalled } from "../../protocol/editor.ts";
import type { Store } from "../../store/store.ts";
import { runsGate } from "../mlflow/gate.ts";
import { windowServer } from "../mlflow/windowServer.ts";
import { teamsOf } from "../mlflowClient/teams.ts";
import { type Engines, openProject, type Project } from "../project.ts";
import type { Context, ScriptReader } from "./context.ts";
import { endedOf, stalledOf } from "./ended.ts";
import { failureLine } from "./logLines.ts";

/** What a window is told unasked. */
export interface Window {
  changed(what: Changed): void;
  ended(what: Ended): void;
  stalled(what: Stalled): void;
  logged(what: Logged): void;
  /** A link, a check or a look of a machine changed. */
  hosts(): void;
  /** Asks the person; null when they don't want to answer. */
  readonly ask: Prompter;
}

export interface Session {
  /** Null while no folder is open. */
  context(): Context | null;
  /** Takes over new options; the project is opened anew only when its place changes. */
  configure(options: ServerOptions): Promise<void>;
  /** Looks soon for what is new: to be called after anything that may have written. */
  poke(): void;
  close(): Promise<void>;
}

/** A session without a folder; the first `configure` gives it one. */
export function openSession(engines: Engines, window: Window, scripts: ScriptReader): Session {
  let options: ServerOptions | null = null;
  let open: OpenProject | null = null;

  return {
    context: () => open?.context ?? null,
    async configure(next) {
      const before = options;
      options = next;
      if (before !== null && placeOf(before) === placeOf(next)) return open?.context.hosts?.refit();
      const old = open;
      const { workspace } = next;
      open = workspace === null ? null : hold(workspace, () => options ?? next, engines, window, scripts);
      await old?.close();
    },
    poke: () => open?.poke(),
    async close() {
      const last = open;
      open = null;
      await last?.close();
    },
  };
}

function placeOf({ workspace, settings }: ServerOptions): string | null {
  return workspace === null ? null : layoutOf(workspace, settings.directory).directory;
}

interface OpenProject {
  readonly context: Context;
  poke(): void;
  close(): Promise<void>;
}

/** Opens a project and follows its runs from the moment it has a store: at once, or when somebody makes one. */
function hold(
  workspace: string,
  options: () => ServerOptions,
  engines: Engines,
  window: Window,
  scripts: ScriptReader,
): OpenProject {
  let follower: Follower | null = null;
  let tables: ReadyTables | null = null;
  const project = openProject(workspace, options, engines, {
    opened(store) {
      if (store.notice !== null) window.logged(failureLine(store.notice, "warn"));
      tables = readyTables(store.runs, (thrown) => window.logged(failureLine(failureOf(thrown), "warn")));
      const changed = (what: Changed) => {
        tables?.poke();
        window.changed(what);
      };
      follower = followIn(project, store, { ...window, changed });
      if (project.trusted) void mlflow.resume().catch(mlflowFailed);
      if (project.trusted) void gate.inviteActive(store).catch(mlflowFailed);
      void tellAll(store);
      if (project.trusted) void purgeOld(project, store, window);
    },
    async closing() {
      const last = [follower, tables];
      [follower, tables] = [null, null];
      for (const each of last) await each?.close();
    },
  });
  const { compute, layout, store } = project;
  const mlflowFailed = (thrown: unknown) => window.logged(failureLine(failureOf(thrown), "warn"));
  const mlflow = windowServer(project, mlflowFailed);
  const gate = runsGate(project, mlflowFailed);
  const teams = teamsOf(project, mlflowFailed, () =>
    window.changed({ revision: -1, kinds: ["models"], runIds: [] }),
  );
  const links = project.hosts?.watch(window.hosts);
  const machines =
    project.hosts === null
      ? null
      : machineWatch({
          hosts: project.hosts,
          store: () => store.existing(),
          changed: window.hosts,
          clock: project.clock,
        });

  /**
   * Another window or the CLI may make the store at any time; once it is open, the follower sees to everything. A folder that is being
   * deleted is left to whoever deletes it: the next request finds out, and nothing is made anew between their steps.
   */
  const waiting = compute.watch(layout.directory, () => {
    if (follower === null) void openExisting();
  });
  let lastTrouble: string | null = null;
  async function openExisting(): Promise<void> {
    try {
      await store.existing();
      lastTrouble = null;
    } catch (thrown) {
      // Every request answers with the same failure; here it is only noted, once however often the folder changes.
      const trouble = failureOf(thrown);
      if (trouble.message !== lastTrouble) window.logged(failureLine(trouble));
      lastTrouble = trouble.message;
    }
  }
  /** A store that was just opened may hold anything: one that was rebuilt, or made by another window. */
  async function tellAll(store: Store): Promise<void> {
    try {
      window.changed({ revision: await store.revision(), kinds: changeKinds, runIds: [] });
    } catch (thrown) {
      // Closed again at once: whoever opens it next tells.
      window.logged(failureLine(failureOf(thrown), "info"));
    }
  }
  void openExisting();

  return {
    context: contextOf(project, scripts, window, { mlflow, gate, teams, machines }),
    poke: () => follower?.poke(),
    async close() {
      waiting[Symbol.dispose]();
      links?.[Symbol.dispose]();
      await teams.close();
      await mlflow.close();
      await gate.close();
      await store.close();
      await project.hosts?.close();
    },
  };
}

function followIn(project: Project, store: Store, window: Window): Follower {
  const { compute, clock, layout } = project;
  return follow({
    store,
    compute,
    clock,
    layout,
    changed: window.changed,
    ended: (run) => window.ended(endedOf(run)),
    stalled: (run) => window.stalled(stalledOf(run)),
    stallMs: () => project.settings.stallMinutes * 60_000,
    failed: (thrown) => window.logged(failureLine(failureOf(thrown), "warn")),
  });
}

/** Deleted runs that nobody restored in time give their disk space back. */
async function purgeOld(project: Project, store: Store, window: Window): Promise<void> {
  const { compute, code, layout, clock } = project;
  try {
    const purged = await purgeRuns(clock() - deletedRunsStayMs, { store, compute, code, layout });
    if (purged > 0)
      window.logged({ level: "info", text: `Removed ${purged} runs that were deleted over a week ago` });
  } catch (thrown) {
    window.logged(failureLine(failureOf(thrown), "warn"));
  }
}

function contextOf(
  project: Project,
  scripts: ScriptReader,
  { ask }: Window,
  own: Pick<Context, "mlflow" | "gate" | "teams" | "machines">,
): Context {
  return {
    ...project,
    get settings() {
      return project.settings;
    },
    get trusted() {
      return project.trusted;
    },
    scripts,
    ask,
    ...own,
  };
}
