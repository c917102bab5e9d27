/**
 * Where runs run. `Compute` = a transport (how to reach a machine) × a scheduler (who starts the process); both are hidden
 * behind this interface, so nothing above knows which it is. A machine that does not answer throws; it never changes a state.
 */

import type { HostCheck, HostEntry, HostSettings, HostsSettings, Person } from "../model/host.ts";
import type { MachineLook } from "../model/hostMachine.ts";
import type { ExitRecord, QueueRecord, RunSpec, StartRecord } from "../model/journal.ts";
import type { JobLook, SlurmRecord } from "../model/slurm.ts";
import type { CodeKeeper, CodePlace } from "./code.ts";

export interface Compute {
  /** As shown to a person: "here" for this machine. */
  readonly host: string;
  /** Makes the run directory, readable by its owner only; one that is there is fine. Throws `workspaceReadOnly` or `diskFull`. */
  prepare(directory: string): Promise<void>;
  /**
   * Starts a run. Idempotent: a second launch of the same id starts nothing and answers like the first.
   * Resolves once the run has a start or a queue record; throws RunlineError `recorderFailed`, `noPython`, `workspaceReadOnly`,
   * `diskFull`.
   */
  launch(launch: LaunchRequest): Promise<void>;
  /** Looks at all the given run directories at once. Order and length as asked. */
  observe(directories: readonly string[]): Promise<readonly Observation[]>;
  /** At most `length` bytes from `offset`; shorter at the end of the file, empty when it does not exist. */
  read(directory: string, file: RunFileName, offset: number, length: number): Promise<FileSlice>;
  /** Asks for the end of a run; works while it waits in the queue, and is harmless when it has ended. */
  cancel(directory: string): Promise<void>;
  /**
   * Calls back (coalesced) when something in a folder of Runline grew or appeared; a folder that does not exist yet is waited
   * for. Cheap; nothing polls after dispose.
   */
  watch(directory: string, changed: () => void): Disposable;
  /** The run directories (named by a run id) in a folder, oldest first; none where the folder does not exist. */
  list(folder: string): Promise<readonly string[]>;
  /** Removes a run directory for good. It leaves the runs in one step; one that is gone already is no failure. */
  discard(directory: string): Promise<void>;
  /** The environment that a script gets: the person's own on that machine, with the interpreter's environment in force. */
  environment(interpreter: Interpreter | null): Readonly<Record<string, string>>;
  /** The program that a command's first word means there, or null when there is none. */
  program(word: string, cwd: string): Promise<string | null>;
  /** Finds the interpreter for a script and one that can run the recorder. Throws `noPython` or `pythonBroken`. */
  interpreter(wish: InterpreterWish): Promise<Interpreter>;
  /** What is at a path of the machine. */
  look(path: string): Promise<"file" | "folder" | null>;
  /** Runs of other machines that have left word that they began again; as far as it is known here, whatever was made of it since. */
  begunAgain?(): readonly Attempt[];
  /** Whose a run directory is, where one compute answers for several machines. */
  hostOf?(directory: string): string;
  /**
   * Where a file that a run has kept can be read here: its own place, or a copy that is brought whole, its digest checked. `path` is
   * relative to the run's `artifacts/`. Throws `artifactMissing`, `artifactDamaged`, and when its machine can't be reached.
   */
  artifact?(directory: string, kept: KeptFile): Promise<string>;
}

export interface Attempt {
  readonly directory: string;
  readonly attempt: number;
}

export interface KeptFile {
  readonly path: string;
  readonly bytes: number;
  /** `sha256:<hex>` */
  readonly digest: string;
}

/**
 * Another machine. Its run directories are written `<host>:<path>` everywhere outside of it, so that whoever has one can hand it to the
 * workspace's compute; paths of scripts and programs are the machine's own.
 */
export interface HostCompute extends Compute {
  readonly settings: HostSettings;
  artifact(directory: string, kept: KeptFile): Promise<string>;
  /** The run directory for an id, and the folder of the machine's queue. */
  place(id: string): Promise<HostPlace>;
  /**
   * Puts the code of a snapshot there as the working copy of a run; what is there already is not sent again. Throws `hostCode`,
   * `hostWrite`, and when it can't be reached.
   */
  sendCode(place: CodePlace, id: string, signal?: AbortSignal): Promise<SentCode>;
  /** A dry run: which Python and which torch a script would find. Throws `pythonBroken`. */
  probe(): Promise<Readonly<Record<string, string | number>>>;
  /**
   * Hands runs to Slurm as the tasks of one array, in their order; every spec has a `slurm` member with its place. As idempotent as
   * `launch`, which does the same for one. Throws what `launch` throws, `slurmRefused`, `slurmDown`, `slurmMissing`.
   */
  launchArray(launches: readonly LaunchRequest[]): Promise<void>;
}

