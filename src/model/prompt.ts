/** Prompts of MLflow's registry: models on the wire and in the store, with a tag that says what they are, and without any file. */

import type { Tags } from "./registry.ts";

export const promptTag = "mlflow.prompt.is_prompt";

/** Tag of a version: its template, or its messages as JSON. */
export const promptText = "mlflow.prompt.text";

/** By the tags of a model or of one of its versions. */
export function isPrompt(tags: Tags): boolean {
  return tags[promptTag]?.toLowerCase() === "true";
}
