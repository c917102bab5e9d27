/**
 * Chunks and rows of the pyramid become rows of plain tables: in a table without rowid a page held two or three of them, so that each
 * look-up went ten pages deep. Where their points lie is in an index of its own: a zoom reads only what it shows. The pyramid gets
 * finer steps between its levels, so what an older file has of it is built anew, bit by bit.
 *
 * And the runs table gets its metrics by columns (`columnTile.ts`); a run that changes leaves its tile by itself, and nothing
 * of a run that is purged stays in one. A tile is of 512 keys.
 */
export const sql = `
create table chunk_now (
  series integer not null references series on delete cascade,
  number integer not null,
  count integer not null,
  step0 real not null,
  step1 real not null,
  time0 real not null,
  time1 real not null,
  data blob not null,
  primary key (series, number)
);
insert into chunk_now select series, number, count, step0, step1, time0, time1, data from chunk order by series, number;
drop table chunk;
alter table chunk_now rename to chunk;
create index chunk_by_extent on chunk (series, number, step0, step1, time0, time1);

drop table pyramid;
create table pyramid (
  series integer not null references series on delete cascade,
  level integer not null,
  number integer not null,
  step0 real not null,
  step1 real not null,
  time0 real not null,
  time1 real not null,
  data blob not null,
  primary key (series, level, number)
);
create index pyramid_by_extent on pyramid (series, level, number, step0, step1, time0, time1);
update series set pyramid = 0;

create table tiled (run integer primary key references run on delete cascade);
create table column_tile (
  tile integer not null,
  metric integer not null references metric_name,
  last blob not null,
  extremes blob not null,
  primary key (tile, metric)
);
create trigger new_series_leaves_tile after insert on series begin delete from tiled where run = new.run; end;
create trigger series_leaves_tile after update of last, min, max on series
begin delete from tiled where run = new.run; end;
create trigger lost_series_leaves_tile after delete on series begin delete from tiled where run = old.run; end;
create trigger purged_run_takes_tile_along after delete on run begin
  delete from tiled where run between old.key / 512 * 512 and old.key / 512 * 512 + 511;
  delete from column_tile where tile = old.key / 512;
end;
`;
