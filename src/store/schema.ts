/**
 * The tables as every engine has them, for typed queries. JSON is kept as text, yes and no as 1 and 0, times as epoch
 * milliseconds. A number that is null stands for NaN where the column's comment says so.
 */

import type { Generated } from "kysely";

export interface RunTable {
  key: Generated<number>;
  id: string;
  name: string;
  experiment: string;
  host: string;
  argv: string;
  cwd: string;
  script: string | null;
  code: string | null;
  created: number;
  directory: string;
  state: Generated<string>;
  reason: string | null;
  drained: Generated<number>;
  attempt: Generated<number>;
  exit_code: number | null;
  signal: string | null;
  started: number | null;
  ended: number | null;
  as_of: number;
  note: Generated<string>;
  starred: Generated<number>;
  deleted_at: number | null;
  environment: string | null;
  /** Series of the key metric in the latest attempt that has it. */
  key_series: number | null;
  /** All findings that ever came, also those past the cap. */
  findings: Generated<number>;
  /** Who ran it, as a client of MLflow's protocol says; "" where none did. */
  user: Generated<string>;
}

/** How far a run's journal is taken in, and the attempt that its next record belongs to. */
export interface CursorTable {
  run: number;
  offset: number;
  line: number;
  identity: string;
  attempt: number;
}

export interface ParameterTable {
  run: number;
  name: string;
  value: string;
  source: string;
}

/** A value of null is a tag that a person took away: it keeps the journal from bringing it back. */
export interface TagTable {
  run: number;
  name: string;
  value: string | null;
  personal: number;
}

export interface FindingTable {
  run: number;
  number: number;
  code: string;
  text: string;
  time: number;
  line: number | null;
}

export interface MetricNameTable {
  id: Generated<number>;
  name: string;
}

/** One row per run × attempt × metric; `last` is the value of `last_step` and `last_time`. `last`, `min`, `max` and their steps: null is NaN. */
export interface SeriesTable {
  id: Generated<number>;
  run: number;
  attempt: number;
  metric: number;
  last: number | null;
  last_step: number;
  last_time: Generated<number>;
  min: number | null;
  min_step: number | null;
  max: number | null;
  max_step: number | null;
  count: number;
  nan: number;
  inf: number;
  step0: number;
  step1: number;
  time0: number;
  time1: number;
  /** Number of chunks; the last one is open. */
  chunks: number;
  /** Chunks, from the first on, that the pyramid stands for; the last chunk is never among them while it is open. */
  pyramid: Generated<number>;
  /** `Sample` as JSON, non-finite values as texts. */
  sample: string;
}

/** Header and columns of up to 4,096 points; the header lets a zoom read only what it shows. */
export interface ChunkTable {
  series: number;
  number: number;
  count: number;
  step0: number;
  step1: number;
  time0: number;
  time1: number;
  data: Uint8Array;
}

/** A row of buckets (`pyramid.ts`), numbered from 0 in its level; the range is that of its points, as in a chunk's header. */
export interface PyramidTable {
  series: number;
  level: number;
  number: number;
  step0: number;
  step1: number;
  time0: number;
  time1: number;
  data: Uint8Array;
}

/** A run whose metrics are in the columns of its tile; any change of them takes it away again. */
export interface TiledTable {
  run: number;
}

/** Figures of one metric of the tiled runs of a tile (`columnTile.ts`). */
export interface ColumnTileTable {
  tile: number;
  metric: number;
  last: Uint8Array;
  /** Minimum and maximum. */
  extremes: Uint8Array;
}

export interface NodeTable {
  key: Generated<number>;
  /** `nodeId` of the model. */
  id: string;
  kind: string;
  label: string;
  detail: string;
  ref: string;
  digest: string | null;
  bytes: number | null;
  files: number | null;
  version: number | null;
}

/** From what was used to what was made. */
export interface EdgeTable {
  used: number;
  made: number;
  kind: string;
  how: string;
  run_id: string | null;
  time: number;
}

export interface RunFileTable {
  run: number;
  direction: string;
  path: string;
  type: string;
  files: number;
  bytes: number;
  digest: string | null;
  reason: string | null;
  changed: number;
  how: string;
  time: number;
  node: number;
}

export interface AuditTable {
  sequence: number;
  time: number;
  actor: string;
  event: string;
  previous_hash: string;
  hash: string;
}

/** `tags` is JSON. `last` is the highest version number ever given. */
export interface ModelTable {
  name: string;
  created: number;
  updated: number;
  description: string;
  tags: string;
  last: number;
}

/** `tags` and `origin` are JSON; nulls are what nobody knows of a version that was not registered from a run. */
export interface ModelVersionTable {
  model: string;
  version: number;
  run_id: string | null;
  artifact: string | null;
  digest: string | null;
  bytes: number | null;
  created: number;
  updated: number;
  actor: string;
  description: string;
  tags: string;
  stage: string;
  origin: string | null;
}

export interface AliasTable {
  model: string;
  alias: string;
  version: number;
  since: number;
  actor: string;
  reason: string;
  previous: number | null;
}

/** `revision` grows with every commit. */
export interface MetaTable {
  name: string;
  value: number;
}

export interface Tables {
  run: RunTable;
  cursor: CursorTable;
  parameter: ParameterTable;
  tag: TagTable;
  finding: FindingTable;
  metric_name: MetricNameTable;
  series: SeriesTable;
  chunk: ChunkTable;
  pyramid: PyramidTable;
  tiled: TiledTable;
  column_tile: ColumnTileTable;
  node: NodeTable;
  edge: EdgeTable;
  run_file: RunFileTable;
  audit: AuditTable;
  model: ModelTable;
  model_version: ModelVersionTable;
  alias: AliasTable;
  meta: MetaTable;
}
