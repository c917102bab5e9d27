/** A machine that runs can be started on, as everybody sees it. */

import type { Failure } from "./failure.ts";
import type { SlurmWish } from "./slurm.ts";

/**
 * How a host stands. `idle`: nobody has wanted anything of it. `waiting`: it could not be reached and is tried again at `retryAt`.
 * `asks`: it needs a person (a password, a new host key), so nothing is tried until they connect.
 */
export type Link =
  | { readonly state: "idle" | "connecting"; readonly since: number }
  | { readonly state: "connected"; readonly since: number }
  | { readonly state: "waiting"; readonly since: number; readonly retryAt: number; readonly failure: Failure }
  | { readonly state: "asks"; readonly since: number; readonly failure: Failure };

/** Asks the person something that ssh wants to know. Null: they don't want to answer. Aborted once nobody waits for it any more. */
export type Prompter = (prompt: Prompt, signal: AbortSignal) => Promise<string | null>;

/** Who may be asked: a person through a window, or one at the terminal that this process has, where ssh asks by itself. */
export type Person = Prompter | "terminal";

/** `secret` is the default: only the exact text of a host key question is `hostKey`; `touch` needs no answer. */
export interface Prompt {
  readonly host: string;
  readonly kind: "secret" | "hostKey" | "touch";
  /** What ssh or the machine says, made safe to show. */
  readonly text: string;
}

/** A host that can be chosen. */
export interface HostEntry {
  /** What `ssh <name>` takes. */
  readonly name: string;
  /** Where it is known from: the person's ssh configuration, the settings, runs of this workspace; or it is this machine's own Slurm. */
  readonly from: "config" | "settings" | "runs" | "cluster";
  readonly link: Link;
  /** The last check, null before the first. */
  readonly check: HostCheck | null;
}

/** What is set for one host (`runline.hosts`). */
export interface HostSettings {
  /** Folder on the host for runs, code and the recorder. Default `~/.runline`. */
  readonly directory?: string;
  /** Interpreter of scripts: an absolute path, or a name on the PATH there. Default: `python3`. */
  readonly python?: string;
  /** Root of a virtual or conda environment there, in place of `python`. */
  readonly environment?: string;
  /** Modules to load before a run (`module load …`), by name. */
  readonly modules?: readonly string[];
  /** Apptainer image that scripts run in. */
  readonly image?: string;
  /** Folders of the workspace that lie on the host already: path in the workspace → absolute path there. */
  readonly folders?: Readonly<Record<string, string>>;
  /** At most this many runs at once on it; 0 for no limit. Default 2. */
  readonly parallelRuns?: number;
  /** Who starts runs there. Default: they are started directly. */
  readonly scheduler?: "slurm";
  /** What of its Slurm a run gets that says nothing else. */
  readonly slurm?: SlurmWish;
}

/** Everything that is set about other machines. */
export interface HostsSettings {
  readonly hosts: Readonly<Record<string, HostSettings>>;
  /** A configuration for ssh in place of the person's own; "" for theirs. */
  readonly sshConfigFile: string;
}

/** `ready`: nothing speaks against a run there. `warnings`: it can run, and a person should know something. */
export interface HostCheck {
  readonly verdict: "ready" | "warnings" | "unusable";
  readonly reasons: readonly HostReason[];
  readonly facts: HostFacts;
  /** When it was made, by this machine's clock. */
  readonly time: number;
}

export interface HostReason {
  readonly level: "note" | "warning" | "error";
  /** One sentence: what, and what to do. */
  readonly text: string;
}

/** What a host says about itself. Null or empty where it does not tell. */
export interface HostFacts {
  readonly hostName: string;
  readonly system: string;
  readonly user: string;
  readonly home: string;
  /** Of the recorder: at least Python 3.8, null when none was found. */
  readonly python: { readonly path: string; readonly version: string } | null;
  readonly cores: number;
  readonly memoryBytes: number;
  /** Where runs are kept. */
  readonly directory: string;
  readonly freeBytes: number | null;
  readonly freeFiles: number | null;
  /** Name of the network file system that runs are kept on, null for a local one. */
  readonly networkDisk: string | null;
  readonly gpus: readonly HostGpu[];
  /** Host clock minus this machine's, as well as one request can tell. */
  readonly clockOffsetMs: number;
  /** Whether the host ends a run when the person logs out; null where it can't be told. */
  readonly endsAtLogout: boolean | null;
  /** It would end what a login started, so runs get a scope of the person's own systemd. */
  readonly ownScope: boolean;
  /** Version of Slurm, when there is one. */
  readonly slurm: string | null;
  readonly apptainer: string | null;
}

export interface HostGpu {
  readonly index: number;
  readonly uuid: string;
  readonly name: string;
  /** Percent; null where the driver does not tell. */
  readonly busy: number | null;
  readonly memoryUsedBytes: number | null;
  readonly memoryBytes: number | null;
}

/** Names that can be handed to ssh: an option, a second word or a part of a path must never be taken for one. */
export function isHostName(name: string): boolean {
  return name.length <= 255 && /^[\p{L}\p{N}_][\p{L}\p{N}_.@+%-]*$/u.test(name);
}

/** A run directory of another machine as it is kept: `gpu-box:/home/ana/.runline/runs/…`. */
export function hostDirectory(host: string, path: string): string {
  return `${host}:${path}`;
}

/** The two parts of such a directory; null for one of this machine (on Windows that is `C:\\…`). */
export function splitHostDirectory(
  directory: string,
): { readonly host: string; readonly path: string } | null {
  const at = directory.indexOf(":/");
  if (at < 1) return null;
  const host = directory.slice(0, at);
  return isHostName(host) ? { host, path: directory.slice(at + 1) } : null;
}
