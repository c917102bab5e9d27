import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { cacheFolder } from "../editor/cacheFolder.ts";
import type { Need, Say } from "../editor/need.ts";

/** Runs a program to its end. Answers its standard output, or what it complained about. */
export function runProgram(
  argv: readonly [string, ...string[]],
  cwd: string,
): Promise<{ readonly output: string } | { readonly failed: string }> {
  const [command, ...args] = argv;
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    let complaints = "";
    child.stdout.on("data", (bytes: Buffer) => {
      output += bytes.toString();
    });
    child.stderr.on("data", (bytes: Buffer) => {
      complaints = (complaints + bytes.toString()).slice(-4000);
    });
    child.on("error", (error) => resolve({ failed: error.message }));
    child.on("close", (code) =>
      resolve(code === 0 ? { output } : { failed: complaints.trim().split("\n").slice(-8).join("\n") }),
    );
  });
}

/**
 * A Python with exactly these packages (`name==version`), made once in the user's cache. Answers the folder of its programs. `over`: the
 * folder of programs of another one, whose packages it has as well, so that what is large is there once.
 */
export async function needPythonPackages(
  packages: readonly string[],
  say: Say,
  over: string | null = null,
): Promise<Need<string>> {
  const named = over === null ? packages : [...packages, over];
  const digest = createHash("sha256").update(named.join("\n")).digest("hex").slice(0, 12);
  const cache = cacheFolder("peers");
  // Names the folder that is complete: two that install at the same time don't spoil each other's.
  const pointer = path.join(cache, `${digest}.json`);
  if (fs.existsSync(pointer)) return { ready: JSON.parse(fs.readFileSync(pointer, "utf8")) as string };
  say(`Installing ${packages.join(", ")} (once, about a minute) …`);
  const folder = fs.mkdtempSync(path.join(cache, `${digest}-`));
  const failed = await install(folder, packages, over);
  if (failed !== null) {
    fs.rmSync(folder, { recursive: true, force: true });
    return { missing: failed };
  }
  fs.writeFileSync(`${pointer}.${process.pid}`, JSON.stringify(programsOf(folder)));
  fs.renameSync(`${pointer}.${process.pid}`, pointer);
  return { ready: programsOf(folder) };
}

async function install(
  folder: string,
  packages: readonly string[],
  over: string | null,
): Promise<string | null> {
  const made = await runProgram(["python3", "-m", "venv", folder], folder);
  if ("failed" in made) return `a Python environment (${made.failed})`;
  if (over !== null) {
    // Its own lines of this kind are taken as well, which a bare path would not do.
    const line = `import site; site.addsitedir(${JSON.stringify(modulesOf(path.dirname(over)))})\n`;
    fs.writeFileSync(path.join(modulesOf(folder), "over.pth"), line);
  }
  const pip = [path.join(programsOf(folder), "python"), "-m", "pip", "install"] as const;
  const installed = await runProgram([...pip, "--quiet", "--disable-pip-version-check", ...packages], folder);
  return "failed" in installed ? `${packages.join(", ")} from PyPI (${installed.failed})` : null;
}

/** Where an environment keeps its packages. */
function modulesOf(folder: string): string {
  if (process.platform === "win32") return path.join(folder, "Lib", "site-packages");
  const version = fs.readdirSync(path.join(folder, "lib")).find((name) => name.startsWith("python"));
  return path.join(folder, "lib", version ?? "", "site-packages");
}

function programsOf(folder: string): string {
  return path.join(folder, process.platform === "win32" ? "Scripts" : "bin");
}
