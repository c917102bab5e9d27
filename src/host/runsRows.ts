/**
 * The rows of the Runs view, kept as objects over refreshes. The editor forgets every row when a whole tree is read again, and with
 * it what a menu was just opened on; while runs are live only the rows that look different are told to it. Pure.
 */

import type { Run } from "../model/run.ts";
import { parentsOf, type RunsGroup } from "./runsGroups.ts";

export interface RunRow {
  readonly kind: "run";
  run: Run;
  /** The parts of it, newest first. */
  parts: readonly RunRow[];
  /** What it is a part of. */
  above: RunRow | null;
}

export interface GroupRow {
  readonly kind: "group";
  group: RunsGroup;
  readonly rows: readonly RunRow[];
}

export class RunsRows {
  /** Everything that is shown of a run, as one text. */
  private readonly face: (run: Run) => string;
  private readonly byRun = new Map<string, RunRow>();
  private readonly faces = new Map<string, string>();
  private structure = "";

  groups: readonly GroupRow[] = [];

  constructor(face: (run: Run) => string) {
    this.face = face;
  }

  /** Takes over new groups. Answers the rows that look different, or null when rows came, went or moved. */
  update(groups: readonly RunsGroup[]): readonly RunRow[] | null {
    const all = groups.flatMap(({ runs }) => runs);
    const parents = parentsOf(all);
    const structure = JSON.stringify(
      groups.map(({ id, label, runs }) => [id, label, runs.map((run) => [run.id, parents.get(run.id)?.id])]),
    );
    const changed = all.filter((run) => this.take(run));
    if (structure === this.structure) {
      for (const [at, group] of groups.entries()) {
        const row = this.groups[at];
        if (row !== undefined) row.group = group;
      }
      return changed.flatMap(({ id }) => this.byRun.get(id) ?? []);
    }
    this.structure = structure;
    this.nest(all, parents);
    this.groups = groups.map((group) => ({
      kind: "group",
      group,
      rows: group.runs.flatMap(({ id }) => this.byRun.get(id) ?? []).filter(({ above }) => above === null),
    }));
    this.forgetOthers(groups);
    return null;
  }

  groupOf(runId: string): GroupRow | undefined {
    return this.groups.find(({ group }) => group.runs.some(({ id }) => id === runId));
  }

  row(runId: string): RunRow | undefined {
    return this.byRun.get(runId);
  }

  /** True when the run looks different from before. */
  private take(run: Run): boolean {
    const row = this.byRun.get(run.id);
    if (row === undefined) this.byRun.set(run.id, { kind: "run", run, parts: [], above: null });
    else row.run = run;
    const face = this.face(run);
    if (this.faces.get(run.id) === face) return false;
    this.faces.set(run.id, face);
    return true;
  }

  private nest(runs: readonly Run[], parents: ReadonlyMap<string, Run>): void {
    const parts = new Map<RunRow, RunRow[]>();
    for (const { id } of runs) {
      const row = this.byRun.get(id);
      if (row === undefined) continue;
      row.above = this.byRun.get(parents.get(id)?.id ?? "") ?? null;
      if (!parts.has(row)) parts.set(row, []);
      if (row.above === null) continue;
      const siblings = parts.get(row.above) ?? [];
      siblings.push(row);
      parts.set(row.above, siblings);
    }
    for (const [row, below] of parts) row.parts = below;
  }

  private forgetOthers(groups: readonly RunsGroup[]): void {
    const kept = new Set(groups.flatMap(({ runs }) => runs.map(({ id }) => id)));
    for (const id of this.byRun.keys()) {
      if (kept.has(id)) continue;
      this.byRun.delete(id);
      this.faces.delete(id);
    }
  }
}
