/** Which runs a command is about: the rows it was invoked on, the selection of the view, or the person's pick. */

import * as vscode from "vscode";
import { type Failure, RunlineError } from "../../model/failure.ts";
import type { Run } from "../../model/run.ts";
import { focusedRows } from "../focusedRows.ts";
import { runDescription, runTitle } from "../runLabel.ts";
import type { RunsSource } from "../runsSource.ts";
import { type RunsRow, type RunsTree, runIcon, runsOfRow } from "../runsTree.ts";

const t = vscode.l10n.t;

export interface Wanted {
  readonly title: string;
  /** Which runs the command makes sense for. */
  readonly fits?: (run: Run) => boolean;
  readonly many?: boolean;
  /** Said in place of an empty list when there are runs, but none that fits. */
  readonly none?: string;
  /** Which one of the runs that fit is chosen when the person just presses Enter; for `many`. */
  readonly suggest?: (fitting: readonly Run[]) => Run | undefined;
}

/** Finds runs for commands. `[]` when the person changed their mind. */
export type Target = (given: readonly unknown[], wanted: Wanted) => Promise<readonly Run[]>;

export function targetIn(source: RunsSource, tree: RunsTree): Target {
  return async (given, wanted) => {
    const fits = wanted.fits ?? (() => true);
    const invokedOn = await runsGiven(given, source, tree);
    if (invokedOn !== null) return invokedOn.filter(fits);
    return pick(source, tree, wanted, fits);
  };
}

/** Runs that came with the invocation; null when none did, as from the palette. */
async function runsGiven(
  given: readonly unknown[],
  source: RunsSource,
  tree: RunsTree,
): Promise<readonly Run[] | null> {
  const [first, second] = given;
  if (first === "focus") return unique((await focusedRows(tree.view)).flatMap(runsOfRow));
  if (typeof first === "string") return [await runById(first, source)];
  if (!isRow(first)) return null;
  const rows = Array.isArray(second) && second.includes(first) ? second.filter(isRow) : [first];
  return unique(rows.flatMap(runsOfRow));
}

/** A group and a run in it may both be selected. */
function unique(runs: readonly Run[]): readonly Run[] {
  return [...new Map(runs.map((run) => [run.id, run])).values()];
}

export async function runById(id: string, source: RunsSource): Promise<Run> {
  const run = source.get(id) ?? (await source.refresh()).runs.find((each) => each.id === id);
  if (run === undefined) throw new RunlineError("runUnknown", { run: id });
  return run;
}

function isRow(value: unknown): value is RunsRow {
  return (
    typeof value === "object" &&
    value !== null &&
    "kind" in value &&
    (value.kind === "run" || value.kind === "group")
  );
}

type RunItem = vscode.QuickPickItem & { readonly run: Run };

async function pick(
  source: RunsSource,
  tree: RunsTree,
  wanted: Wanted,
  fits: (run: Run) => boolean,
): Promise<readonly Run[]> {
  const selected = new Set(tree.selection.map(({ id }) => id));
  const empty = new vscode.CancellationTokenSource();
  const items = source.refresh().then(({ runs, failure }) => {
    const fitting = runs.filter(fits);
    if (fitting.length === 0) {
      empty.cancel();
      void vscode.window.showInformationMessage(nothingToPick(runs, failure, wanted));
    }
    const suggested = wanted.suggest?.(fitting)?.id;
    const picked = (run: Run) => (suggested === undefined ? selected.has(run.id) : run.id === suggested);
    return fitting.map((run): RunItem => ({ ...runPickItem(run), run, picked: picked(run) }));
  });
  const options = {
    title: wanted.title,
    placeHolder: t("Name, metric or parameter"),
    matchOnDescription: true,
  };
  try {
    if (!wanted.many) {
      const chosen = await vscode.window.showQuickPick(items, options, empty.token);
      return chosen === undefined ? [] : [chosen.run];
    }
    const several = { ...options, canPickMany: true } as const;
    return (await vscode.window.showQuickPick(items, several, empty.token))?.map(({ run }) => run) ?? [];
  } finally {
    empty.dispose();
  }
}

/** An empty list would leave a person guessing. */
function nothingToPick(runs: readonly Run[], failure: Failure | null, { none }: Wanted): string {
  if (runs.length > 0) return none ?? t("No run fits.");
  if (failure !== null) return `${failure.message} ${failure.next}`;
  return t("No runs yet. Open a training script and press ▷ above it.");
}

/** A run as a row of a quick pick. */
export function runPickItem(run: Run): vscode.QuickPickItem {
  return {
    label: runTitle(run),
    description: runDescription(
      run,
      Date.now(),
      { parameters: Object.keys(run.parameters).slice(0, 3), hosts: false },
      t,
    ),
    iconPath: runIcon(run),
  };
}
