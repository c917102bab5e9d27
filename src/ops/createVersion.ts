/** Makes whatever lies at a URI the next version of a model, as clients of MLflow's protocol do. */

import { RunlineError } from "../model/failure.ts";
import type { CreatedVersion, ModelVersion } from "../model/registry.ts";
import { decide, type RegistryParts } from "./editRegistry.ts";
import { modelOf } from "./promote.ts";

/** Unlike `register`, it checks nothing of the bytes: `digest` is null where they are out of reach. Throws `modelUnknown`. */
export async function createVersion(
  asked: Omit<CreatedVersion, "version">,
  parts: RegistryParts,
): Promise<ModelVersion> {
  let version = 0;
  await decide(parts, [asked.model], (models) => {
    version = modelOf(asked.model, models).last + 1;
    return [{ type: "version.created", version, ...asked }];
  });
  const made = await parts.registry.version(asked.model, version);
  if (made === null) throw new RunlineError("unexpected", { cause: "The version was not registered." });
  return made;
}
