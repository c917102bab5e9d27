/** What the verbs for runs of MLflow's clients need, in the workspace of an import stack. */

import { localCompute } from "../../../src/compute/local/local.ts";
import { layoutOf } from "../../../src/ops/layout.ts";
import type { ImportStack } from "./importStack.ts";

export const clientAsk = {
  ...{ name: "theirs", user: "ana", experiment: "first", started: 1_000, tags: [], parent: null },
} as const;

export function clientParts({ store, folder }: Pick<ImportStack, "store" | "folder">) {
  const layout = layoutOf(folder);
  const compute = localCompute("recorder");
  return { store, workspace: folder, runs: layout.runs, layout, clock: Date.now, compute };
}
