/**
 * The pyramid over the chunks of a series (`pyramid.ts` of the store); series of older files get theirs bit by bit, as they are read
 * and grow. And an index that holds a column of the runs table whole.
 */
export const sql = `
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
) without rowid;

alter table series add column pyramid integer not null default 0;

create index series_by_metric on series (metric, run, attempt, last, min, max);
`;
