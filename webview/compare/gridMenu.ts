/** What can be done with a run or a column of the table, by the right button or the menu key. */

import type { ComparePageState } from "../../src/protocol/comparePage.ts";
import { toggled } from "../shared/chartMove.ts";
import type { PopupItem } from "../shared/popup.ts";
import { movedColumn } from "./columnOrder.ts";
import type { CompareRun } from "./comparedRuns.ts";
import { noBaseline } from "./freshState.ts";
import type { GridColumn } from "./gridColumns.ts";
import { copiedText, editableText } from "./gridEdit.ts";
import type { MenuAsk } from "./gridEvents.ts";
import { nameColumn } from "./sortRows.ts";

export interface MenuView {
  readonly state: ComparePageState;
  /** Of the table, by their ids. */
  readonly columns: readonly string[];
  readonly baseline: string | null;
  readonly save: (change: Partial<ComparePageState>) => void;
  readonly open: (runId: string) => void;
  readonly star: (run: CompareRun) => void;
  readonly diff: (left: string, right: string) => void;
  readonly copy: (text: string) => void;
}

export function gridMenu(ask: MenuAsk, view: MenuView): readonly PopupItem[] {
  return ask.run === null ? headMenu(ask.column, view) : runMenu(ask.run, ask, view);
}

function headMenu(column: GridColumn | null, { state, columns, save }: MenuView): readonly PopupItem[] {
  const id = column?.id ?? nameColumn;
  const sort = (descending: boolean) => save({ sort: [{ column: id, descending }] });
  const items: PopupItem[] = [
    { label: "Sort ascending", run: () => sort(false) },
    { label: "Sort descending", run: () => sort(true) },
    { label: "Do not sort", run: () => save({ sort: state.sort.filter((key) => key.column !== id) }) },
  ];
  if (column === null) return items;
  if (column.group === "metric") {
    const direct = (direction: "up" | "down" | "none") =>
      save({ directions: { ...state.directions, [column.title]: direction } });
    items.push(
      {
        label: "Higher is better",
        checked: column.direction === "up",
        separated: true,
        run: () => direct("up"),
      },
      { label: "Lower is better", checked: column.direction === "down", run: () => direct("down") },
      { label: "Neither is better", checked: column.direction === null, run: () => direct("none") },
    );
  } else if (column.group !== "note" && column.group !== "trend" && column.id !== "fact:duration")
    items.push({
      label: `Group by ${column.title}`,
      separated: true,
      run: () => save({ groupBy: [column.id], closedGroups: [] }),
    });
  const moved = ([-1, 1] as const).map((by) => movedColumn(columns, column.id, by));
  for (const [at, columnOrder] of moved.entries())
    if (columnOrder !== null)
      items.push({
        label: at === 0 ? "Move left" : "Move right",
        separated: at === 0 || moved[0] === null,
        run: () => save({ columnOrder }),
      });
  items.push({
    label: "Hide column",
    separated: columns.length < 2,
    run: () => save({ columns: { ...state.columns, [column.id]: false } }),
  });
  return items;
}

function runMenu(run: CompareRun, ask: MenuAsk, view: MenuView): readonly PopupItem[] {
  const { state, baseline, save } = view;
  const pinned = state.pinned.includes(run.id);
  const editable = editableText(run, ask.index, ask.column) !== null;
  const named = ask.column === null ? "Rename" : `Change ${ask.column.title}`;
  const value = ask.column === null ? null : copiedText(run, ask.index, ask.column);
  return [
    { label: "Open run", run: () => view.open(run.id) },
    run.id === baseline
      ? { label: "No baseline", run: () => save({ baseline: noBaseline }) }
      : { label: "Make it the baseline", run: () => save({ baseline: run.id }) },
    {
      label: pinned ? "Unpin" : "Pin to the top",
      run: () => save({ pinned: toggled(state.pinned, run.id) }),
    },
    { label: run.starred ? "Remove star" : "Star", run: () => view.star(run) },
    {
      label: "Show only this run in charts",
      run: () => save({ hidden: state.runIds.filter((id) => id !== run.id) }),
    },
    { label: run.note === "" ? "Add a note" : "Change the note", separated: true, run: ask.note },
    ...(editable ? [{ label: named, run: ask.edit }] : []),
    ...(baseline !== null && baseline !== run.id
      ? [{ label: "Compare code with the baseline", separated: true, run: () => view.diff(baseline, run.id) }]
      : []),
    ...(value === null || value === ""
      ? []
      : [{ label: "Copy value", separated: true, run: () => view.copy(value) }]),
    { label: "Copy name", separated: value === null || value === "", run: () => view.copy(run.name) },
  ];
}
