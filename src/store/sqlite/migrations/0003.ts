/**
 * What clients of MLflow's protocol say: experiments with an id, who ran a run, data sets and logged models that a run used or made, and
 * the time of the last value of a series. Columns without a comment mean what they mean elsewhere (`schema.ts`).
 */
export const sql = `
alter table run add column user text not null default '';
create index run_by_experiment on run (experiment, coalesce(started, created) desc, id);

alter table series add column last_time real not null default 0;
update series set last_time = time1;
drop index series_by_metric;
create index series_by_metric on series (metric, run, attempt, last, min, max, last_step, last_time);

create table experiment (
  key integer primary key,
  id text not null unique,
  name text not null unique,
  artifact_location text not null,
  created real not null,
  updated real not null,
  deleted_at real
);

create table experiment_tag (
  experiment integer not null references experiment on delete cascade,
  name text not null,
  value text not null,
  primary key (experiment, name)
) without rowid;

create table run_input (
  run integer not null references run on delete cascade,
  number integer not null,
  name text not null,
  digest text not null,
  source_type text not null,
  source text not null,
  schema text,
  profile text,
  tags text not null,
  context text,
  primary key (run, name, digest)
);

create table model_use (
  run integer not null references run on delete cascade,
  direction text not null,
  model text not null,
  step real not null,
  number integer not null,
  primary key (run, direction, model, step)
) without rowid;

create table logged_model (
  key integer primary key,
  id text not null unique,
  run integer references run on delete cascade,
  source_run text,
  experiment text not null,
  name text not null default '',
  type text not null default '',
  status text not null default 'pending',
  status_message text not null default '',
  created real not null,
  updated real not null,
  deleted_at real
);
create index logged_model_by_experiment on logged_model (experiment, created desc);
create index logged_model_by_run on logged_model (run);

create table logged_model_parameter (
  model integer not null references logged_model on delete cascade,
  name text not null,
  value text not null,
  primary key (model, name)
) without rowid;

create table logged_model_tag (
  model integer not null references logged_model on delete cascade,
  name text not null,
  value text not null,
  primary key (model, name)
) without rowid;

create table logged_model_metric (
  model text not null,
  run integer not null references run on delete cascade,
  name text not null,
  dataset_name text not null,
  dataset_digest text not null,
  step real not null,
  time real not null,
  value real,
  primary key (model, name, dataset_name, dataset_digest, step, time, run)
) without rowid;
create index logged_model_metric_by_run on logged_model_metric (run);
`;
