/** Accounts that exist only for a test, with a login shell and start files of their own. Only root can make them. */

import { execFileSync, spawnSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import * as path from "node:path";

export interface Account {
  readonly name: string;
  readonly home: string;
  remove(): Promise<void>;
}

export const mayMakeAccounts = process.getuid?.() === 0;

export interface AccountWish {
  readonly shell: string;
  /** Files in the home folder, e.g. `.bashrc`. */
  readonly files?: Readonly<Record<string, string>>;
  readonly password?: string;
}

export async function makeAccount(wish: AccountWish): Promise<Account> {
  const folder = await mkdtemp(path.join(tmpdir(), "runline-home-"));
  const home = path.join(folder, "home");
  const name = `rl${path
    .basename(folder)
    .slice(-6)
    .toLowerCase()
    .replace(/[^a-z0-9]/g, "x")}${process.pid % 1000}`;
  execFileSync("chmod", ["755", folder]);
  execFileSync("useradd", [
    "--create-home",
    "--home-dir",
    home,
    "--shell",
    wish.shell,
    "--no-log-init",
    name,
  ]);
  // Without PAM an account whose password is locked is refused, whatever key it has.
  execFileSync("chpasswd", [], { input: `${name}:${wish.password ?? "not-used-1"}\n` });
  for (const [file, text] of Object.entries(wish.files ?? {})) {
    execFileSync("install", ["-D", "-o", name, "-m", "644", "/dev/null", path.join(home, file)]);
    await writeFile(path.join(home, file), text);
  }
  return {
    name,
    home,
    async remove() {
      spawnSync("pkill", ["-KILL", "-u", name]);
      spawnSync("userdel", ["--force", name]);
      await rm(folder, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}
