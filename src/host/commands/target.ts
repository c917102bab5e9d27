/** Which runs a command is about: the rows it was invoked on, the selection of the view, or the person's pick. */

import * as vscode from "vscode";
import type { Failure } from "../../model/failure.ts";
import type { Run } from "../../model/run.ts";
import { focusedRows } from "../focusedRows.ts";
import type { RunsSource } from "../runsSource.ts";
import { type RunsRow, type RunsTree, runsOfRow } from "../runsTree.ts";
import type { Request } from "../server.ts";
import { type Pickable, pickRuns } from "./pickRuns.ts";

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

export function targetIn(source: RunsSource, tree: RunsTree, request: Request): Target {
  return async (given, wanted) => {
    const fits = wanted.fits ?? (() => true);
    const invokedOn = await runsGiven(given, source, tree, request);
    if (invokedOn !== null) return invokedOn.filter(fits);
    return pick(source, tree, request, wanted, fits);
  };
}

/** Runs that came with the invocation; null when none did, as from the palette. */
async function runsGiven(
  given: readonly unknown[],
  source: RunsSource,
  tree: RunsTree,
  request: Request,
): Promise<readonly Run[] | null> {
  const [first, second] = given;
  if (first === "focus") return runsOf(await focusedRows(tree.view), tree);
  if (typeof first === "string") return [source.get(first) ?? (await request("runs/get", { id: first }))];
  if (!isRow(first)) return null;
  const rows = Array.isArray(second) && second.includes(first) ? second.filter(isRow) : [first];
  return runsOf(rows, tree);
}

/** Runs of the rows, each once: a group and a run in it may both be selected. A group means all of its runs, loaded or not. */
async function runsOf(rows: readonly RunsRow[], tree: RunsTree): Promise<readonly Run[]> {
  const runs = await Promise.all(
    rows.map((row) => (row.kind === "group" ? tree.wholeGroup(row.group) : runsOfRow(row))),
  );
  return [...new Map(runs.flat().map((run) => [run.id, run])).values()];
}

function isRow(value: unknown): value is RunsRow {
  return (
    typeof value === "object" &&
    value !== null &&
    "kind" in value &&
    (value.kind === "run" || value.kind === "group")
  );
}

/** How many found runs a list shows at most: more are told apart by more words. */
const mostFound = 200;

async function pick(
  source: RunsSource,
  tree: RunsTree,
  request: Request,
  wanted: Wanted,
  fits: (run: Run) => boolean,
): Promise<readonly Run[]> {
  const many = wanted.many ?? false;
  return pickRuns({ title: wanted.title, many }, pickable());

  async function pickable(): Promise<Pickable | null> {
    const { runs, all, failure } = await source.refresh();
    const fitting = runs.filter(fits);
    if (fitting.length === 0 && all) {
      void vscode.window.showInformationMessage(nothingToPick(runs, failure, wanted));
      return null;
    }
    const selected = new Set(tree.selection.map(({ id }) => id));
    const suggested = wanted.suggest?.(fitting)?.id;
    const picked = ({ id }: Run) => (suggested === undefined ? selected.has(id) : id === suggested);
    return { runs: fitting, picked, search: all ? null : search };
  }

  async function search(text: string): Promise<readonly Run[]> {
    return (await request("runs/list", { text, limit: mostFound })).filter(fits);
  }
}

/** An empty list would leave a person guessing. */
function nothingToPick(runs: readonly Run[], failure: Failure | null, { none }: Wanted): string {
  if (runs.length > 0) return none ?? t("No run fits.");
  if (failure !== null) return `${failure.message} ${failure.next}`;
  return t("No runs yet. Open a training script and press ▷ above it.");
}
