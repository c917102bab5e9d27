/** What MLflow's clients say of a run in tags of their own, apart from those that people give it. */

import type { Run } from "./run.ts";

const prefix = "mlflow.";
/** The description that MLflow's own pages write and show. */
export const noteTag = "mlflow.note.content";
export const parentTag = "mlflow.parentRunId";

type Tagged = Pick<Run, "tags">;

/** The tags of a run that people gave it. */
export function givenTags({ tags }: Tagged): readonly (readonly [key: string, value: string])[] {
  return Object.entries(tags).filter(([key]) => !key.startsWith(prefix));
}

/** The note on a run: what was written here, else what a client says. */
export function noteOf({ note, tags }: Pick<Run, "note" | "tags">): string {
  return note === "" ? (tags[noteTag] ?? "") : note;
}

/** Who logged a run, from which script at which commit; empty where nobody said so. */
export function sourceOf({ tags }: Tagged): {
  readonly user: string;
  readonly script: string;
  readonly commit: string;
} {
  const said = (name: string) => tags[`${prefix}${name}`] ?? "";
  return { user: said("user"), script: said("source.name"), commit: said("source.git.commit") };
}

/** A run that a client, a team's server or another tool's log told of: nobody here started its script. */
export function isTold({ argv }: Pick<Run, "argv">): boolean {
  return argv.length === 0;
}

/** The run is kept on a team's server, and only read here. */
export function isKeptElsewhere(run: Pick<Run, "argv" | "host">): boolean {
  return isTold(run) && run.host !== "here";
}
