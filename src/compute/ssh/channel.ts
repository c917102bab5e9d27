/** One connection to a host: a process of ssh with the loop at its far end. It is opened once, ends once, and never mends itself. */

import { type ChildProcessByStdio, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import type { Readable, Writable } from "node:stream";
import { RunlineError } from "../../model/failure.ts";
import type { TransportAnswer, TransportAsk } from "../transport.ts";
import { type Frame, frameReader, type Taker } from "./frames.ts";
import { loopProgram } from "./loop.ts";
import { lastLine, troubleOf } from "./trouble.ts";

export interface ChannelWish {
  readonly host: string;
  readonly program: string;
  readonly arguments: readonly string[];
  readonly environment: NodeJS.ProcessEnv;
  /** How long it may take until the loop is ready. */
  readonly readyMs: number;
  /** How long a request may take that says nothing of it. */
  readonly answerMs: number;
  /** Gives up while it is being opened. */
  readonly signal: AbortSignal;
}

export interface Channel {
  /** Sends one request; throws `hostGone` and `hostLate`. A late answer ends the channel: what follows it would be late too. */
  request(ask: TransportAsk): Promise<TransportAnswer>;
  /** Requests that have no answer yet. */
  readonly pending: number;
  /** When the last byte came, by the clock that does not stop or jump (`performance.now`). */
  readonly heardAt: number;
  /** Resolves when it has ended, with why. */
  readonly ended: Promise<RunlineError>;
  end(why: RunlineError): void;
}

const mostErrorText = 16_384;
/** After a polite signal; ssh itself ends at once, a program that it goes through may not. */
const killAfterMs = 1_000;

interface Waiting {
  readonly id: number;
  readonly deadlineMs: number;
  readonly take: Taker | null;
  readonly resolve: (answer: TransportAnswer) => void;
  readonly reject: (why: RunlineError) => void;
}

type Ssh = ChildProcessByStdio<Writable, Readable, Readable>;

/** Resolves when the loop is ready. Throws what `troubleOf` makes of ssh's words, `sshMissing`, or `hostLate`. */
export async function openChannel(wish: ChannelWish): Promise<Channel> {
  const nonce = `RL${randomBytes(12).toString("hex")}`;
  const ssh: Ssh = spawn(wish.program, wish.arguments, {
    stdio: ["pipe", "pipe", "pipe"],
    env: wish.environment,
    windowsHide: true,
  });
  const channel = channelOver(ssh, wish, nonce);
  ssh.stdin.write(loopProgram(nonce));
  const late = setTimeout(() => channel.end(lateError(wish.host, wish.readyMs)), wish.readyMs);
  const stop = () => channel.end(goneError(wish.host, "it was disconnected"));
  wish.signal.addEventListener("abort", stop, { once: true });
  if (wish.signal.aborted) stop();
  try {
    await channel.ready;
    return channel;
  } finally {
    clearTimeout(late);
    wish.signal.removeEventListener("abort", stop);
  }
}

function channelOver(
  ssh: Ssh,
  { host, answerMs }: ChannelWish,
  nonce: string,
): Channel & { readonly ready: Promise<void> } {
  const waiting: Waiting[] = [];
  const reader = frameReader(nonce, (id) => waiting.find((each) => each.id === id)?.take ?? null);
  const kept = new Map<string, string>();
  const ready = settleLater<void>();
  const ended = settleLater<RunlineError>();
  let isReady = false;
  let why: RunlineError | null = null;
  let said = "";
  let last = 0;
  let heardAt = performance.now();
  let deadline: NodeJS.Timeout | null = null;

  /** Only the first in line is timed: the others wait for it. */
  function armDeadline(): void {
    if (deadline !== null) clearTimeout(deadline);
    const first = waiting[0];
    deadline =
      first === undefined
        ? null
        : setTimeout(() => finish(lateError(host, first.deadlineMs)), first.deadlineMs);
  }

  function finish(reason: RunlineError): void {
    if (why !== null) return;
    why = reason;
    if (deadline !== null) clearTimeout(deadline);
    for (const { reject } of waiting.splice(0)) reject(reason);
    ready.reject(reason);
    ended.resolve(reason);
    ssh.stdin.destroy();
    ssh.kill("SIGTERM");
    const force = setTimeout(() => ssh.kill("SIGKILL"), killAfterMs);
    ssh.once("close", () => clearTimeout(force));
  }

  function take(frame: Frame): void {
    if (frame.kind === "ready") {
      isReady = true;
      ready.resolve();
    } else if (frame.kind === "noPlace") {
      const cause = "it has no folder for temporary files that can be written";
      finish(new RunlineError("hostRefused", { host, cause }));
    } else {
      const first = waiting.shift();
      if (first === undefined || first.id !== frame.id) finish(goneError(host, "it answered out of order"));
      else first.resolve(frame);
      armDeadline();
    }
  }

  ssh.stdout.on("data", (bytes: Buffer) => {
    heardAt = performance.now();
    try {
      for (const frame of reader.push(bytes)) if (why === null) take(frame);
    } catch (thrown) {
      finish(goneError(host, thrown instanceof Error ? thrown.message : String(thrown)));
    }
  });
  ssh.stderr.on("data", (bytes: Buffer) => {
    said = (said + bytes.toString("utf8")).slice(-mostErrorText);
  });
  // A pipe that breaks is told by the end of the process, which knows why.
  ssh.stdin.on("error", () => undefined);
  ssh.once("error", (error) => finish(new RunlineError("sshMissing", { cause: error.message }, error)));
  ssh.once("close", (code, signal) => {
    if (!isReady && code !== 255 && said.trim() === "")
      said = `its login ended with ${signal ?? `exit ${code}`}`;
    if (!isReady) finish(new TroubleError(host, said));
    else finish(goneError(host, endText(said)));
  });
  ready.promise.catch(() => undefined);

  return {
    ready: ready.promise,
    ended: ended.promise,
    end: finish,
    get pending() {
      return waiting.length;
    },
    get heardAt() {
      return heardAt;
    },
    request({ script, input, keep = {}, stream, take = null, deadlineMs = answerMs }) {
      if (why !== null) return Promise.reject(why);
      const id = ++last;
      return new Promise((resolve, reject) => {
        waiting.push({ id, deadlineMs, take, resolve, reject });
        if (waiting.length === 1) armDeadline();
        const body = Buffer.from(script);
        const parts: Uint8Array[] = [];
        for (const [name, value] of Object.entries(keep)) {
          if (kept.get(name) === value) continue;
          kept.set(name, value);
          const bytes = Buffer.from(value);
          parts.push(Buffer.from(`K ${name} ${bytes.length} 0\n`), bytes);
        }
        parts.push(
          Buffer.from(`${stream ? "S" : "R"} ${id} ${body.length} ${stream ? 0 : (input?.length ?? 0)}\n`),
          body,
        );
        if (input !== undefined && !stream) parts.push(input);
        ssh.stdin.write(Buffer.concat(parts));
      });
    },
  };
}

/** Why a connection did not come to be, with whether only a person can help. */
export class TroubleError extends RunlineError {
  readonly ask: boolean;

  constructor(host: string, said: string) {
    const { failure, ask } = troubleOf(host, said);
    super(failure.code, {}, said);
    Object.assign(this, { failure, message: failure.message });
    this.ask = ask;
  }
}

interface Later<T> {
  readonly promise: Promise<T>;
  readonly resolve: (value: T) => void;
  readonly reject: (why: unknown) => void;
}

function settleLater<T>(): Later<T> {
  let resolve: Later<T>["resolve"] = () => undefined;
  let reject: Later<T>["reject"] = () => undefined;
  const promise = new Promise<T>((done, failed) => {
    resolve = done;
    reject = failed;
  });
  return { promise, resolve, reject };
}

/** ssh's own words about a broken pipe tell a person nothing. */
function endText(said: string): string {
  const last = lastLine(said);
  if (last === "" || /closed/i.test(last)) return "the other side closed it";
  if (/not responding|timed out/i.test(last)) return "it does not answer any more";
  return /client_loop|broken pipe|packet_write|reset by/i.test(last) ? "the link broke" : last;
}

function goneError(host: string, cause: string): RunlineError {
  return new RunlineError("hostGone", { host, cause });
}

function lateError(host: string, ms: number): RunlineError {
  return new RunlineError("hostLate", { host, seconds: Math.max(1, Math.round(ms / 1000)) });
}