export interface HostPlace {
  readonly directory: string;
  readonly queue: string;
}

export interface SentCode {
  /** The workspace's folder there. */
  readonly workspace: string;
  /** What had to be sent. */
  readonly files: number;
  readonly bytes: number;
}

/** The machines that runs can be started on besides this one. */
export interface Hosts {
  /** Every host that can be chosen, those with runs first. Touches no network. */
  list(): Promise<readonly HostEntry[]>;
  /** Throws `hostInvalid`. */
  on(host: string): HostCompute;
  /** A person's wish: they may be asked. Afterwards their runs on the host are known here. */
  connect(host: string, person?: Person): Promise<void>;
  disconnect(host: string): void;
  /** Everything that decides whether runs can be started there. Connects without asking. */
  check(host: string): Promise<HostCheck>;
  /**
   * What a machine is doing now; null for this machine. A host that is not connected is not reached for it: null. Throws what a request
   * throws, and `toolsLate`.
   */
  look(host: string | null): Promise<MachineLook | null>;
  /** Calls back after every change of a link or a check. */
  watch(changed: () => void): Disposable;
  /** What is set may have changed: ends the connections that it does not want any more. */
  refit(): void;
  /** Ends every connection. */
  close(): Promise<void>;
}

export type RunFileName = "journal.jsonl" | "output.log" | "recorder.log" | "slurm.log" | "spec.json";

export interface FileSlice {
  readonly bytes: Uint8Array;
  /** Size of the whole file at the moment of the read; 0 where there is none. */
  readonly size: number;
}

export interface LaunchRequest {
  readonly directory: string;
  readonly spec: RunSpec;
  /** Environment of the script, whole. Values never reach spec.json. */
  readonly environment: Readonly<Record<string, string>>;
  /** The interpreter that runs the recorder; may differ from the script's. */
  readonly python: string;
}

/** Facts about one run directory, as seen on its machine at one moment. */
export interface Observation {
  readonly directory: string;
  /** Something of it is there and could not be read (no permission, a disk error): the rest says nothing then. */
  readonly unreadable: boolean;
  readonly exists: boolean;
  readonly claimed: boolean;
  readonly start: StartRecord | null;
  readonly queue: QueueRecord | null;
  readonly exit: ExitRecord | null;
  /** Of a run that was handed to Slurm: what was noted then. */
  readonly slurm?: SlurmRecord | null;
  /** What Slurm says of its job; null while it has said nothing. */
  readonly job?: JobLook | null;
  readonly cancelAsked: boolean;
  readonly bootId: string;
  /** Name of the machine that looked. A run of another one (a shared home) can't be judged from here. */
  readonly hostName: string;
  /** Is the script's process the one of the start record: same pid, same start ticks, not a zombie? */
  readonly scriptAlive: boolean;
  /** The same for the recorder; before there is any record, whether a process with the run's mark lives. */
  readonly recorderAlive: boolean;
  /** Other living processes that carry the run's mark. Looked for only when the script or the recorder is gone. */
  readonly marked: readonly number[];
  readonly journalBytes: number;
  readonly logBytes: number;
  /** Epoch milliseconds of the look. */
  readonly time: number;
}

/** Where an interpreter may be found, the explicit wishes first. */
export interface InterpreterWish {
  /** The setting `runline.python`, empty when not set. */
  readonly setting: string;
  /** The choice of the editor's Python extension. */
  readonly editor: string | null;
  /** The script that asks, for the message, or null for a command that is no Python script. */
  readonly script: string | null;
  /** Folders whose `.venv` and the like count, nearest first. */
  readonly folders: readonly string[];
}

export interface Interpreter {
  /** Absolute path of the script's interpreter, links in it kept: a virtual environment is found by them. */
  readonly script: string;
  readonly version: string;
  /** The interpreter for the recorder, at least Python 3.8. */
  readonly recorder: string;
  /** Root of the virtual or conda environment that `script` belongs to. */
  readonly environment: { readonly kind: "venv" | "conda"; readonly root: string } | null;
}

/** What a workspace reaches: this machine and others behind one compute, told apart by the directories of the runs. */
export interface Reach {
  readonly compute: Compute;
  readonly code: CodeKeeper;
  readonly hosts: Hosts;
}

export interface ReachWish {
  readonly workspace: string;
  /** Runline's own folder in it, and where its runs are. */
  readonly directory: string;
  readonly runs: string;
  /** As they are set now. */
  readonly settings: () => HostsSettings;
  /** Whether other machines may be reached at all; what is known of them is shown either way. */
  readonly allowed: () => boolean;
}
