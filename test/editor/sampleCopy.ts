import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { projectRoot } from "./built.ts";

/**
 * A copy of the sample workspace in a new temporary folder. Under git where there is one, as a person's project is,
 * so that code snapshots and differences show what they can.
 */
export function copySample(): string {
  const base = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "runline-sample-")));
  const folder = path.join(base, "digits");
  fs.cpSync(path.join(projectRoot, "media", "sample"), folder, { recursive: true });
  const git = (...args: string[]) => spawnSync("git", args, { cwd: folder, stdio: "ignore" });
  git("init", "--quiet");
  git("add", "--all");
  git(
    "-c",
    "user.name=Sample",
    "-c",
    "user.email=sample@example.org",
    "commit",
    "--quiet",
    "-m",
    "The sample as it comes",
  );
  return folder;
}
