/**
 * Looks at the runs of one host: one request for all of them, with everything they have written since. Whoever asks gets what was seen
 * last and never waits long for a machine that is away; while somebody watches, it looks again by itself.
 */

import { posix } from "node:path";
import { failureOf, RunlineError } from "../../model/failure.ts";
import type { Fields } from "../../model/fields.ts";
import { hostDirectory } from "../../model/host.ts";
import { runFile } from "../../model/journal.ts";
import { isRunId } from "../../model/runId.ts";
import type { Observation } from "../compute.ts";
import type { Transport } from "../transport.ts";
import type { HostCalls } from "./hostCalls.ts";
import { type Mirror, mostMirroredLog } from "./mirror.ts";
import { looksOf, mirroredFiles, type RemoteLook, unseen } from "./observed.ts";

export interface HostLooks {
  /** What is seen of each path now, or was seen last; what never was is unreadable. Order and length as asked. */
  observe(paths: readonly string[]): Promise<readonly Observation[]>;
  /** Calls back when something of the run at the path changed, until disposed; while anybody does, the host is looked at. */
  watch(path: string, changed: () => void): Disposable;
  /** Looks soon. */
  poke(): void;
  close(): void;
}

export interface LooksPace {
  /** A look that is younger than this answers. */
  readonly freshMs: number;
  /** How long whoever asks waits for a machine. */
  readonly patienceMs: number;
  /** From one look to the next while something moves, and at most. */
  readonly soonestMs: number;
  readonly slowestMs: number;
}

export interface LooksParts {
  readonly transport: Transport;
  readonly calls: HostCalls;
  readonly mirror: Mirror;
  readonly pace: LooksPace;
  /** Before the first look of each connection, e.g. to find runs that nobody here knew of. */
  readonly connected: () => Promise<void>;
  /** The words that runs which began again have left there (`<run id>-<attempt>`); with every look. */
  readonly begunAgain: (words: readonly string[], root: string) => void;
}

const mostWords = 1_000;
/** Bytes that one answer may bring. */
const budget = 1024 * 1024;
/** While no run is watched, an open connection is asked so seldom whether one began again. */
const idleMs = 5 * 60_000;
/** A run that nobody has asked about for so long is not looked at any more. */
const interestMs = 60_000;

