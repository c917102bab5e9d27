/** The first schema. Meanings of tables and columns: `schema.ts`. */
export const sql = `
create table meta (name text primary key, value integer not null) without rowid;
insert into meta values ('revision', 0);

create table run (
  key integer primary key,
  id text not null unique,
  name text not null,
  experiment text not null,
  host text not null,
  argv text not null,
  cwd text not null,
  script text,
  code text,
  created real not null,
  directory text not null,
  state text not null default 'unknown',
  reason text,
  drained integer not null default 0,
  attempt integer not null default 1,
  exit_code integer,
  signal text,
  started real,
  ended real,
  as_of real not null,
  note text not null default '',
  starred integer not null default 0,
  deleted_at real,
  environment text,
  key_series integer,
  findings integer not null default 0
);
create index run_by_time on run (created desc, id desc);
create index run_by_name on run (name);
create index run_by_state on run (state);
create index run_by_script on run (script, created desc);

create table cursor (
  run integer primary key references run on delete cascade,
  offset integer not null,
  line integer not null,
  identity text not null,
  attempt integer not null
);

create table parameter (
  run integer not null references run on delete cascade,
  name text not null,
  value text not null,
  source text not null,
  primary key (run, name)
) without rowid;

create table tag (
  run integer not null references run on delete cascade,
  name text not null,
  value text,
  personal integer not null,
  primary key (run, name)
) without rowid;

create table finding (
  run integer not null references run on delete cascade,
  number integer not null,
  code text not null,
  text text not null,
  time real not null,
  line integer,
  primary key (run, number)
) without rowid;

create table metric_name (id integer primary key, name text not null unique);

create table series (
  id integer primary key,
  run integer not null references run on delete cascade,
  attempt integer not null,
  metric integer not null references metric_name,
  last real,
  last_step real not null,
  min real,
  min_step real,
  max real,
  max_step real,
  count integer not null,
  nan integer not null,
  inf integer not null,
  step0 real not null,
  step1 real not null,
  time0 real not null,
  time1 real not null,
  chunks integer not null,
  sample text not null,
  unique (run, metric, attempt)
);

create table chunk (
  series integer not null references series on delete cascade,
  number integer not null,
  count integer not null,
  step0 real not null,
  step1 real not null,
  time0 real not null,
  time1 real not null,
  data blob not null,
  primary key (series, number)
) without rowid;

create table node (
  key integer primary key,
  id text not null unique,
  kind text not null,
  label text not null,
  detail text not null,
  ref text not null,
  digest text,
  bytes integer,
  files integer,
  version integer
);
create index node_by_ref on node (kind, ref);

create table edge (
  used integer not null references node,
  made integer not null references node,
  kind text not null,
  how text not null,
  run_id text,
  time real not null,
  primary key (used, made, kind)
) without rowid;
create index edge_by_made on edge (made, used);

create table run_file (
  run integer not null references run on delete cascade,
  direction text not null,
  path text not null,
  type text not null,
  files integer not null,
  bytes integer not null,
  digest text,
  reason text,
  changed integer not null,
  how text not null,
  time real not null,
  node integer not null references node,
  primary key (run, direction, path)
) without rowid;
create index run_file_by_node on run_file (node);

create table audit (
  sequence integer primary key,
  time real not null,
  actor text not null,
  event text not null,
  previous_hash text not null,
  hash text not null
);
create trigger audit_is_never_changed before update on audit begin select raise(abort, 'the audit log is append-only'); end;
create trigger audit_is_never_cut before delete on audit begin select raise(abort, 'the audit log is append-only'); end;
create trigger audit_has_no_gap before insert on audit
when new.sequence <> (select coalesce(max(sequence), 0) + 1 from audit)
begin select raise(abort, 'the audit log has no gaps'); end;

create table model (name text primary key, created real not null) without rowid;

create table model_version (
  model text not null references model,
  version integer not null,
  run_id text not null,
  artifact text not null,
  digest text not null,
  bytes integer not null,
  created real not null,
  actor text not null,
  primary key (model, version)
) without rowid;
create index model_version_by_run on model_version (run_id);

create table alias (
  model text not null references model,
  alias text not null,
  version integer not null,
  since real not null,
  actor text not null,
  reason text not null,
  previous integer,
  primary key (model, alias)
) without rowid;
`;
