/** Which workspace a command line is about, and what is set for it. */

import { readFile, stat } from "node:fs/promises";
import { homedir } from "node:os";
import * as path from "node:path";
import { RunlineError } from "../../model/failure.ts";
import { defaultDirectory } from "../../ops/layout.ts";
import { type Engines, openProject, type Project } from "../project.ts";
import { parseSettings } from "../settings.ts";
import { editorSettings } from "./editorSettings.ts";
import type { Terminal } from "./terminal.ts";
import { tell } from "./trouble.ts";

/**
 * The nearest folder, from the given one upwards, in which Runline has been at work; else the given one. The home folder's own
 * `.runline` belongs to runs that came from elsewhere and counts only for itself. Throws `folderMissing`.
 */
export async function findFolder(from: string): Promise<string> {
  const start = path.resolve(from);
  if (!(await isFolder(start))) throw new RunlineError("folderMissing", { folder: from });
  const home = homedir();
  for (let folder = start; ; folder = path.dirname(folder)) {
    if (folder === home && folder !== start) return start;
    if (await isFolder(path.join(folder, defaultDirectory))) return folder;
    if (folder === path.dirname(folder)) return start;
  }
}

/** The project of a folder, with the settings that the editor keeps in it. What is wrong with them is said, once each. */
export async function openFolder(
  workspace: string,
  engines: Engines,
  environment: NodeJS.ProcessEnv,
  terminal: Pick<Terminal, "note">,
): Promise<Project> {
  const file = path.join(workspace, ".vscode", "settings.json");
  const given = editorSettings(await readFile(file, "utf8").catch(() => "{}"));
  const directory = environment.RUNLINE_DIRECTORY;
  // What ssh is told to do may be a command: that is never a folder's to say.
  const own = { ...given, sshConfigFile: environment.RUNLINE_SSH_CONFIG ?? "" };
  const { settings, problems } = parseSettings(directory ? { ...own, directory } : own);
  for (const problem of problems) tell(problem, terminal);
  return openProject(workspace, () => ({ settings, trusted: true, actor: null }), engines);
}

async function isFolder(place: string): Promise<boolean> {
  return stat(place).then(
    (found) => found.isDirectory(),
    () => false,
  );
}