export function hostLooks(parts: LooksParts): HostLooks {
  const { transport, calls, mirror, pace } = parts;
  const interest = new Map<string, number>();
  const seen = new Map<string, Observation>();
  const watchers = new Map<string, Set<() => void>>();
  let lookedAt = Number.NEGATIVE_INFINITY;
  let looking: Promise<void> | null = null;
  let greeted: object | null = null;
  let pause = pace.soonestMs;
  let timer: NodeJS.Timeout | null = null;
  let closed = false;

  const linkWatch = transport.watch(() => {
    // A connection that a person has just opened is looked at, whatever the pace was.
    if (transport.link().state === "connected") schedule(0);
    if (transport.link().state === "asks" || transport.link().state === "waiting") tell(new Set(seen.keys()));
  });

  /** One look in flight; whoever comes meanwhile for paths that it does not know waits for the next one. */
  function look(): Promise<void> {
    looking ??= lookNow().finally(() => {
      looking = null;
    });
    return looking;
  }

  async function lookNow(): Promise<void> {
    const oldest = performance.now() - interestMs;
    for (const [path, since] of interest)
      if (since < oldest && !watchers.has(path)) {
        interest.delete(path);
        seen.delete(path);
      }
    const paths = [...interest.keys()];
    await greet();
    const changed = new Set<string>();
    for (let more = true; more && !closed; ) more = await lookOnce(paths, changed);
    lookedAt = performance.now();
    pause = changed.size > 0 ? pace.soonestMs : Math.min(pace.slowestMs, pause * 1.3);
    tell(changed);
  }

  async function greet(): Promise<void> {
    await calls.login();
    const link = transport.link();
    if (greeted === link) return;
    greeted = link;
    await parts.connected();
  }

  /** True when the host has more than came with the answer. */
  async function lookOnce(paths: readonly string[], changed: Set<string>): Promise<boolean> {
    const offsets = await Promise.all(paths.map(offsetsOf));
    const runs = paths.map((directory, at) => ({ directory, files: offsets[at] ?? {} }));
    const { root } = await calls.login();
    const { fields, bytes } = await calls.call("look", { runs, budget, root });
    const looks = looksOf(transport.host, paths, fields, Date.now());
    if (looks === null)
      throw new RunlineError("hostFailed", { host: transport.host, cause: "it answered nonsense" });
    parts.begunAgain(wordsIn(fields), root);
    await takeFiles(paths, offsets, looks, bytes);
    let more = false;
    for (const [at, path] of paths.entries()) {
      const now = looks[at]?.observation;
      if (now === undefined) continue;
      const whole = await isWhole(path, looks[at]?.files ?? []);
      more ||= !whole && !now.unreadable;
      if (differs(seen.get(path), now)) changed.add(path);
      // An end is told when everything before it is here: who hears of it reads the last line.
      if (whole || now.exit === null) seen.set(path, now);
    }
    if (more) tell(changed);
    return more;
  }

  async function offsetsOf(path: string): Promise<Readonly<Record<string, number>>> {
    const id = posix.basename(path);
    const sizes = await Promise.all(mirroredFiles.map((file) => mirror.size(id, file)));
    const wanted = mirroredFiles.map((file, at) => [file, sizes[at] ?? 0] as const);
    return Object.fromEntries(wanted);
  }

  async function takeFiles(
    paths: readonly string[],
    offsets: readonly Readonly<Record<string, number>>[],
    looks: readonly RemoteLook[],
    bytes: Buffer,
  ): Promise<void> {
    let from = 0;
    for (const name of mirroredFiles)
      for (const [at, path] of paths.entries()) {
        const file = looks[at]?.files.find((each) => each.file === name);
        if (file === undefined) continue;
        const piece = bytes.subarray(from, from + file.bytes);
        from += file.bytes;
        const offset = offsets[at]?.[name] ?? 0;
        if (name === runFile.log && offset >= mostMirroredLog) continue;
        const { identity, size } = file;
        await mirror.take(posix.basename(path), name, { offset, bytes: piece, identity, size });
      }
  }

  async function isWhole(path: string, files: RemoteLook["files"]): Promise<boolean> {
    for (const { file, size } of files) {
      const wanted = file === runFile.log ? Math.min(size, mostMirroredLog) : size;
      if ((await mirror.size(posix.basename(path), file)) < wanted) return false;
    }
    return true;
  }

  function tell(paths: ReadonlySet<string>): void {
    for (const path of paths) for (const changed of watchers.get(path) ?? []) changed();
  }

  function schedule(ms: number): void {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    const isIdle = watchers.size === 0;
    // Nobody's machine is connected only to ask it that.
    if (closed || (isIdle && transport.link().state !== "connected")) return;
    timer = setTimeout(
      () => {
        timer = null;
        void look()
          .catch(() => undefined)
          .then(() => schedule(nextPause()));
      },
      isIdle ? Math.max(ms, idleMs) : ms,
    );
    timer.unref();
  }

  /** A machine that waits for a person, or that they have left, is left alone; one that is away is tried when its time has come. */
  function nextPause(): number {
    const link = transport.link();
    if (link.state === "asks" || link.state === "idle") return 60_000;
    if (link.state === "waiting") return Math.max(pace.soonestMs, link.retryAt - Date.now());
    return pause;
  }

  return {
    async observe(paths) {
      const now = performance.now();
      // The host refuses a request that names anything else: one path must not keep it from telling of the others.
      const runs = paths.filter((path) => isRunId(posix.basename(path)));
      const isNew = runs.some((path) => !interest.has(path));
      for (const path of runs) interest.set(path, now);
      if (runs.length > 0 && (isNew || now - lookedAt > pace.freshMs)) {
        // One in flight may have begun without the new paths.
        const next = isNew && looking !== null ? looking.catch(() => undefined).then(look) : look();
        await withPatience(next, pace.patienceMs);
      }
      const time = Date.now();
      return paths.map((path) => seen.get(path) ?? unseen(hostDirectory(transport.host, path), time));
    },
    watch(path, changed) {
      const wasIdle = watchers.size === 0;
      const mine = watchers.get(path) ?? new Set();
      watchers.set(path, mine.add(changed));
      interest.set(path, performance.now());
      // The timer of a connection that nothing was watched on is far away.
      if (wasIdle || timer === null) schedule(pace.soonestMs);
      return {
        [Symbol.dispose]() {
          mine.delete(changed);
          if (mine.size === 0 && watchers.get(path) === mine) watchers.delete(path);
        },
      };
    },
    poke: () => {
      lookedAt = Number.NEGATIVE_INFINITY;
      pause = pace.soonestMs;
      schedule(0);
    },
    close() {
      closed = true;
      if (timer !== null) clearTimeout(timer);
      linkWatch[Symbol.dispose]();
      watchers.clear();
    },
  };
}

/** What a host that lies may put there is looked up among the runs that are known, and nothing else is done with it. */
export function wordsIn(fields: Fields): readonly string[] {
  const words = fields.value("again");
  return Array.isArray(words) ? words.filter((word) => typeof word === "string").slice(0, mostWords) : [];
}

/** What moves while a run lives, besides the time of the look. */
function differs(before: Observation | undefined, now: Observation): boolean {
  if (before === undefined) return true;
  const { time: _then, ...was } = before;
  const { time: _now, ...is } = now;
  return JSON.stringify(was) !== JSON.stringify(is);
}

/** Waits for the work, but not for ever; a machine that is away is told by its link. Anything else is thrown. */
async function withPatience(work: Promise<void>, ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const enough = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  try {
    await Promise.race([work.catch(hushed), enough]);
  } finally {
    clearTimeout(timer);
  }
}

function hushed(thrown: unknown): void {
  const { code } = failureOf(thrown);
  if (code === "diskFull" || code === "workspaceReadOnly" || code === "unexpected") throw thrown;
}
