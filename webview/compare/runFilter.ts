/** Which runs a filter leaves, from the columns that it names. Pure. */

import { columnId } from "../../src/model/compareTable.ts";
import type { Filter, FilterError, FilterField } from "../../src/model/filter.ts";
import { attributeOf, type FilterSubject, predicateOf } from "../../src/model/filterMatch.ts";
import { parseFilter } from "../../src/model/filterParser.ts";
import type { Cells } from "./columnCells.ts";
import type { ComparedRuns, CompareRun } from "./comparedRuns.ts";

export interface FilterResult {
  /** Whether a run stays, by its index. All do while the filter can't be understood or its columns have not come. */
  readonly keeps: (index: number) => boolean;
  /** What is wrong with the filter and where. */
  readonly error: FilterError | null;
}

const all = () => true;

type Known = Pick<ComparedRuns, "runs" | "cells" | "summary">;

/** Runs that the filter is true of. A single word that is no filter is looked for in the names, as people try first. */
export function filteredRuns(known: Known, text: string): FilterResult {
  const { runs } = known;
  const parsed = parseFilter(text);
  if (parsed.ok) {
    const missing = filterColumns(text).some((id) => isColumn(known, id) && !known.cells.has(id));
    if (parsed.filter === null || missing) return { keeps: all, error: null };
    const [fits, subject] = [predicateOf(parsed.filter), subjects(known)];
    return { keeps: (index) => fits(subject(index)), error: null };
  }
  const word = text.trim().toLowerCase();
  if (!/^[^\s.=<>!()"'`]+$/.test(word)) return { keeps: all, error: parsed.error };
  return { keeps: (index) => runs[index]?.name.toLowerCase().includes(word) ?? false, error: null };
}

/** Ids of the columns that a filter names; none while it can't be understood. */
export function filterColumns(text: string): readonly string[] {
  const parsed = parseFilter(text);
  if (!parsed.ok || parsed.filter === null) return [];
  return fieldsOf(parsed.filter).flatMap((field) =>
    field.of === "run" ? [] : [columnId(kinds[field.of], field.name)],
  );
}

const kinds = { metrics: "metric", params: "parameter", tags: "tag" } as const;

function fieldsOf(filter: Filter): readonly FilterField[] {
  switch (filter.kind) {
    case "and":
    case "or":
      return filter.parts.flatMap(fieldsOf);
    case "not":
      return fieldsOf(filter.part);
    case "compare":
    case "like":
    case "in":
    case "null":
      return [filter.field];
  }
}

/** A name that no run has is no column: the filter is simply false of it. */
function isColumn({ summary }: Known, id: string): boolean {
  const has = (kind: "metric" | "parameter" | "tag") =>
    summary[`${kind}s`].some(({ key }) => columnId(kind, key) === id);
  return has("metric") || has("parameter") || has("tag");
}

/** The subject of each row is good until the next one is asked for. */
function subjects({ runs, cells }: Known): (index: number) => FilterSubject {
  let [run, at]: [CompareRun | undefined, number] = [undefined, 0];
  const columns = new Map<string, Cells | undefined>();
  const column = (kind: "metric" | "parameter" | "tag", name: string) => {
    const id = columnId(kind, name);
    if (!columns.has(id)) columns.set(id, cells.get(id));
    return columns.get(id);
  };
  const text = (kind: "parameter" | "tag") => (name: string) => column(kind, name)?.at(at)?.text ?? null;
  const subject: FilterSubject = {
    metric: (name) => {
      const found = column("metric", name);
      return found?.has(at) === true ? found.number(at) : null;
    },
    parameter: text("parameter"),
    tag: text("tag"),
    attribute: (name) => (run === undefined ? null : attributeOf(run, name)),
  };
  return (index) => {
    [run, at] = [runs[index], index];
    return subject;
  };
}
