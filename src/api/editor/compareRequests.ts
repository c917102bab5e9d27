/** What a comparison asks beyond pixels: its table by columns, and what takes more than the table. */

import * as z from "zod";
import { mostDetails } from "../../model/compareTable.ts";
import { compareColumns, compareDetails, compareSummary, compareTable } from "../../ops/compareTable.ts";
import { metricImportance } from "../../ops/metricImportance.ts";
import type { RequestName } from "../../protocol/editor.ts";
import { ids, type Requests } from "./request.ts";

type CompareRequest = Extract<RequestName, `compare/${string}`>;

const ask = z.strictObject({ runIds: ids, wanted: z.array(z.string().max(1_100)).max(10_000) });
const tableAsk = ask.extend({ glance: z.boolean().optional() });
const of = (most: number) => z.strictObject({ runIds: ids.max(most) });
/** Files and environments are read run by run. */
const mostRead = 200;

export const compareRequests: Requests<CompareRequest> = {
  "compare/table": {
    input: tableAsk,
    async answer(query, { store, teams }) {
      teams.look(query.runIds);
      return compareTable(query, (await store.existing())?.runs ?? null);
    },
  },
  "compare/columns": {
    input: ask,
    async answer(query, { store }) {
      return compareColumns(query, (await store.existing())?.runs ?? null);
    },
  },
  "compare/summary": {
    input: of(10_000),
    async answer({ runIds }, { store }) {
      return compareSummary(runIds, (await store.existing())?.runs ?? null);
    },
  },
  "compare/details": {
    input: of(mostDetails),
    async answer({ runIds }, { store }) {
      return compareDetails(runIds, (await store.existing())?.runs ?? null);
    },
  },
  "compare/files": {
    input: of(mostRead),
    async answer({ runIds }, { store }) {
      const lineage = (await store.existing())?.lineage;
      return Promise.all(runIds.map(async (id) => (await lineage?.files(id)) ?? []));
    },
  },
  "compare/environments": {
    input: of(mostRead),
    async answer({ runIds }, { store }) {
      const runs = (await store.existing())?.runs;
      return Promise.all(runIds.map(async (id) => (await runs?.environment(id)) ?? null));
    },
  },
  "compare/importance": {
    input: z.strictObject({ runIds: ids, metric: z.string().max(1_000) }),
    async answer({ runIds, metric }, { store }) {
      return metricImportance(runIds, metric, (await store.existing())?.runs ?? null);
    },
  },
};
