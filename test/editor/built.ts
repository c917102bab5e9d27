import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import type { Say } from "./need.ts";

export const projectRoot = path.resolve(import.meta.dirname, "../..");
export const packagePath = path.join(projectRoot, "dist", "runline.vsix");
const stamp = path.join(projectRoot, "dist", ".built");
const inputs = [
  "src",
  "webview",
  "media",
  "package.json",
  "package-lock.json",
  "esbuild.mjs",
  "README.md",
  ".vscodeignore",
];

function filesOf(input: string): string[] {
  const start = path.join(projectRoot, input);
  if (!fs.existsSync(start)) return [];
  if (!fs.statSync(start).isDirectory()) return [input];
  return fs
    .readdirSync(start, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.parentPath.includes("__pycache__"))
    .map((entry) => path.relative(projectRoot, path.join(entry.parentPath, entry.name)))
    .sort();
}

/** A digest of everything that the package is made from. */
function sourcesDigest(): string {
  const hash = createHash("sha256");
  for (const file of inputs.flatMap(filesOf)) {
    hash.update(`${file}\0`);
    hash.update(fs.readFileSync(path.join(projectRoot, file)));
  }
  return hash.digest("hex");
}

function runBuild(): Promise<string | undefined> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, ["esbuild.mjs", "--package"], { cwd: projectRoot });
    let output = "";
    for (const stream of [child.stdout, child.stderr])
      stream.on("data", (bytes: Buffer) => {
        output += bytes.toString();
      });
    child.on("close", (code) => resolve(code === 0 ? undefined : output));
  });
}

/** Builds and packages when a source has changed since the last time; says so. Returns the output of a build that failed. */
export async function ensureBuilt(say: Say): Promise<string | undefined> {
  const digest = sourcesDigest();
  const built = fs.existsSync(stamp) && fs.existsSync(packagePath) ? fs.readFileSync(stamp, "utf8") : "";
  if (built === digest) return undefined;
  say("Building and packaging Runline …");
  const failed = await runBuild();
  if (failed === undefined) fs.writeFileSync(stamp, digest);
  return failed;
}
