/**
 * How to reach a machine. It knows nothing of runs or schedulers: it runs a small framed request there, reads a file from an offset,
 * writes a file whole, and says when the machine is gone. What starts a process (directly, or through Slurm) stands on top of it.
 */

import type { Failure } from "../model/failure.ts";
import type { Link, Person } from "../model/host.ts";
import type { FileSlice } from "./compute.ts";

export interface Transport {
  /** As a person names the machine: an alias of their ssh configuration, or "here". */
  readonly host: string;
  /** How it stands now; never touches the network. */
  link(): Link;
  /** Calls back after every change of the link. */
  watch(changed: () => void): Disposable;
  /**
   * Opens the connection now, at a person's wish: with `person` they may be asked for a password or about a host key. Resolves once
   * requests can be sent. Throws `hostUnreachable`, `hostSignIn`, `hostKeyUnknown`, `hostKeyChanged`, `hostRefused`, `hostInvalid`.
   */
  connect(person?: Person): Promise<void>;
  /**
   * Runs a POSIX-sh script on the machine. Requests are answered in order, one after the other; several may be under way. A script that
   * fails answers with its exit code. Connects by itself where that needs no person, else throws like `connect`; throws `hostLeft` after
   * `disconnect`, `hostGone` when the connection ends meanwhile (whether the script ran is not known then: it must bear being sent again),
   * `hostLate` past the deadline.
   */
  request(ask: TransportAsk): Promise<TransportAnswer>;
  /** At most `length` bytes from `offset` of a plain file; never through a link. Nothing where there is none. Throws like `request`. */
  read(path: string, offset: number, length: number): Promise<FileSlice>;
  /** Replaces a file whole or not at all, readable by its owner only. Throws like `request`, and `hostWrite`. */
  write(path: string, bytes: Uint8Array): Promise<void>;
  /** Ends the connection; nothing is opened again until the next `connect`, whoever asks for something. */
  disconnect(): void;
}

export interface TransportAsk {
  /** What runs there. Constant text: whatever comes from outside belongs into `input`, or quoted by `shellWord`. */
  readonly script: string;
  /** Becomes the script's standard input; it need not read it. */
  readonly input?: Uint8Array;
  /** Variables that the script may use, sent once per connection. Names are `[A-Z_]+`; values without NUL. */
  readonly keep?: Readonly<Record<string, string>>;
  /**
   * The script prints as it goes, after `rl_head <bytes>` has said how much that will be: for large pieces, which are not gathered on
   * the machine first. It has no input; should it print less than it said, the connection ends.
   */
  readonly stream?: true;
  /** Gets the output as it comes, in place of the answer's `out`; that it was the whole is known when the answer is there. */
  readonly take?: (bytes: Buffer) => void;
  /** How long it may take once it is its turn. Default 20 s. */
  readonly deadlineMs?: number;
}

export interface TransportAnswer {
  readonly code: number;
  readonly out: Buffer;
  readonly err: Buffer;
}

/** Why a connection could not be opened, or ended. `ask`: only a person's action can help, so nothing is tried again by itself. */
export interface Trouble {
  readonly failure: Failure;
  readonly ask: boolean;
}
