/** What a search for runs by a parameter finds them by, and which runs have a metric in several attempts. */
export const sql = `
create index parameter_by_value on parameter (name, value);
create index series_again on series (metric, run) where attempt > 1;
`;
