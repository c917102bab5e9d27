/** Changes of what is said about models and versions: names, descriptions, tags and the stages of MLflow's older clients. */

import { RunlineError } from "../model/failure.ts";
import type { Actor, Model, ModelStage, RegistryEvent, Tags } from "../model/registry.ts";
import type { RegistryStore } from "../store/store.ts";
import { modelOf, versionOf } from "./promote.ts";

export interface RegistryParts {
  readonly registry: RegistryStore;
  readonly clock: () => number;
  readonly actor: Actor;
}

export interface NewModel {
  readonly model: string;
  readonly description: string;
  readonly tags: Tags;
}

/** Makes a model without versions. Throws `modelExists`. */
export async function createModel(
  { model, description, tags }: NewModel,
  parts: RegistryParts,
): Promise<void> {
  const said = {
    ...(description === "" ? {} : { description }),
    ...(Object.keys(tags).length === 0 ? {} : { tags }),
  };
  await decide(parts, [model], (models) => {
    if (models.length > 0) throw new RunlineError("modelExists", { model });
    return [{ type: "model.created", model, ...said }];
  });
}

export type RegistryEdit = Extract<
  RegistryEvent,
  {
    readonly type:
      | "model.renamed"
      | "model.described"
      | "model.tagged"
      | "version.described"
      | "version.tagged";
  }
>;

/** Makes one change; a tag that is there already, or is not there to be removed, adds nothing. Throws `modelUnknown`, `modelExists`, `versionUnknown`. */
export async function editRegistry(edit: RegistryEdit, parts: RegistryParts): Promise<void> {
  const about = edit.type === "model.renamed" ? [edit.model, edit.name] : [edit.model];
  await decide(parts, about, (models) => {
    const model = modelOf(edit.model, models);
    if (edit.type === "model.renamed" && edit.name !== edit.model && models.length > 1)
      throw new RunlineError("modelExists", { model: edit.name });
    const { tags } = "version" in edit ? versionOf(edit.version, model) : model;
    if ("tag" in edit && (tags[edit.tag] ?? null) === edit.value) return [];
    return [edit];
  });
}

/**
 * Moves a version to a stage; with `archive`, the versions that were in that stage go to the archive. Throws `modelUnknown`,
 * `versionUnknown`.
 */
export async function stageVersion(
  asked: {
    readonly model: string;
    readonly version: number;
    readonly stage: ModelStage;
    readonly archive: boolean;
  },
  parts: RegistryParts,
): Promise<void> {
  const { model: name, version, stage } = asked;
  await decide(parts, [name], (models) => {
    const model = modelOf(name, models);
    versionOf(version, model);
    const before = asked.archive
      ? model.versions.filter((each) => each.version !== version && each.stage === stage)
      : [];
    return [
      ...before.map((each) => ({
        ...staged,
        model: name,
        version: each.version,
        stage: "Archived" as const,
      })),
      { ...staged, model: name, version, stage },
    ];
  });
}

const staged = { type: "version.staged" } as const;

/** One transaction over the models that a change is about. */
export async function decide(
  { registry, clock, actor }: RegistryParts,
  about: readonly string[],
  events: (models: readonly Model[]) => readonly RegistryEvent[],
): Promise<void> {
  await registry.append(actor, clock(), events, about);
}
