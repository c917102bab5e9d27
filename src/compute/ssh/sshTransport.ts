/** A machine reached by the person's own ssh: one connection that is opened when it is needed, watched, and opened anew when it is gone. */

import { RunlineError } from "../../model/failure.ts";
import type { Link, Person } from "../../model/host.ts";
import { shellWord } from "../../model/shellWord.ts";
import type { FileSlice } from "../compute.ts";
import type { Transport, TransportAnswer } from "../transport.ts";
import { type SshProgram, sshArguments } from "./arguments.ts";
import { withAskpass } from "./askpass.ts";
import { type Channel, openChannel, TroubleError } from "./channel.ts";
import { inTurn } from "./handshakes.ts";
import { lastLine } from "./trouble.ts";

export interface SshSettings extends SshProgram {
  readonly environment?: NodeJS.ProcessEnv;
  /** A shell to talk to in place of ssh: this machine's own, for what needs a transport and no network. */
  readonly shell?: { readonly program: string; readonly arguments: readonly string[] };
  /** False while nothing may be reached (a workspace that is not trusted). Always allowed where it is absent. */
  readonly allowed?: () => boolean;
  /** Given by tests, which have no minutes to spare. */
  readonly timing?: Partial<Timing>;
}

export interface Timing {
  /** A look after the connection: silence and clock. */
  readonly tickMs: number;
  /** Silence after which a request that does nothing asks whether the other side is still there. */
  readonly quietMs: number;
  /** How long that may take. */
  readonly heartbeatMs: number;
  /** How long a request may take that says nothing of it. */
  readonly answerMs: number;
  readonly firstRetryMs: number;
  readonly lastRetryMs: number;
  /** A connection that lived so long was a good one: the next trouble begins counting anew. */
  readonly settledMs: number;
  readonly readyMs: number;
  /** With a person at the keyboard, who may have to look for a phone. */
  readonly personMs: number;
}

const usual: Timing = {
  tickMs: 5_000,
  quietMs: 25_000,
  heartbeatMs: 10_000,
  answerMs: 20_000,
  firstRetryMs: 2_000,
  lastRetryMs: 60_000,
  settledMs: 60_000,
  readyMs: 25_000,
  personMs: 180_000,
};
/** The wall clock ran this much further than the steady one: the machine slept. */
const sleptMs = 8_000;
const sleptAnswerMs = 3_000;

export function sshTransport(host: string, settings: SshSettings = {}): Transport {
  const timing = { ...usual, ...settings.timing };
  const watchers = new Set<() => void>();
  let link: Link = { state: "idle", since: Date.now() };
  let channel: Channel | null = null;
  let opening: Promise<Channel> | null = null;
  let failures = 0;
  let shared = true;
  /** A person has ended it: what follows runs or draws machines must not open it again behind their back. */
  let left = false;
  /** Grows with every `disconnect`: what was on its way by then is not wanted any more. */
  let epoch = 0;
  let stopping = new AbortController();

  function become(next: Link): void {
    link = next;
    for (const changed of watchers) changed();
  }

  async function open(person: Person | null): Promise<Channel> {
    const wanted = epoch;
    const { signal } = stopping;
    become({ state: "connecting", since: Date.now() });
    try {
      const opened = await inTurn(() => handshake(person, signal));
      if (wanted !== epoch) {
        opened.end(new RunlineError("hostGone", { host, cause: "it was disconnected" }));
        throw await opened.ended;
      }
      hold(opened);
      return opened;
    } catch (thrown) {
      if (wanted === epoch) stumble(thrown);
      throw thrown;
    }
  }

  async function handshake(person: Person | null, signal: AbortSignal): Promise<Channel> {
    const { program = "ssh", environment = process.env } = settings;
    const ssh = (isPerson: boolean) => ({
      program,
      arguments: sshArguments({ ...settings, host, person: isPerson, shared }),
    });
    const start = (more: NodeJS.ProcessEnv) =>
      openChannel({
        host,
        ...(settings.shell ?? ssh(person !== null)),
        environment: { ...environment, ...more },
        answerMs: timing.answerMs,
        signal,
        readyMs: person === null ? timing.readyMs : timing.personMs,
      });
    return typeof person === "function" ? withAskpass(host, person, start) : start({});
  }

  function hold(opened: Channel): void {
    channel = opened;
    shared = true;
    const since = Date.now();
    const began = performance.now();
    become({ state: "connected", since });
    const watching = watchOver(opened);
    void opened.ended.then((why) => {
      clearInterval(watching);
      if (channel !== opened) return;
      channel = null;
      if (performance.now() - began > timing.settledMs) failures = 0;
      stumble(why);
    });
  }

  /** What went wrong decides what may happen next by itself. */
  function stumble(thrown: unknown): void {
    const { failure } =
      thrown instanceof RunlineError ? thrown : new RunlineError("hostGone", { host, cause: String(thrown) });
    const since = Date.now();
    // A connection that the person's own ssh shares may be what is broken.
    shared = false;
    if (thrown instanceof TroubleError && thrown.ask) {
      become({ state: "asks", since, failure });
      return;
    }
    const longest = Math.min(timing.lastRetryMs, timing.firstRetryMs * 2 ** failures);
    failures += 1;
    const pause = longest / 2 + (Math.random() * longest) / 2;
    become({ state: "waiting", since, retryAt: since + pause, failure });
  }

  /** Silence is asked about; after a sleep at once, since the other side may have given up on us long ago. */
  function watchOver(held: Channel): NodeJS.Timeout {
    let wall = Date.now();
    let steady = performance.now();
    const timer = setInterval(() => {
      const jump = Date.now() - wall - (performance.now() - steady);
      wall = Date.now();
      steady = performance.now();
      const slept = Math.abs(jump) > sleptMs;
      if (!slept && (held.pending > 0 || steady - held.heardAt < timing.quietMs)) return;
      const deadlineMs = slept ? sleptAnswerMs : timing.heartbeatMs;
      held.request({ script: ":", deadlineMs }).catch(() => undefined);
      if (!slept) return;
      // Requests from before the sleep are timed by clocks that slept too.
      const late = setTimeout(() => {
        if (held.heardAt < steady)
          held.end(new RunlineError("hostLate", { host, seconds: sleptAnswerMs / 1000 }));
      }, sleptAnswerMs);
      late.unref();
    }, timing.tickMs);
    timer.unref();
    return timer;
  }

  /** One opening in flight. What failed lately, or waits for a person, is not tried again by whoever just wants an answer. */
  function connected(): Promise<Channel> {
    if (settings.allowed?.() === false) return Promise.reject(new RunlineError("untrusted"));
    if (channel !== null) return Promise.resolve(channel);
    if (opening !== null) return opening;
    if (left) return Promise.reject(new RunlineError("hostLeft", { host }));
    if (link.state === "asks" || (link.state === "waiting" && Date.now() < link.retryAt))
      return Promise.reject(errorOf(link.failure));
    return openOnce(null);
  }

  function openOnce(person: Person | null): Promise<Channel> {
    const now = open(person).finally(() => {
      if (opening === now) opening = null;
    });
    opening = now;
    return now;
  }

  const transport: Transport = {
    host,
    link: () => link,
    watch(changed) {
      watchers.add(changed);
      return { [Symbol.dispose]: () => void watchers.delete(changed) };
    },
    async connect(person) {
      left = false;
      if (channel !== null) return;
      // One that may not ask is waited for first: it may need nobody.
      const before = await opening?.catch(() => null);
      if (before != null && channel !== null) return;
      failures = 0;
      await openOnce(person ?? null);
    },
    async request(ask) {
      return (await connected()).request(ask);
    },
    read: (path, offset, length) => readFrom(transport, path, offset, length),
    write: (path, bytes) => writeTo(transport, path, bytes),
    disconnect() {
      left = true;
      epoch += 1;
      stopping.abort();
      stopping = new AbortController();
      const last = channel;
      channel = null;
      opening = null;
      become({ state: "idle", since: Date.now() });
      last?.end(new RunlineError("hostGone", { host, cause: "it was disconnected" }));
    },
  };
  return transport;
}

