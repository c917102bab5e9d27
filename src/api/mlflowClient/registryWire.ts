/** What a team's MLflow server answers about models, checked. One entry that is odd is left out, not the list. */

import * as z from "zod";
import type { TeamModel, TeamVersion } from "../../model/teamRegistry.ts";

const name = z.string().min(1).max(1_000);
const text = z.string().max(100_000).nullish().catch(null);
const version = z.coerce.number().pipe(z.int().min(1));
const time = z.coerce.number().pipe(z.int()).catch(0);
const tags = z
  .array(z.object({ key: name, value: z.string().max(100_000).catch("") }))
  .max(10_000)
  .catch([])
  .default([])
  .transform((pairs) => Object.fromEntries(pairs.map(({ key, value }) => [key, value])));

const rawModel = z.object({
  ...{ name, description: text, tags },
  aliases: z
    .array(z.object({ alias: name, version }))
    .max(10_000)
    .catch([])
    .default([]),
});

const rawVersion = z.object({
  ...{ name, version, tags, description: text, source: text, run_id: text, user_id: text },
  ...{ creation_timestamp: time, current_stage: text },
});

export type ModelHead = Omit<TeamModel, "versions">;

export function modelsOfWire(list: unknown): readonly ModelHead[] {
  return each(list, rawModel).map(({ description, ...model }) => ({
    ...model,
    description: description ?? "",
  }));
}

export function versionsOfWire(
  list: unknown,
): readonly (Omit<TeamVersion, "aliases"> & { readonly model: string })[] {
  return each(list, rawVersion).map((raw) => ({
    ...{ model: raw.name, version: raw.version, created: raw.creation_timestamp, tags: raw.tags },
    ...{ user: raw.user_id ?? "", description: raw.description ?? "", source: raw.source ?? "" },
    ...{ stage: raw.current_stage || "None", runId: raw.run_id || null },
  }));
}

function each<T>(list: unknown, shape: z.ZodType<T>): readonly T[] {
  return (Array.isArray(list) ? list : []).flatMap((one) => {
    const parsed = shape.safeParse(one);
    return parsed.success ? [parsed.data] : [];
  });
}
