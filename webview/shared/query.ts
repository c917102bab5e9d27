/** What a part of a page has asked for: the last good value, what went wrong since, and when to ask again. */

import type { ReactiveController, ReactiveControllerHost } from "lit";
import type { Failure } from "../../src/model/failure.ts";
import type { Reply } from "../../src/protocol/editor.ts";

/** Content-shaped placeholders come after this long, the cause and a way out after `longWaitMs`. */
const placeholderMs = 200;
const longWaitMs = 10_000;
/** Live values are asked for at most four times a second. */
const shortestGapMs = 250;
const restingFactor = 5;

export type Waiting = "no" | "short" | "placeholder" | "long";

/**
 * Reads once when its element appears, again on `refresh` (coalesced: one in flight, one queued, none while the page is
 * hidden), and anew on `restart` (the running read is given up). The last value stays while a newer one is read.
 */
export class Query<T> implements ReactiveController {
  value: T | undefined;
  failure: Failure | undefined;
  /** When the value came, in epoch milliseconds. */
  readAt = 0;
  waiting: Waiting = "no";
  private readonly element: ReactiveControllerHost;
  private readonly read: (signal: AbortSignal) => Promise<Reply<T>>;
  private running: AbortController | undefined;
  private queued = false;
  private connected = false;
  private readonly startsAtOnce: boolean;
  private startedAt = 0;
  private lastTook = 0;
  private timers: number[] = [];
  private gap: number | undefined;

  /** `start`: `"later"` waits for the first `restart`, for readers that must be measured first. */
  constructor(
    element: ReactiveControllerHost,
    read: (signal: AbortSignal) => Promise<Reply<T>>,
    start: "atOnce" | "later" = "atOnce",
  ) {
    this.element = element;
    this.read = read;
    this.startsAtOnce = start === "atOnce";
    element.addController(this);
  }

  hostConnected(): void {
    this.connected = true;
    document.addEventListener("visibilitychange", this.onVisible);
    if (this.startsAtOnce) this.restart();
  }

  hostDisconnected(): void {
    this.connected = false;
    document.removeEventListener("visibilitychange", this.onVisible);
    this.stop();
  }

  /** Reads again when the present read is done and the page is seen. */
  refresh(): void {
    if (!this.connected) return;
    this.queued = true;
    this.startQueued();
  }

  /** What is asked for has changed: gives the present read up and reads now. */
  restart(): void {
    if (!this.connected) return;
    this.stop();
    this.queued = false;
    void this.start();
  }

  private readonly onVisible = () => this.startQueued();

  private startQueued(): void {
    if (!this.queued || this.running !== undefined || document.hidden || this.gap !== undefined) return;
    // What takes long to read is read less often, so that it takes a fifth of the time at most.
    const gap = Math.max(shortestGapMs, this.lastTook * restingFactor);
    const wait = this.startedAt + gap - performance.now();
    if (wait > 0) {
      this.gap = window.setTimeout(() => {
        this.gap = undefined;
        this.startQueued();
      }, wait);
      return;
    }
    this.queued = false;
    void this.start();
  }

  private async start(): Promise<void> {
    const run = new AbortController();
    this.running = run;
    this.startedAt = performance.now();
    this.wait("short");
    this.timers = [
      window.setTimeout(() => this.wait("placeholder"), placeholderMs),
      window.setTimeout(() => this.wait("long"), longWaitMs),
    ];
    const reply = await this.read(run.signal);
    if (this.running !== run) return;
    this.stop();
    if (reply.ok) {
      this.value = reply.value;
      this.readAt = Date.now();
    }
    this.lastTook = performance.now() - this.startedAt;
    this.failure = reply.ok ? undefined : reply.failure;
    this.element.requestUpdate();
    this.startQueued();
  }

  private wait(waiting: Waiting): void {
    this.waiting = waiting;
    if (waiting !== "short") this.element.requestUpdate();
  }

  private stop(): void {
    for (const timer of this.timers) clearTimeout(timer);
    clearTimeout(this.gap);
    this.gap = undefined;
    this.timers = [];
    this.waiting = "no";
    const run = this.running;
    this.running = undefined;
    run?.abort();
  }
}
