/** The model registry and its log. */

import * as z from "zod";
import { copyFile } from "../../ops/copyFile.ts";
import { fileDigest } from "../../ops/fileDigest.ts";
import { promote } from "../../ops/promote.ts";
import { register } from "../../ops/register.ts";
import { removeAlias } from "../../ops/removeAlias.ts";
import { emptyVerdict } from "../emptyAudit.ts";
import { id, nothing, type Requests, sentence } from "./request.ts";

type ModelRequest =
  | "models/list"
  | "models/register"
  | "models/promote"
  | "models/removeAlias"
  | "audit/list"
  | "audit/verify";

export const modelRequests: Requests<ModelRequest> = {
  "models/list": {
    input: nothing,
    async answer(_, project) {
      return (await project.store.existing())?.registry.models() ?? [];
    },
  },
  "models/register": {
    writes: true,
    input: z.strictObject({ runId: id, path: sentence, model: sentence }),
    async answer(asked, { store, actor, clock, layout, compute }) {
      const parts = {
        store: await store.needed(),
        workspace: layout.workspace,
        compute,
        clock,
        digest: fileDigest,
        copy: copyFile,
      };
      return register({ ...asked, actor: await actor() }, parts);
    },
  },
  "models/promote": {
    writes: true,
    input: z.strictObject({
      model: sentence,
      version: z.int().min(1),
      alias: sentence,
      reason: sentence,
      expected: z.int().min(1).nullable().exactOptional(),
    }),
    async answer(asked, { store, actor, clock }) {
      return promote({ ...asked, actor: await actor() }, (await store.needed()).registry, clock);
    },
  },
  "models/removeAlias": {
    writes: true,
    input: z.strictObject({ model: sentence, alias: sentence, reason: sentence }),
    async answer(asked, { store, actor, clock }) {
      await removeAlias({ ...asked, actor: await actor() }, (await store.needed()).registry, clock);
      return null;
    },
  },
  "audit/list": {
    input: z.strictObject({ limit: z.int().min(1).max(100_000).exactOptional() }),
    async answer({ limit }, project) {
      return (await project.store.existing())?.registry.audit(limit) ?? [];
    },
  },
  "audit/verify": {
    input: nothing,
    async answer(_, project) {
      return (await project.store.existing())?.registry.verify() ?? emptyVerdict;
    },
  },
};
