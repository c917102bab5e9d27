/** Starts real recorders on run directories in a temporary folder, and reads what they leave. Used by unit and fault tests. */

import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, watch, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { ExitRecord, JournalRecord, RunSpec, StartRecord } from "../../../src/model/journal.ts";
import { runSpec } from "../../fixtures/runSpec.ts";

export const recorderFolder = fileURLToPath(new URL("../../../src/recorder", import.meta.url));
let runs = 0;
// A run's processes are found by its id wherever they are: two that test at the same time must not end each other's.
const family = randomBytes(8).toString("hex");

type RecordOf<K, R = JournalRecord> = R extends { kind: infer Kind } ? (K extends Kind ? R : never) : never;

/** Whether a process lives; one that has ended and was not yet collected does not. */
export function alive(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) [ZX]/s.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return false;
  }
}

/** A temporary folder with a workspace in it; `recording` makes runs there. Call `remove` at the end of the test. */
export class Bench {
  readonly folder: string;
  readonly workspace: string;
  readonly #started: Recording[] = [];

  constructor(folder = mkdtempSync(join(tmpdir(), "runline-recorder-"))) {
    this.folder = folder;
    this.workspace = join(folder, "ws");
    mkdirSync(this.workspace, { recursive: true });
  }

  write(name: string, text: string): string {
    const path = join(this.workspace, name);
    mkdirSync(join(path, ".."), { recursive: true });
    writeFileSync(path, text);
    return path;
  }

  read(name: string): string {
    return readFileSync(join(this.workspace, name), "utf8");
  }

  /** Lays out a run directory for `argv`; nothing is started yet. */
  recording(argv: readonly string[], change: Partial<RunSpec> = {}): Recording {
    const made = new Recording(this, argv, change);
    this.#started.push(made);
    return made;
  }

  /** A run of a Python script with this text. */
  python(text: string, change: Partial<RunSpec> = {}): Recording {
    const name = `script${runs}.py`;
    this.write(name, text);
    return this.recording(["python3", name], change);
  }

  remove(): void {
    for (const recording of this.#started) recording.killAll();
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 20 });
  }
}

export class Recording {
  readonly id = `0199${family}${(runs++).toString(16).padStart(12, "0")}`;
  readonly directory: string;
  readonly spec: RunSpec;
  process: ChildProcess | undefined;
  printed = "";

  constructor(bench: Bench, argv: readonly string[], change: Partial<RunSpec>) {
    this.directory = join(bench.workspace, ".runline", "runs", this.id);
    mkdirSync(this.directory, { recursive: true });
    const usual = { artifacts: ["models/**"], artifact_limit_bytes: 1 << 20 };
    this.spec = runSpec(
      { run_id: this.id, argv, workspace: bench.workspace },
      { created: Date.now(), ...change, capture: { ...usual, ...change.capture } },
    );
    writeFileSync(this.path("spec.json"), JSON.stringify(this.spec));
  }

  path(name: string): string {
    return join(this.directory, name);
  }

  /** Starts a recorder process in a session of its own; `around` is a command that is given the recorder's as its arguments. */
  start(
    environment: NodeJS.ProcessEnv = {},
    around: readonly string[] = [],
    recorder = recorderFolder,
  ): this {
    const [program = "", ...words] = [...around, "python3", recorder, "run", this.directory];
    const child = spawn(program, words, {
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
      // The mark, as the launcher gives it.
      env: { ...process.env, RUNLINE_RUN_ID: this.id, ...environment },
    });
    this.process ??= child;
    for (const stream of [child.stdout, child.stderr])
      stream.on("data", (data: Buffer) => {
        this.printed += data.toString();
      });
    return this;
  }

  /** Starts the recorder if need be and waits until it has ended. Returns its exit code. */
  async ended(): Promise<number | null> {
    if (this.process === undefined) this.start();
    const child = this.process as ChildProcess;
    if (child.exitCode === null && child.signalCode === null) await once(child, "close");
    return child.exitCode;
  }

  /** Waits until a file of the run directory satisfies `enough`; the kernel says when to look again. */
  async until(name: string, enough: (text: string) => boolean = () => true): Promise<string> {
    const changes = watch(this.directory);
    try {
      for (;;) {
        const next = once(changes, "change");
        const text = this.text(name);
        if (text !== null && enough(text)) return text;
        await next;
      }
    } finally {
      changes.close();
    }
  }

  text(name: string): string | null {
    try {
      return readFileSync(this.path(name), "utf8");
    } catch {
      return null;
    }
  }

  json<T>(name: string): T {
    return JSON.parse(readFileSync(this.path(name), "utf8")) as T;
  }

  get exit(): ExitRecord {
    return this.json<ExitRecord>("exit.json");
  }

  get startRecord(): StartRecord {
    return this.json<StartRecord>("start.json");
  }

  get journal(): readonly JournalRecord[] {
    const lines = readFileSync(this.path("journal.jsonl"), "utf8").split("\n").slice(0, -1);
    return lines.map((line) => JSON.parse(line) as JournalRecord);
  }

  /** The journal's records of one kind. */
  of<K extends JournalRecord["kind"]>(kind: K): readonly RecordOf<K>[] {
    return this.journal.filter((record): record is RecordOf<K> & JournalRecord => record.kind === kind);
  }

  /** Ends whatever of the run is left, by the pids it recorded. */
  killAll(): void {
    const pids = [this.process?.pid];
    const text = this.text("start.json");
    if (text !== null) pids.push(-(JSON.parse(text) as StartRecord).pgid);
    for (const pid of pids) {
      if (pid === undefined || this.process?.exitCode === 0) continue;
      try {
        process.kill(pid, "SIGKILL");
      } catch {
        // It has ended by itself.
      }
    }
  }
}
