/** What the tests of imports share: a folder that a tool has written into, the command line, and the store to be compared with what was logged. */

import { createHash } from "node:crypto";
import { mkdtemp, readdir, readFile, realpath, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { openSqliteStore } from "../../../src/store/sqlite/open.ts";
import type { Store } from "../../../src/store/store.ts";
import { start } from "../cli/commandLine.ts";
import { runProgram } from "../pythonPackages.ts";

/** [step, time, value] in the order they were logged; values that JSON lacks as Python spells them, a time of null where the tool keeps none. */
export type SaidPoint = readonly [step: number, time: number | null, value: number | string];

export interface SaidRun {
  readonly name: string;
  readonly status: string;
  readonly experiment: string;
  readonly metrics: Readonly<Record<string, readonly SaidPoint[]>>;
  readonly parameters: Readonly<Record<string, string>>;
  readonly tags?: Readonly<Record<string, string>>;
  readonly artifacts?: Readonly<Record<string, string>>;
  readonly inputs?: readonly (readonly string[])[];
}

export async function temporaryFolder(): Promise<AsyncDisposable & { readonly path: string }> {
  const folder = await realpath(await mkdtemp(path.join(tmpdir(), "runline-import-test-")));
  return {
    path: folder,
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true, maxRetries: 20 }),
  };
}

/** Runs a script that logs with a tool, in the folder; what it prints is what it logged. */
export async function logged<T>(
  python: string,
  script: string,
  folder: string,
  ...args: readonly string[]
): Promise<T> {
  const file = path.join(import.meta.dirname, script);
  const ran = await runProgram([path.join(python, "python"), file, ...args], folder);
  if ("failed" in ran) throw new Error(`${script}: ${ran.failed}`);
  return JSON.parse(ran.output.trim().split("\n").at(-1) ?? "") as T;
}

export interface ImportedPlace {
  readonly kind: string;
  readonly runs: Readonly<Record<"new" | "grown" | "same" | "taken", number>>;
  readonly versions: number;
  readonly aliases: number;
  readonly troubles: readonly { readonly about: string; readonly text: string }[];
}

/** `runline import`, which must not fail. */
export async function importInto(folder: string, place = "."): Promise<readonly ImportedPlace[]> {
  const { code, out, error } = await start(folder, ["import", "--json", place]).done;
  if (code !== 0) throw new Error(`exit ${code}: ${out}${error}`);
  return JSON.parse(out) as readonly ImportedPlace[];
}

export async function withStore<T>(folder: string, use: (store: Store) => Promise<T>): Promise<T> {
  const store = await openSqliteStore(path.join(folder, ".runline", "runline.db"));
  try {
    return await use(store);
  } finally {
    await store.close();
  }
}

/** The points of a metric, in an order that does not depend on how they came. */
export async function storedPoints(store: Store, runId: string, key: string): Promise<readonly SaidPoint[]> {
  const { steps, times, values } = await store.metrics.points({ runId, attempt: 1, key });
  return sorted(Array.from(steps, (step, at) => [step, times[at] ?? 0, values[at] ?? 0] as const));
}

export function sorted(points: readonly SaidPoint[]): readonly SaidPoint[] {
  const plain = points.map(([step, time, value]) => [step, time, spelled(value)] as const);
  return plain.sort((a, b) => a[0] - b[0] || (a[1] ?? 0) - (b[1] ?? 0) || (a[2] < b[2] ? -1 : 1));
}

function spelled(value: number | string): number | string {
  if (typeof value === "string") return value;
  if (Number.isNaN(value)) return "nan";
  return Number.isFinite(value) ? value : value > 0 ? "inf" : "-inf";
}

/** Every file below a folder by what is in it and when it was written: equal only when nothing was touched. */
export async function fingerprint(folder: string): Promise<string> {
  const hash = createHash("sha256");
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  for (const entry of entries.sort((a, b) => (name(a) < name(b) ? -1 : 1))) {
    const place = name(entry);
    if (place.includes(`${path.sep}.runline`)) continue;
    const { mtimeMs } = await stat(place);
    // Making .runline beside the logs is the only thing that touches their folder.
    hash.update(`${place} ${path.dirname(place) === folder && entry.isDirectory() ? "" : mtimeMs}\n`);
    if (entry.isFile()) hash.update(await readFile(place));
  }
  return hash.digest("hex");
}

function name(entry: { readonly parentPath: string; readonly name: string }): string {
  return path.join(entry.parentPath, entry.name);
}
