/** Traces, what was said of them, and the data sets and scorers of evaluations. JSON is in tags, metadata and content. */
export const sql = `
create table trace (
  key integer primary key,
  id text not null unique,
  experiment text not null,
  time real not null,
  duration real,
  state text not null,
  request_preview text,
  response_preview text,
  client_request_id text,
  metadata text not null,
  tags text not null,
  told integer not null,
  input_tokens integer,
  output_tokens integer,
  total_tokens integer,
  cost real
);
create index trace_by_time on trace (experiment, time desc, id);

create table span (
  trace integer not null references trace on delete cascade,
  id text not null,
  parent text,
  name text not null,
  type text not null,
  status text not null,
  start real not null,
  end real,
  content text not null,
  primary key (trace, id)
) without rowid;

create table trace_run (
  trace integer not null references trace on delete cascade,
  run_id text not null,
  primary key (trace, run_id)
) without rowid;
create index trace_by_run on trace_run (run_id);

create table assessment (
  trace integer not null references trace on delete cascade,
  id text not null,
  name text not null,
  kind text not null,
  value text not null,
  time real not null,
  valid integer not null,
  content text not null,
  primary key (trace, id)
) without rowid;

create table evaluation_dataset (
  id text primary key,
  name text not null,
  created real not null,
  content text not null
) without rowid;

create table dataset_record (
  number integer primary key,
  id text not null unique,
  dataset text not null references evaluation_dataset on delete cascade,
  inputs text not null,
  created real not null,
  content text not null,
  unique (dataset, inputs)
);

create table scorer (
  experiment text not null,
  name text not null,
  version integer not null,
  id text not null,
  serialized text not null,
  time real not null,
  primary key (experiment, name, version)
) without rowid;
`;
