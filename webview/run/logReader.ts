/** Reads a run's log into a window: the end first, more when it is scrolled to, what is new while it is followed. */

import type { Failure } from "../../src/model/failure.ts";
import type { LogSlice, Reply } from "../../src/protocol/editor.ts";
import { bytesOf, LogWindow, sliceBytes, windowBytes } from "./logWindow.ts";

export type ReadLog = (offset: number, length: number) => Promise<Reply<LogSlice>>;

/** Lines that came in before (positive) or were forgotten at (negative) the start, so that the view can stay where it is. */
export type OnLog = (shiftedLines: number) => void;

export class LogReader {
  readonly window = new LogWindow();
  failure: Failure | undefined;
  /** False until the first answer. */
  loaded = false;
  private readonly read: ReadLog;
  private readonly onLog: OnLog;
  private busy = false;
  private again = false;

  constructor(read: ReadLog, onLog: OnLog) {
    this.read = read;
    this.onLog = onLog;
  }

  get atEnd(): boolean {
    return this.window.end >= this.window.size;
  }

  toEnd(): Promise<void> {
    return this.alone(() => this.replace(-sliceBytes));
  }

  toStart(): Promise<void> {
    return this.alone(() => this.replace(0));
  }

  /** To a place between 0 (start) and 1 (end). */
  toShare(share: number): Promise<void> {
    return this.alone(() => this.replace(Math.floor(share * Math.max(0, this.window.size - sliceBytes))));
  }

  /** The slice before the window. */
  earlier(): Promise<void> {
    const { window } = this;
    const from = Math.max(0, window.start - sliceBytes);
    if (window.empty || window.start === 0) return Promise.resolve();
    return this.alone(async () => {
      const slice = await this.slice(from, window.start - from);
      if (slice !== undefined) this.onLog(window.prepend(slice.offset, bytesOf(slice.base64)));
    });
  }

  /** The slice after the window. */
  later(): Promise<void> {
    return this.alone(async () => {
      await this.next();
    });
  }

  /** The log has grown. Followed at its end, the new part is read; elsewhere only the size. */
  async grown(): Promise<void> {
    if (this.busy) {
      this.again = true;
      return;
    }
    await this.alone(async () => {
      if (!this.loaded || this.failure !== undefined) return this.replace(-sliceBytes);
      if (!this.atEnd) {
        const slice = await this.slice(this.window.end, 1);
        if (slice !== undefined) this.window.size = slice.size;
        return this.onLog(0);
      }
      const first = await this.next();
      if (first !== undefined && first.size - this.window.end > windowBytes) return this.replace(-sliceBytes);
      while (!this.atEnd && (await this.next()) !== undefined);
    });
  }

  private async alone(work: () => Promise<void>): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    await work();
    this.busy = false;
    if (!this.again) return;
    this.again = false;
    await this.grown();
  }

  private async replace(offset: number): Promise<void> {
    const slice = await this.slice(offset, sliceBytes);
    if (slice !== undefined) this.window.reset(slice.offset, bytesOf(slice.base64), slice.size);
    this.onLog(0);
  }

  private async next(): Promise<LogSlice | undefined> {
    const slice = await this.slice(this.window.end, sliceBytes);
    if (slice === undefined) return undefined;
    // A log that became shorter was replaced by another attempt's.
    if (slice.size < this.window.end) {
      await this.replace(-sliceBytes);
      return undefined;
    }
    const bytes = bytesOf(slice.base64);
    this.onLog(-this.window.append(slice.offset, bytes, slice.size));
    return bytes.length === 0 ? undefined : slice;
  }

  private async slice(offset: number, length: number): Promise<LogSlice | undefined> {
    const reply = await this.read(offset, length);
    this.loaded = true;
    this.failure = reply.ok ? undefined : reply.failure;
    if (!reply.ok) this.onLog(0);
    return reply.ok ? reply.value : undefined;
  }
}
