/** Runs: look at them, start them, end them, change what a person may change. */

import { randomBytes } from "node:crypto";
import * as z from "zod";
import { runStates } from "../../model/run.ts";
import { runIdAt } from "../../model/runId.ts";
import { cancel } from "../../ops/cancel.ts";
import { deleteRuns, restoreRuns } from "../../ops/deleteRun.ts";
import { editRun } from "../../ops/editRun.ts";
import { runOf } from "../../ops/findRun.ts";
import { type HostLaunchParts, launchOnHost } from "../../ops/hostLaunch.ts";
import { launch } from "../../ops/launch.ts";
import { logSlice } from "../../ops/logSlice.ts";
import { reproduce } from "../../ops/reproduce.ts";
import type { RequestName } from "../../protocol/editor.ts";
import { slurmWish } from "../settings.ts";
import type { Context } from "./context.ts";
import { hostsOf } from "./hostRequests.ts";
import { id, ids, type Requests, sentence } from "./request.ts";

type RunRequest = Extract<RequestName, `runs/${string}`>;

const text = sentence;
const words = z.array(z.string().max(131_072)).max(10_000);
const path = z.string().min(1).max(4_096);
const states = z.array(z.enum(runStates)).max(100);
const one = z.strictObject({ id });
const many = z.strictObject({ ids });

export const runRequests: Requests<RunRequest> = {
  "runs/list": {
    input: z.strictObject({
      limit: z.int().min(0).max(10_000).exactOptional(),
      states: states.exactOptional(),
      ids: ids.exactOptional(),
      script: path.exactOptional(),
      text: text.exactOptional(),
    }),
    async answer(query, { store }) {
      return (await store.existing())?.runs.list(query) ?? [];
    },
  },
  "runs/counts": {
    input: z.strictObject({ states: states.exactOptional(), text: text.exactOptional() }),
    async answer(query, { store }) {
      return (await store.existing())?.runs.counts(query) ?? [];
    },
  },
  "runs/get": {
    input: one,
    async answer({ id }, { store, teams }) {
      teams.look([id]);
      return runOf(id, await store.existing());
    },
  },
  "runs/launch": {
    runs: true,
    writes: true,
    input: z.strictObject({
      script: path.exactOptional(),
      command: words.min(1).exactOptional(),
      arguments: words.exactOptional(),
      cwd: path.exactOptional(),
      name: text.exactOptional(),
      experiment: text.exactOptional(),
      python: path.exactOptional(),
      id: id.exactOptional(),
      host: text.exactOptional(),
      gpus: z.int().min(1).max(64).exactOptional(),
      slurm: slurmWish.exactOptional(),
      after: z.array(text).max(100).exactOptional(),
    }),
    async answer(ask, project) {
      const newId = () => runIdAt(project.clock(), randomBytes(16));
      const { host } = ask;
      if (host !== undefined) return launchOnHost({ ...ask, host }, await onHosts(project, newId));
      const store = () => project.store.needed();
      return launch(ask, { ...project, store, newId, prepared: project.gate.invite });
    },
  },
  "runs/cancel": {
    input: one,
    async answer({ id }, { store, compute }) {
      await cancel(id, await store.existing(), compute);
      return null;
    },
  },
  "runs/edit": {
    writes: true,
    input: z.strictObject({
      id,
      edit: z.strictObject({
        name: text.exactOptional(),
        note: z.string().max(100_000).exactOptional(),
        starred: z.boolean().exactOptional(),
        tags: z.record(text, text.nullable()).exactOptional(),
      }),
    }),
    async answer({ id, edit }, { store }) {
      await editRun(id, edit, await store.needed());
      return null;
    },
  },
  "runs/delete": {
    writes: true,
    input: many,
    async answer({ ids }, { store, clock }) {
      await deleteRuns(ids, await store.needed(), clock);
      return null;
    },
  },
  "runs/restore": {
    writes: true,
    input: many,
    async answer({ ids }, { store }) {
      await restoreRuns(ids, await store.needed());
      return null;
    },
  },
  "runs/findings": {
    input: one,
    async answer({ id }, { store }) {
      return (await store.existing())?.runs.findings(id) ?? [];
    },
  },
  "runs/environment": {
    input: one,
    async answer({ id }, { store }) {
      return (await store.existing())?.runs.environment(id) ?? null;
    },
  },
  "runs/files": {
    input: one,
    async answer({ id }, { store }) {
      return (await store.existing())?.lineage.files(id) ?? [];
    },
  },
  "runs/reproduce": {
    input: one,
    async answer({ id }, { store, code, compute, layout }) {
      return { command: await reproduce(id, await store.existing(), { code, compute }, layout.workspace) };
    },
  },
  "runs/log": {
    input: z.strictObject({ id, offset: z.int(), length: z.int().min(0) }),
    async answer(ask, { store, compute }) {
      const { bytes, offset, size } = await logSlice(ask, await store.existing(), compute);
      return { base64: Buffer.from(bytes).toString("base64"), offset, size };
    },
  },
};

async function onHosts(project: Context, newId: () => string): Promise<HostLaunchParts> {
  return { ...project, hosts: hostsOf(project), store: await project.store.needed(), newId };
}
