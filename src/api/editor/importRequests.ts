/** Import of what other tools have written: what lies in the workspace, and one import in the background. */

import { realpath } from "node:fs/promises";
import * as z from "zod";
import { RunlineError } from "../../model/failure.ts";
import { foreignKinds } from "../../model/foreignLog.ts";
import { ImportJob } from "../../ops/importJob.ts";
import { wasImported } from "../../ops/importRuns.ts";
import type { RequestName } from "../../protocol/editor.ts";
import type { Context } from "./context.ts";
import { nothing, type Requests } from "./request.ts";

type ImportRequest = Extract<RequestName, `import/${string}`>;

const place = z.strictObject({ kind: z.enum(foreignKinds), path: z.string().min(1).max(4_096) });

/** How deep logs are looked for in a workspace that nobody named a folder of. */
const shallow = 2;
const deep = 4;

/** By workspace: a project is opened anew when its settings change, an import goes on meanwhile. */
const jobs = new Map<string, ImportJob>();

export const importRequests: Requests<ImportRequest> = {
  "import/find": {
    input: z.strictObject({ path: z.string().min(1).max(4_096).optional() }),
    async answer({ path }, context) {
      const readers = readersOf(context);
      const root = path ?? context.layout.workspace;
      const real = await realpath(root).catch(() => root);
      const found = await readers.find(real, path === undefined ? shallow : deep);
      // A place that can't be counted just now can't be imported now either.
      return Promise.all(
        found.map(async (each) => ({
          ...each,
          runs: await readers.count(each).catch(() => 0),
          imported: await wasImported(each, { ...context, readers }).catch(() => false),
        })),
      );
    },
  },
  "import/start": {
    writes: true,
    input: z.strictObject({
      places: z.array(place).min(1).max(1_000),
      again: z.boolean().exactOptional(),
    }),
    async answer({ places, again = false }, context) {
      const { layout, compute, clock, store } = context;
      const readers = readersOf(context);
      jobOf(context).start(places, again, async () => ({
        ...{ layout, compute, clock, readers },
        store: await store.needed(),
      }));
      return null;
    },
  },
  "import/state": {
    input: nothing,
    async answer(_, context) {
      const { imported, ...state } = jobOf(context).state;
      const sums = imported.map(({ place: { kind, path }, troubles, ...each }) => ({
        ...{ kind, path, ...each },
        troubles: troubles.slice(0, 20),
      }));
      return { ...state, imported: sums };
    },
  },
  "import/cancel": {
    input: nothing,
    async answer(_, context) {
      jobOf(context).cancel();
      return null;
    },
  },
};

function jobOf({ layout }: Context): ImportJob {
  const job = jobs.get(layout.workspace) ?? new ImportJob();
  jobs.set(layout.workspace, job);
  return job;
}

function readersOf({ foreign }: Context) {
  if (foreign === undefined) throw new RunlineError("usage", { cause: "Nothing can be imported here." });
  return foreign;
}
