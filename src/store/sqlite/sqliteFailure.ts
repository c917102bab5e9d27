/** What SQLite and the file system throw, as failures that a person can act on. */

import * as fs from "node:fs";
import * as path from "node:path";
import { RunlineError } from "../../model/failure.ts";

const causes: Readonly<Record<string, string>> = {
  SQLITE_NOTADB: "it is not a database",
  SQLITE_CORRUPT: "it is damaged",
  SQLITE_CANTOPEN: "it can't be opened",
  EACCES: "permission denied",
  EPERM: "permission denied",
  EROFS: "the file system is read-only",
  ENOTDIR: "a part of the path is a file",
  EEXIST: "a file is in the place of the folder",
  ENOSPC: "the disk is full",
};

/** The failure behind an error of SQLite at the given store file; any other error as it is. */
export function sqliteFailure(file: string, error: unknown): unknown {
  const code = codeOf(error);
  if (error instanceof RunlineError || !code.startsWith("SQLITE_")) return error;
  if (code === "SQLITE_FULL") return new RunlineError("diskFull", { path: file }, error);
  if (code.startsWith("SQLITE_BUSY")) return new RunlineError("storeBusy", { path: file }, error);
  if (code.startsWith("SQLITE_READONLY") || (code.startsWith("SQLITE_CANTOPEN") && !fs.existsSync(file)))
    return folderFailure(path.dirname(file), error);
  // The rest of what the file itself can be guilty of; constraints and the like are our own mistakes.
  if (/^SQLITE_(?:NOTADB|CORRUPT|CANTOPEN|IOERR|PROTOCOL|FORMAT)/.test(code))
    return new RunlineError("storeUnreadable", { path: file, cause: plainCause(error) }, error);
  return error;
}

/** A folder that can't be made or written. */
export function folderFailure(folder: string, error: unknown): RunlineError {
  return new RunlineError("workspaceReadOnly", { path: folder, cause: plainCause(error) }, error);
}

/** The reason in plain words. */
export function plainCause(error: unknown): string {
  const code = codeOf(error);
  const known = Object.keys(causes).find((name) => code === name || code.startsWith(`${name}_`));
  return (known && causes[known]) ?? (error instanceof Error ? error.message : String(error));
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}
