/** Everything that the page shows of its runs, made from data and state, and made anew only where they changed. */

import { keyMetricOf } from "../../src/model/compareTable.ts";
import { looksOfRuns, type RunLook } from "../../src/model/runColor.ts";
import type { ComparePageState } from "../../src/protocol/comparePage.ts";
import { Kept } from "../shared/kept.ts";
import { brushedRuns } from "./brush.ts";
import { orderedColumns } from "./columnOrder.ts";
import type { ComparedRuns, CompareRun } from "./comparedRuns.ts";
import { type FilesOfRuns, type GridColumn, gridColumns, shownColumns } from "./gridColumns.ts";
import { type FilterResult, filteredRuns } from "./runFilter.ts";
import { sortedRows } from "./sortRows.ts";
import { type TableRow, tableRows } from "./tableRows.ts";

export interface CompareTable {
  readonly runs: readonly CompareRun[];
  /** Places of the runs by id. */
  readonly places: ReadonlyMap<string, number>;
  /** How many more runs are on their way: these are the first rows. */
  readonly coming: number;
  readonly looks: ReadonlyMap<string, RunLook>;
  /** Every column that there is. */
  readonly all: readonly GridColumn[];
  /** Those of the table. */
  readonly columns: readonly GridColumn[];
  readonly filter: FilterResult;
  /** Indexes of the runs that the filter leaves, sorted, pinned ones first. */
  readonly filtered: readonly number[];
  /** Those of them that lie in the brushes. */
  readonly order: readonly number[];
  readonly rows: readonly TableRow[];
  readonly keyMetric: string | null;
  /** Metrics without a curve; null while that is not known. */
  readonly single: ReadonlySet<string> | null;
  /** Asks for the values of columns that a view needs; what is here or on its way is not asked for again. */
  readonly need: (columns: readonly string[]) => void;
}

export class CompareTables {
  private readonly key = new Kept<string | null>();
  private readonly all = new Kept<readonly GridColumn[]>();
  private readonly looks = new Kept<ReadonlyMap<string, RunLook>>();
  private readonly columns = new Kept<readonly GridColumn[]>();
  private readonly filter = new Kept<FilterResult>();
  private readonly names = new Kept<readonly string[]>();
  private readonly sorted = new Kept<readonly number[]>();
  private readonly brushed = new Kept<readonly number[]>();
  private readonly rows = new Kept<readonly TableRow[]>();
  private readonly need: CompareTable["need"];

  constructor(need: CompareTable["need"]) {
    this.need = need;
  }

  /** `files` are the files by run as far as they are known. */
  of(known: ComparedRuns, files: FilesOfRuns | undefined, state: ComparePageState): CompareTable {
    const { runs, places, coming } = known;
    const { directions, sort, pinned, groupBy, closedGroups, brushes, onlyDifferences, columnOrder } = state;
    const all = this.all.of([known, files, directions], () =>
      gridColumns(known, files ?? new Map(), Date.now(), directions),
    );
    const filter = this.filter.of([known, state.filter], () => filteredRuns(known, state.filter));
    const names = this.names.of([runs], () => runs.map((run) => run.name));
    const filtered = this.sorted.of([all, filter, sort, pinned], () => {
      const kept = sortedRows(names, all, sort).filter(filter.keeps);
      const first = new Set(pinned.flatMap((id) => places.get(id) ?? []));
      return first.size === 0
        ? kept
        : [...kept.filter((index) => first.has(index)), ...kept.filter((index) => !first.has(index))];
    });
    const order = this.brushed.of([filtered, all, brushes], () => brushedRuns(filtered, all, brushes));
    const rows = this.rows.of([order, all, groupBy, closedGroups, sort], () => {
      const first = new Set(pinned.flatMap((id) => places.get(id) ?? []));
      return tableRows({
        order,
        isPinned: (index) => first.has(index),
        by: groupBy.flatMap((id) => all.find((column) => column.id === id && column.loaded) ?? []),
        closed: closedGroups,
        sort,
        columns: all,
      });
    });
    return {
      ...{ runs, places, coming, all, filter, filtered, order, rows, need: this.need },
      looks: this.looks.of([runs], () => looksOfRuns(runs.map((run) => run.id))),
      columns: this.columns.of([all, onlyDifferences, state.columns, columnOrder], () =>
        orderedColumns(shownColumns(all, runs.length, onlyDifferences, state.columns), columnOrder),
      ),
      keyMetric: this.key.of([known.summary], () => keyMetricOf(known.summary)),
      single: known.single,
    };
  }
}

/** Columns that are needed wherever they stand: those that rows are sorted, grouped, filtered or chosen by. */
export function neededColumns(
  { sort, groupBy, brushes, axes, scatter, target }: ComparePageState,
  filtered: readonly string[],
): readonly string[] {
  const chosen = [scatter.x, scatter.y, scatter.color].filter((id) => id !== null);
  return [
    ...new Set([
      ...sort.map(({ column }) => column),
      ...groupBy,
      ...Object.keys(brushes),
      ...(axes ?? []),
      ...chosen,
      ...(target === null ? [] : [`metric:${target}`]),
      ...filtered,
    ]),
  ];
}
