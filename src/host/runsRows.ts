/**
 * The rows of the Runs view, kept as objects over refreshes. The editor forgets every row when a whole tree is read again, and with
 * it what a menu was just opened on; while runs are live only the rows that look different are told to it. Pure.
 */

import type { Run } from "../model/run.ts";
import type { RunsGroup } from "./runsGroups.ts";

export interface RunRow {
  readonly kind: "run";
  run: Run;
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
    const structure = JSON.stringify(
      groups.map(({ id, label, runs }) => [id, label, runs.map((run) => run.id)]),
    );
    const changed = groups.flatMap(({ runs }) => runs).filter((run) => this.take(run));
    if (structure === this.structure) {
      for (const [at, group] of groups.entries()) {
        const row = this.groups[at];
        if (row !== undefined) row.group = group;
      }
      return changed.flatMap(({ id }) => this.byRun.get(id) ?? []);
    }
    this.structure = structure;
    this.groups = groups.map((group) => ({
      kind: "group",
      group,
      rows: group.runs.flatMap(({ id }) => this.byRun.get(id) ?? []),
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
    if (row === undefined) this.byRun.set(run.id, { kind: "run", run });
    else row.run = run;
    const face = this.face(run);
    if (this.faces.get(run.id) === face) return false;
    this.faces.set(run.id, face);
    return true;
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
