/** Problems that were found in traces (JSON is in content), and traces that a run is said to be about before they are there. */
export const sql = `
create table issue (
  id text primary key,
  created real not null,
  content text not null
) without rowid;
create table awaited_trace (
  id text not null,
  run_id text not null,
  primary key (id, run_id)
) without rowid;
create index assessment_of_issue on assessment (name, trace) where kind = 'issue';
`;
