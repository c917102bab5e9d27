/** A path from the command line as the records have it. */

import * as path from "node:path";
import { pathInRecords } from "../../ops/commandLine.ts";
import type { Layout } from "../../ops/layout.ts";

/**
 * Records have paths relative to the workspace with `/`. A text that is one of `known` is taken as it stands (copied from another
 * command's output), any other as a path from the folder where the person stands.
 */
export function recordPath(
  text: string,
  folder: string,
  { workspace }: Pick<Layout, "workspace">,
  known: ReadonlySet<string>,
): string {
  return known.has(text) ? text : pathInRecords(path.resolve(folder, text), workspace);
}
