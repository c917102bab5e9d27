/** Everything that the page shows of its runs, made from data and state, and made anew only where they changed. */

import type { Run } from "../../src/model/run.ts";
import { looksOfRuns, type RunLook } from "../../src/model/runColor.ts";
import type { ComparePageState } from "../../src/protocol/comparePage.ts";
import { Kept } from "../shared/kept.ts";
import { brushedRuns } from "./brush.ts";
import { type FilesOfRuns, type GridColumn, gridColumns, keyMetricOf, shownColumns } from "./gridColumns.ts";
import { type FilterResult, filteredRuns } from "./runFilter.ts";
import { sortedRows } from "./sortRows.ts";
import { type TableRow, tableRows } from "./tableRows.ts";

export interface CompareTable {
  readonly runs: readonly Run[];
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
}

export class CompareTables {
  private readonly all = new Kept<readonly GridColumn[]>();
  private readonly looks = new Kept<ReadonlyMap<string, RunLook>>();
  private readonly columns = new Kept<readonly GridColumn[]>();
  private readonly filter = new Kept<FilterResult>();
  private readonly sorted = new Kept<readonly number[]>();
  private readonly brushed = new Kept<readonly number[]>();
  private readonly rows = new Kept<readonly TableRow[]>();

  /** `files` are the files by run as far as they are known. */
  of(runs: readonly Run[], files: FilesOfRuns | undefined, state: ComparePageState): CompareTable {
    const { directions, sort, pinned, groupBy, closedGroups, brushes, onlyDifferences } = state;
    const all = this.all.of([runs, files, directions], () =>
      gridColumns(runs, files ?? new Map(), Date.now(), directions),
    );
    const filter = this.filter.of([runs, state.filter], () => filteredRuns(runs, state.filter));
    const filtered = this.sorted.of([all, filter, sort, pinned], () => {
      const names = runs.map((run) => run.name);
      const kept = sortedRows(names, all, sort).filter((index) => filter.kept.has(index));
      const first = (index: number) => Number(!pinned.includes(runs[index]?.id ?? ""));
      return pinned.length === 0 ? kept : kept.sort((a, b) => first(a) - first(b));
    });
    const order = this.brushed.of([filtered, all, brushes], () => brushedRuns(filtered, all, brushes));
    const rows = this.rows.of([order, all, groupBy, closedGroups, sort], () =>
      tableRows({
        order,
        isPinned: (index) => pinned.includes(runs[index]?.id ?? ""),
        by: groupBy.flatMap((id) => all.find((column) => column.id === id) ?? []),
        closed: closedGroups,
        sort,
        columns: all,
      }),
    );
    return {
      runs,
      looks: this.looks.of([runs], () => looksOfRuns(runs.map((run) => run.id))),
      all,
      columns: this.columns.of([all, onlyDifferences, state.columns], () =>
        shownColumns(all, runs.length, onlyDifferences, state.columns),
      ),
      filter,
      filtered,
      order,
      rows,
      keyMetric: keyMetricOf(runs),
    };
  }
}
