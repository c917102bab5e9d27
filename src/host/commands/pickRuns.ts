/** A quick pick of runs. Where not all are loaded, what is typed is searched for in the store, so that the oldest can be found too. */

import * as vscode from "vscode";
import type { Run } from "../../model/run.ts";
import { coalesce } from "../coalesce.ts";
import { withoutIcons } from "../markdown.ts";
import { runDescription, runTitle } from "../runLabel.ts";
import { runIcon } from "../runsTree.ts";

const t = vscode.l10n.t;
/** People type faster than it makes sense to search. */
const gapMs = 100;

export interface RunPick {
  readonly title: string;
  readonly many: boolean;
}

export interface Pickable {
  /** What stands there before anything is typed. */
  readonly runs: readonly Run[];
  readonly picked: (run: Run) => boolean;
  /** Runs with all these words; null where `runs` are all there are. */
  readonly search: ((words: string) => Promise<readonly Run[]>) | null;
}

type Item = vscode.QuickPickItem & { readonly run: Run };
type Pick = vscode.QuickPick<Item>;

/** Opens at once and fills when `from` is there. `[]` when there is nothing to pick (null), or the person changed their mind. */
export async function pickRuns(
  { title, many }: RunPick,
  from: Promise<Pickable | null>,
): Promise<readonly Run[]> {
  const pick = vscode.window.createQuickPick<Item>();
  pick.title = title;
  pick.placeholder = t("Name, metric or parameter");
  pick.matchOnDescription = true;
  pick.canSelectMany = many;
  pick.busy = true;
  const hidden = new Promise<void>((resolve) => pick.onDidHide(resolve));
  pick.show();
  try {
    const pickable = await Promise.race([from, hidden]);
    if (pickable == null) return [];
    begin(pick, pickable);
    return await chosen(pick, pickable, hidden);
  } finally {
    pick.dispose();
  }
}

function begin(pick: Pick, { runs, picked }: Pickable): void {
  pick.items = runs.map((run) => itemOf(run, false));
  const first = pick.items.filter(({ run }) => picked(run));
  if (pick.canSelectMany) pick.selectedItems = first;
  else pick.activeItems = first.slice(0, 1);
  pick.busy = false;
}

async function chosen(pick: Pick, pickable: Pickable, hidden: Promise<void>): Promise<readonly Run[]> {
  const searching = coalesce(
    () => look(pick, pickable),
    gapMs,
    // What is listed stays, and can still be picked.
    () => {
      pick.busy = false;
    },
  );
  const search = () => {
    pick.busy = pickable.search !== null;
    return searching.ask();
  };
  pick.onDidChangeValue(() => void search());
  if (pick.value !== "") void search();
  const accepted = new Promise<readonly Run[]>((resolve) => {
    pick.onDidAccept(async () => {
      // Whoever presses Enter at once means what they typed, not what was listed before.
      const early = pick.busy;
      if (early) await searching.ask();
      const items = early && !pick.canSelectMany ? pick.items.slice(0, 1) : pick.selectedItems;
      resolve(items.map(({ run }) => run));
    });
  });
  try {
    return (await Promise.race([accepted, hidden])) ?? [];
  } finally {
    searching.dispose();
  }
}

/** What was ticked stays in the list, whatever is searched for. */
async function look(pick: Pick, { runs, search }: Pickable): Promise<void> {
  const words = pick.value.trim();
  if (search === null) return;
  const found = words === "" ? runs : await search(words);
  if (words !== pick.value.trim()) return;
  const ticked = pick.canSelectMany ? pick.selectedItems.map(({ run }) => run) : [];
  const ids = new Set(ticked.map(({ id }) => id));
  // The store has found it by something that need not be in the row.
  const listed = [...ticked, ...found.filter(({ id }) => !ids.has(id))];
  pick.items = listed.map((run) => itemOf(run, words !== ""));
  if (pick.canSelectMany) pick.selectedItems = pick.items.filter(({ run }) => ids.has(run.id));
  pick.busy = false;
}

function itemOf(run: Run, alwaysShow: boolean): Item {
  const telling = { parameters: Object.keys(run.parameters).slice(0, 3), hosts: false };
  const description = withoutIcons(runDescription(run, Date.now(), telling, t));
  return { label: withoutIcons(runTitle(run)), description, iconPath: runIcon(run), alwaysShow, run };
}
