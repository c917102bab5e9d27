/** What is told of a run whatever else is asked: a row of its columns → the run's head. */

import type { Selectable } from "kysely";
import type { RunState } from "../../model/run.ts";
import type { RunHead } from "../../model/runTable.ts";
import type { RunTable } from "../schema.ts";

export const headColumns = [
  ...([
    "key",
    "id",
    "name",
    "experiment",
    "state",
    "reason",
    "host",
    "script",
    "attempt",
    "exit_code",
  ] as const),
  ...(["created", "started", "ended", "as_of", "note", "starred", "findings", "drained"] as const),
] as const;

/** A row of these columns, or of more. */
export type HeadRow = Pick<Selectable<RunTable>, (typeof headColumns)[number]>;

/** Field by field: this is done for ten thousand rows at once. */
export function headOf(row: HeadRow): RunHead {
  return {
    id: row.id,
    name: row.name,
    experiment: row.experiment,
    state: row.state as RunState,
    reason: row.reason,
    host: row.host,
    script: row.script,
    attempt: row.attempt,
    exitCode: row.exit_code,
    created: row.created,
    started: row.started,
    ended: row.ended,
    asOf: row.as_of,
    note: row.note,
    starred: row.starred === 1,
    findings: row.findings,
  };
}
