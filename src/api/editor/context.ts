/** What the editor's requests are answered from: the project, and what only a window has. */

import type { ScriptArgument } from "../../model/scriptArgument.ts";
import type { Project } from "../project.ts";

export interface Context extends Project {
  readonly scripts: ScriptReader;
}

export interface ScriptReader {
  /** Arguments that a script declares, as the window shows it or else as it is on the disk. Throws `scriptMissing`. */
  argumentsOf(path: string): Promise<readonly ScriptArgument[]>;
}
