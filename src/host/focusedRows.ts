/**
 * What a key press in a tree is about: the focused row, or the whole selection where that row is part of it, as in the Explorer.
 *
 * The editor tells extensions which rows are selected, but not which one has the focus. Toggling the selection of the focused
 * row tells: it is the one that comes or goes. Toggling it again leaves everything as it was.
 */

import * as vscode from "vscode";

/** No event comes when no row has the focus; then the selection is all there is. */
const patienceMs = 500;

export async function focusedRows<Row>(view: vscode.TreeView<Row>): Promise<readonly Row[]> {
  const before = view.selection;
  const toggled = await toggle(view);
  if (toggled === null) return before;
  await toggle(view);
  const added = toggled.filter((row) => !before.includes(row));
  return added.length > 0 ? added : before;
}

async function toggle<Row>(view: vscode.TreeView<Row>): Promise<readonly Row[] | null> {
  let timer: NodeJS.Timeout | undefined;
  let listening: vscode.Disposable | undefined;
  const changed = new Promise<readonly Row[]>((resolve) => {
    listening = view.onDidChangeSelection(({ selection }) => resolve(selection));
  });
  try {
    // However far away the window is: the event is under way before the answer.
    await vscode.commands.executeCommand("list.toggleSelection");
    const late = new Promise<null>((resolve) => {
      timer = setTimeout(() => resolve(null), patienceMs);
    });
    return await Promise.race([changed, late]);
  } finally {
    clearTimeout(timer);
    listening?.dispose();
  }
}
