/** Names of metrics by their number. */

import type { Connection } from "./connection.ts";

export interface MetricNames {
  readonly all: ReadonlyMap<number, string>;
  /** Without those of the machine, which the recorder measures. */
  readonly own: ReadonlyMap<number, string>;
}

interface Known {
  readonly all: Map<number, string>;
  readonly own: Map<number, string>;
  last: number;
}

/** A name keeps its number for good, so each is read once; a project may have 100,000. */
const knownNames = new WeakMap<Connection, Known>();

export function metricNames(connection: Connection): MetricNames {
  const known = knownNames.get(connection) ?? { all: new Map(), own: new Map(), last: 0 };
  knownNames.set(connection, known);
  const sql = "select id, name from metric_name where id > ? order by id";
  for (const { id, name } of connection.rows<{ id: number; name: string }>(sql, known.last)) {
    known.all.set(id, name);
    if (!name.startsWith("system/")) known.own.set(id, name);
    known.last = id;
  }
  return known;
}
