/** Where Runline keeps its files. One place, so that the editor, the CLI and the tests never disagree. */

import * as path from "node:path";

export interface Layout {
  /** The workspace folder. */
  readonly workspace: string;
  /** Everything of Runline; `.runline` in the workspace unless the setting `runline.directory` says otherwise. */
  readonly directory: string;
  /** One folder per run. */
  readonly runs: string;
  readonly store: string;
  /** Slots and tickets of the local queue. */
  readonly queue: string;
}

export const defaultDirectory = ".runline";

/** The layout of a workspace. `directory` is relative to the workspace or absolute; an empty one means the default. */
export function layoutOf(workspace: string, directory: string = defaultDirectory): Layout {
  const root = path.resolve(workspace);
  const own = path.resolve(root, directory.trim() === "" ? defaultDirectory : directory);
  return {
    workspace: root,
    directory: own,
    runs: path.join(own, "runs"),
    store: path.join(own, "runline.db"),
    queue: path.join(own, "queue"),
  };
}
