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

/** A Python with exactly these packages (`name==version`), made once in the user's cache. Answers the interpreter's folder. */
export async function needPythonPackages(packages: readonly string[], say: Say): Promise<Need<string>> {
  const digest = createHash("sha256").update(packages.join("\n")).digest("hex").slice(0, 12);
  const folder = cacheFolder(`peers-${digest}`);
  const programs = path.join(folder, process.platform === "win32" ? "Scripts" : "bin");
  const complete = path.join(folder, "complete");
  if (fs.existsSync(complete)) return { ready: programs };
  say(`Installing ${packages.join(", ")} (once, about a minute) …`);
  const made = await runProgram(["python3", "-m", "venv", "--clear", folder], folder);
  if ("failed" in made) return { missing: `a Python environment (${made.failed})` };
  const python = path.join(programs, "python");
  const installed = await runProgram(
    [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", ...packages],
    folder,
  );
  if ("failed" in installed) return { missing: `${packages.join(", ")} from PyPI (${installed.failed})` };
  fs.writeFileSync(complete, "");
  return { ready: programs };
}
