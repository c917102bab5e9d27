/**
 * The registry as MLflow's clients know it: descriptions, tags and stages, versions without a run, models that are renamed or deleted.
 * Both tables below a model are made anew, so that they follow its name.
 */
export const sql = `
alter table model add column updated real not null default 0;
alter table model add column description text not null default '';
alter table model add column tags text not null default '{}';
alter table model add column last integer not null default 0;
update model set
  updated = coalesce((select max(created) from model_version where model = name), created),
  last = coalesce((select max(version) from model_version where model = name), 0);

create table version_anew (
  model text not null references model on update cascade on delete cascade,
  version integer not null,
  run_id text,
  artifact text,
  digest text,
  bytes integer,
  created real not null,
  updated real not null,
  actor text not null,
  description text not null,
  tags text not null,
  stage text not null,
  origin text,
  primary key (model, version)
) without rowid;
insert into version_anew
  select model, version, run_id, artifact, digest, bytes, created, created, actor, '', '{}', 'None', null from model_version;
drop table model_version;
alter table version_anew rename to model_version;
create index model_version_by_run on model_version (run_id);

create table alias_anew (
  model text not null references model on update cascade on delete cascade,
  alias text not null,
  version integer not null,
  since real not null,
  actor text not null,
  reason text not null,
  previous integer,
  primary key (model, alias)
) without rowid;
insert into alias_anew select model, alias, version, since, actor, reason, previous from alias;
drop table alias;
alter table alias_anew rename to alias;

create table webhook (
  id text primary key,
  time real not null,
  content text not null
) without rowid;
`;