/** A failure that was told before, thrown once more. */
function errorOf(failure: RunlineError["failure"]): RunlineError {
  return Object.assign(new RunlineError(failure.code), { failure, message: failure.message });
}

/**
 * For a stream: a size line, then the bytes. The size first: what is read after it is there. A link is nothing, whatever it points to. Whole
 * mebibytes go by `dd`, in one step from the file to the line: `tail` and `head` hand them on a few kilobytes at a time.
 */
export function readScript(path: string, offset: number, length: number): string {
  return `f=${shellWord(path)}; o=${Math.floor(offset)}; l=${Math.floor(length)}; b=1048576
if [ -L "$f" ] || [ ! -f "$f" ]; then rl_head 2; echo 0; exit 0; fi
n=$(stat -c %s -- "$f" 2>/dev/null || stat -f %z -- "$f" 2>/dev/null || wc -c <"$f") && [ -r "$f" ] || { rl_head 2; echo x; exit 1; }
n=$((n)); m=$((n - o)); [ "$m" -le "$l" ] || m=$l; [ "$m" -gt 0 ] || m=0
rl_head $((\${#n} + 1 + m)); echo "$n"; [ "$m" -gt 0 ] || exit 0
if [ $((o % b + m % b)) -eq 0 ]; then dd bs=$b skip=$((o / b)) count=$((m / b)) <"$f" 2>/dev/null
else tail -c +"$((o + 1))" -- "$f" | head -c "$m"; fi`;
}

/** What `readScript` has answered. Throws `fileUnreadable`. */
export function sliceOf(answer: TransportAnswer, host: string, path: string): FileSlice {
  const end = answer.out.indexOf(10);
  const size = Number(answer.out.subarray(0, Math.max(0, end)).toString("latin1"));
  if (answer.code !== 0 || end < 0 || !Number.isSafeInteger(size))
    throw new RunlineError("fileUnreadable", {
      path: `${host}:${path}`,
      cause: "permission denied, or a disk error",
    });
  return { bytes: answer.out.subarray(end + 1), size };
}

async function readFrom(
  transport: Transport,
  path: string,
  offset: number,
  length: number,
): Promise<FileSlice> {
  const { bytes, size } = sliceOf(
    await transport.request({ script: readScript(path, offset, length), stream: true }),
    transport.host,
    path,
  );
  return { bytes: bytes.subarray(0, length), size };
}

async function writeTo(transport: Transport, path: string, bytes: Uint8Array): Promise<void> {
  const file = shellWord(path);
  // The draft lies beside it: a rename within one folder is one step on every file system.
  const script = `f=${file}; t="$f.$$.part"; trap 'rm -f "$t"' EXIT
cat >"$t" && [ "$(($(wc -c <"$t")))" -eq ${bytes.length} ] && { sync "$t" 2>/dev/null || :; } && mv -f -- "$t" "$f"`;
  const answer = await transport.request({ script, input: bytes });
  if (answer.code !== 0)
    throw new RunlineError("hostWrite", { host: transport.host, path, cause: saidOf(answer) });
}

/** What a failed script said last. */
export function saidOf({ code, err }: TransportAnswer): string {
  return lastLine(err.toString("utf8")) || `exit ${code}`;
}
