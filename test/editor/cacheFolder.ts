import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";

/** A folder outside the project that outlives it, for what is large and slow to get. Made when absent. */
export function cacheFolder(name: string): string {
  const base = process.env.XDG_CACHE_HOME || path.join(os.homedir(), ".cache");
  const folder = path.join(base, "runline", name);
  fs.mkdirSync(folder, { recursive: true });
  return folder;
}
