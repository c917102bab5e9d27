import * as fs from "node:fs";
import * as path from "node:path";

export const root = path.resolve(import.meta.dirname, "../../..");

export interface SourceImport {
  /** As written. */
  readonly from: string;
  /** File inside the project, relative to its root; absent for packages and Node's own modules. */
  readonly file?: string;
  readonly line: number;
}

export interface SourceFile {
  /** Relative to the project's root, with forward slashes. */
  readonly path: string;
  readonly text: string;
  readonly lines: number;
  readonly imports: readonly SourceImport[];
}

const importPattern =
  /(?:^|[;\n])\s*(?:import|export)\s(?:[^'"`;]*?\sfrom\s*)?["']([^"']+)["']|\b(?:import|require)\(\s*["']([^"']+)["']/g;

/** The same text with comments blanked out, so that positions stay and prose is never taken for code. */
export function withoutComments(text: string): string {
  const blank = (found: string) => found.replace(/[^\n]/g, " ");
  return text.replace(
    /"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|\/\*[\s\S]*?\*\/|(?<![:\\])\/\/[^\n]*/g,
    (found) => (found.startsWith("/") ? blank(found) : found),
  );
}

/** Every import of a file: static, dynamic, re-exported and type-only. */
export function importsOf(file: string, text: string): SourceImport[] {
  const code = withoutComments(text);
  return [...code.matchAll(importPattern)].map((match) => {
    const from = match[1] ?? match[2] ?? "";
    const line = code.slice(0, match.index + match[0].indexOf(from)).split("\n").length;
    if (!from.startsWith(".")) return { from, line };
    return { from, line, file: path.posix.join(path.posix.dirname(file), from) };
  });
}

/** All files with one of the endings under a folder of the project, sorted by path. */
export function sourceFiles(folder: string, endings: readonly string[]): SourceFile[] {
  const start = path.join(root, folder);
  if (!fs.existsSync(start)) return [];
  return fs
    .readdirSync(start, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && endings.some((ending) => entry.name.endsWith(ending)))
    .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)).replaceAll("\\", "/"))
    .filter((file) => !/(^|\/)(node_modules|__pycache__|\.out)\//.test(file))
    .sort()
    .map((file) => {
      const text = fs.readFileSync(path.join(root, file), "utf8");
      const imports = /\.[mc]?[jt]s$/.test(file) ? importsOf(file, text) : [];
      return { path: file, text, lines: text.split("\n").length - 1, imports };
    });
}

/** The code that ships: everything the layer map speaks of. */
export function shippedFiles(): SourceFile[] {
  return [...sourceFiles("src", [".ts"]), ...sourceFiles("webview", [".ts"])];
}
