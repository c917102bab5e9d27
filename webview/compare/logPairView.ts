/** The output of two runs side by side: one scroller for both, lines that differ marked, only those in sight drawn. */

import { html, nothing } from "lit";
import { formatBytes, formatWhole } from "../../src/model/format.ts";
import { PageElement } from "../shared/element.ts";
import { icon, iconButton } from "../shared/icon.ts";
import { touches } from "../shared/metricSource.ts";
import { Query } from "../shared/query.ts";
import { queryState } from "../shared/states.ts";
import { VirtualRows } from "../shared/virtualRows.ts";
import type { CompareHost } from "./compareHost.ts";
import { type LogPair, logLines, logPairs } from "./logPairs.ts";

const rowHeight = 18;
/** Of each log from its start; one call answers a part of it. */
const mostBytes = 2 * 1024 * 1024;
const callBytes = 1024 * 1024;

interface LoadedLog {
  readonly lines: readonly string[];
  readonly size: number;
  readonly read: number;
}

interface LoadedPair {
  readonly logs: readonly [LoadedLog, LoadedLog];
  readonly pairs: readonly LogPair[];
  /** Rows in which they differ. */
  readonly different: readonly number[];
}

export class LogPairView extends PageElement {
  static override properties = {
    host: { attribute: false },
    left: { attribute: false },
    right: { attribute: false },
    at: { state: true },
  };

  declare host: CompareHost;
  declare left: string;
  declare right: string;
  /** Which of the different rows a person has gone to; −1 before the first. */
  declare at: number;
  private asked = "";
  private end: (() => void) | undefined;
  private readonly pair = new Query<LoadedPair>(this, (signal) => this.read(signal), "later");
  private readonly virtual = new VirtualRows(this, {
    scroller: () => this.querySelector(".log-pair"),
    rowHeight,
  });

  constructor() {
    super();
    this.at = -1;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.end = this.host.on("changed", (changed) => {
      if (touches(changed, "logs", [this.left, this.right])) this.pair.refresh();
    });
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.end?.();
    this.asked = "";
  }

  protected override updated(): void {
    const wanted = `${this.left} ${this.right}`;
    if (wanted === this.asked) return;
    this.asked = wanted;
    this.pair.value = undefined;
    this.at = -1;
    this.pair.restart();
  }

  private async read(signal: AbortSignal) {
    const logs: LoadedLog[] = [];
    for (const id of [this.left, this.right]) {
      const reply = await this.readLog(id, signal);
      if (!reply.ok) return reply;
      logs.push(reply.value);
    }
    const [left, right] = logs;
    if (left === undefined || right === undefined) throw new Error("both logs were read");
    const pairs = logPairs(left.lines, right.lines);
    const different = pairs.flatMap(({ same }, row) => (same ? [] : [row]));
    return { ok: true as const, value: { logs: [left, right] as const, pairs, different } };
  }

  private async readLog(id: string, signal: AbortSignal) {
    const parts: Uint8Array[] = [];
    let [offset, size] = [0, 0];
    do {
      const reply = await this.host.call("runs/log", { id, offset, length: callBytes }, { signal });
      if (!reply.ok) return reply;
      const bytes = Uint8Array.from(atob(reply.value.base64), (sign) => sign.charCodeAt(0));
      size = reply.value.size;
      if (bytes.length === 0) break;
      parts.push(bytes);
      offset += bytes.length;
    } while (offset < Math.min(size, mostBytes));
    const lines = logLines(joined(parts, offset));
    // The last line of a part of a log is torn.
    return {
      ok: true as const,
      value: { lines: offset < size ? lines.slice(0, -1) : lines, size, read: offset },
    };
  }

  protected override render(): unknown {
    return queryState({
      query: this.pair,
      rows: 5,
      show: (pair) => this.loaded(pair),
      showLog: () => void this.host.act("page/showLog", {}),
    });
  }

  private loaded({ logs, pairs, different }: LoadedPair): unknown {
    if (pairs.length === 0) return html`<p class="quiet note">Neither run has written anything.</p>`;
    const cut = logs.filter(({ size, read }) => read < size);
    const count = formatWhole(different.length);
    const found =
      this.at < 0
        ? `${count} ${different.length === 1 ? "line differs" : "lines differ"}`
        : `Difference ${formatWhole(this.at + 1)} of ${count}`;
    return html`<div class="controls" role="group" aria-label="Differences of the output">
        <span>${different.length === 0 ? "The output is the same." : found}</span>
        ${iconButton("arrow-up", "Previous difference", () => this.goTo(this.at - 1, different))}
        ${iconButton("arrow-down", "Next difference", () => this.goTo(this.at + 1, different))}
        ${cut.length === 0 ? nothing : html`<span class="quiet">${icon("info")} The first ${formatBytes(mostBytes)} of up to ${formatBytes(Math.max(...cut.map(({ size }) => size)))}. Open a run for all of it.</span>`}
      </div>
      <div class="log-pair" tabindex="0" role="table" aria-label="Output side by side" aria-rowcount=${pairs.length} .style=${`max-height:${pairs.length * rowHeight + 2}px`} @keydown=${(event: KeyboardEvent) => this.onKey(event, different)}>
        <div class="log-pair-body" .style=${`height:${this.virtual.visible(pairs.length).length === 0 ? 0 : this.virtual.height}px`}>
          ${this.virtual.visible(pairs.length).map(({ index, start }) => this.row(index, start, pairs[index], logs, different))}
        </div>
      </div>`;
  }

  private row(
    row: number,
    top: number,
    pair: LogPair | undefined,
    logs: LoadedPair["logs"],
    different: readonly number[],
  ): unknown {
    if (pair === undefined) return nothing;
    const side = (log: LoadedLog, line: number, name: string) =>
      html`<span class="log-number" aria-hidden="true">${line < 0 ? "" : line + 1}</span><span class=${`log-text ${pair.same ? "" : line < 0 ? "gone" : "differs"}`} role="cell"
        aria-label=${line < 0 ? `${name}: no such line` : nothing} title=${log.lines[line] ?? ""}>${log.lines[line] ?? ""}</span>`;
    const current = this.at >= 0 && different[this.at] === row;
    return html`<div class=${`log-pair-row ${current ? "current" : ""}`} role="row" aria-rowindex=${row + 1} .style=${`transform:translateY(${top}px)`}>
      ${side(logs[0], pair.left, "left")}${side(logs[1], pair.right, "right")}</div>`;
  }

  private goTo(at: number, different: readonly number[]): void {
    if (different.length === 0) return;
    this.at = (at + different.length) % different.length;
    this.virtual.reveal(different[this.at] ?? 0, "center");
  }

  /** As in the editor's own comparison: F7 to the next difference, Shift+F7 to the one before. */
  private onKey(event: KeyboardEvent, different: readonly number[]): void {
    if (event.key !== "F7") return;
    event.preventDefault();
    this.goTo(this.at + (event.shiftKey ? -1 : 1), different);
  }
}

function joined(parts: readonly Uint8Array[], length: number): Uint8Array {
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

customElements.define("rl-log-pair", LogPairView);
