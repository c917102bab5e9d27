/** The run's output as a terminal would show it, of any size: virtual rows over a bounded window of the log. */

import { html, nothing, type PropertyValues } from "lit";
import { type AnsiColor, type AnsiStyle, withoutAnsi } from "../../src/model/ansi.ts";
import { formatBytes } from "../../src/model/format.ts";
import { PageElement } from "../shared/element.ts";
import { iconButton } from "../shared/icon.ts";
import { searchField } from "../shared/searchField.ts";
import { emptyState, errorState, placeholder } from "../shared/states.ts";
import { VirtualRows } from "../shared/virtualRows.ts";
import { type LogPiece, logPieces, longestLine } from "./logLine.ts";
import { LogReader } from "./logReader.ts";
import type { RunHost } from "./runHost.ts";

const rowHeight = 18;
const nearEdge = 400;

export class OutputTab extends PageElement {
  static override properties = {
    host: { attribute: false },
    runId: { attribute: false },
    active: { attribute: false },
    told: { attribute: false },
    wrap: { attribute: false },
    collapsed: { state: true },
    search: { state: true },
    match: { state: true },
    following: { state: true },
  };

  declare host: RunHost;
  declare runId: string;
  /** The run may still write. */
  declare active: boolean;
  /** Nobody here started its script (`isTold`). */
  declare told: boolean;
  declare wrap: boolean;
  declare collapsed: boolean;
  declare search: string;
  declare match: number;
  declare following: boolean;

  private readonly rows = new VirtualRows(this, { scroller: () => this.querySelector(".log"), rowHeight });
  private readonly reader = new LogReader(
    (offset, length) => this.host.call("runs/log", { id: this.runId, offset, length }),
    (shifted) => this.onLog(shifted),
  );
  private unsubscribe: (() => void) | undefined;
  private slow = false;

  constructor() {
    super();
    this.collapsed = true;
    this.search = "";
    this.match = -1;
    this.following = true;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    void this.reader.toEnd();
    window.setTimeout(() => {
      this.slow = true;
      this.requestUpdate();
    }, 200);
    const onVisible = () => {
      if (!document.hidden) void this.reader.grown();
    };
    document.addEventListener("visibilitychange", onVisible);
    const end = this.host.on("changed", (changed) => {
      const concerned = changed.runIds.length === 0 || changed.runIds.includes(this.runId);
      if (concerned && changed.kinds.includes("logs") && !document.hidden) void this.reader.grown();
    });
    this.unsubscribe = () => {
      end();
      document.removeEventListener("visibilitychange", onVisible);
    };
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.unsubscribe?.();
  }

  protected override render(): unknown {
    const { reader } = this;
    if (reader.window.empty) return this.nothingYet();
    const lines = reader.window.rows(this.collapsed);
    const items = this.rows.visible(lines.length);
    const first = items[0]?.start ?? 0;
    return html`${this.toolbar(lines)}
      ${reader.failure ? html`<div class="banner" role="status">${reader.failure.message}</div>` : nothing}
      <div class=${this.wrap ? "log wrapped" : "log"} tabindex="0" role="log" aria-label="Output" aria-live="off"
        @scroll=${this.onScroll} @keydown=${this.onKey}>
        <div class="log-space" .style=${`height:${this.rows.height}px`}>
          <div class="log-rows" .style=${`transform:translateY(${first}px)`}>
            ${items.map((item) => this.row(lines[item.index] ?? "", item.index))}
          </div>
        </div>
      </div>`;
  }

  private nothingYet(): unknown {
    const { failure, loaded } = this.reader;
    if (failure !== undefined)
      return errorState(failure, [
        { label: "Try again", run: () => void this.reader.toEnd() },
        { label: "Show log", run: () => void this.host.act("page/showLog", {}) },
      ]);
    if (!loaded) return this.slow ? placeholder(8) : nothing;
    if (this.told)
      return emptyState(
        "No output was recorded: Runline has what a script prints only where it started the script itself.",
      );
    return emptyState(
      this.active ? "No output yet. It appears here as the script prints it." : "The script printed nothing.",
    );
  }

  private toolbar(lines: readonly string[]): unknown {
    const { window } = this.reader;
    const found = this.matchingRows(lines);
    const whole = window.fromTheStart && this.reader.atEnd;
    return html`<div class="controls" role="group" aria-label="Output">
      ${searchField({
        text: this.search,
        label: whole ? "Search output" : "Search the loaded part",
        onSearch: (text) => this.onSearch(text),
        onEnter: (backwards) => this.step(found, backwards),
      })}
      ${this.search === "" ? nothing : html`<span class="quiet" role="status">${this.foundText(found)}</span>`}
      <vscode-checkbox label="Wrap" ?checked=${this.wrap} @change=${() => this.dispatchEvent(new CustomEvent("wrap", { detail: !this.wrap }))}></vscode-checkbox>
      <vscode-checkbox label="All progress lines" title="Show every rewrite of a progress bar as a line of its own" ?checked=${!this.collapsed}
        @change=${() => {
          this.collapsed = !this.collapsed;
          this.rows.remeasure();
        }}></vscode-checkbox>
      <span class="grow"></span>
      ${whole ? html`<span class="quiet number">${formatBytes(window.size)}</span>` : this.position()}
      ${iconButton("arrow-up", "Go to the start", () => void this.jump(() => this.reader.toStart(), false))}
      ${iconButton("arrow-down", this.active ? "Go to the end and follow" : "Go to the end", () => void this.jump(() => this.reader.toEnd(), true), this.active && this.following ? true : undefined)}
      ${iconButton("go-to-file", "Open the whole log in an editor", () => void this.host.act("page/openLog", { runId: this.runId }))}
    </div>`;
  }

  /** For a log that is larger than the loaded window: where the window is, and a way to anywhere else. */
  private position(): unknown {
    const { window } = this.reader;
    const share =
      window.size <= window.end - window.start
        ? 0
        : window.start / (window.size - (window.end - window.start));
    const go = (event: Event) =>
      this.jump(() => this.reader.toShare(Number((event.target as HTMLInputElement).value) / 1000), false);
    return html`<label class="control">
      <span class="quiet number">${formatBytes(window.start)} – ${formatBytes(window.end)} of ${formatBytes(window.size)}</span>
      <input type="range" min="0" max="1000" .value=${String(Math.round(share * 1000))} aria-label="Place in the log" @change=${go} />
    </label>`;
  }

  private row(line: string, index: number): unknown {
    const numbered = this.reader.window.fromTheStart;
    return html`<div class=${index === this.match ? "log-row current" : "log-row"} data-index=${index}
      >${numbered ? html`<span class="line-number" aria-hidden="true">${index + 1}</span>` : nothing}<span class="line-text"
      >${logPieces(line, this.search).map((piece) => this.piece(piece))}${line.length > longestLine ? html`<span class="quiet"> … ${(line.length - longestLine).toLocaleString("en-US")} more characters</span>` : nothing}</span></div>`;
  }

  private piece({ text, style, link, marked }: LogPiece): unknown {
    const classes = styleClasses(style, marked);
    if (link !== null)
      return html`<button class=${`link ${classes}`} title=${`Open ${link.path} at line ${link.line}`}
        @click=${() => this.host.act("page/openFile", { path: link.path, line: link.line })}>${text}</button>`;
    const exact = exactColors(style);
    return classes === "" && exact === ""
      ? text
      : html`<span class=${classes} .style=${exact}>${text}</span>`;
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (changed.has("wrap") && changed.get("wrap") !== undefined) this.rows.remeasure();
    if (this.wrap) for (const row of this.querySelectorAll<HTMLElement>(".log-row")) this.rows.measure(row);
    const log = this.querySelector(".log");
    if (log !== null && this.following && this.reader.atEnd) log.scrollTop = log.scrollHeight;
  }

  private onLog(shifted: number): void {
    if (shifted !== 0 && !(this.following && this.reader.atEnd)) this.rows.shift(shifted, rowHeight);
    this.requestUpdate();
  }

  private readonly onScroll = (event: Event): void => {
    const log = event.currentTarget;
    if (!(log instanceof HTMLElement)) return;
    const below = log.scrollHeight - log.scrollTop - log.clientHeight;
    this.following = below < rowHeight && this.reader.atEnd;
    if (log.scrollTop < nearEdge && !this.reader.window.fromTheStart) void this.reader.earlier();
    if (below < nearEdge && !this.reader.atEnd) void this.reader.later();
  };

  private readonly onKey = (event: KeyboardEvent): void => {
    if (event.key === "Home" && event.ctrlKey) void this.jump(() => this.reader.toStart(), false);
    if (event.key === "End" && event.ctrlKey) void this.jump(() => this.reader.toEnd(), true);
  };

  private async jump(load: () => Promise<void>, follow: boolean): Promise<void> {
    this.following = follow;
    await load();
    await this.updateComplete;
    const log = this.querySelector(".log");
    if (log !== null) log.scrollTop = follow ? log.scrollHeight : 0;
  }

  private onSearch(text: string): void {
    this.search = text;
    this.match = -1;
    if (text !== "") this.step(this.matchingRows(this.reader.window.rows(this.collapsed)), true);
  }

  private matchingRows(lines: readonly string[]): readonly number[] {
    if (this.search === "") return [];
    const wanted = this.search.toLowerCase();
    return [...lines.keys()].filter((index) =>
      withoutAnsi(lines[index] ?? "")
        .toLowerCase()
        .includes(wanted),
    );
  }

  private foundText(found: readonly number[]): string {
    if (found.length === 0) return "not found";
    const place = found.indexOf(this.match);
    const count = found.length.toLocaleString("en-US");
    return place < 0 ? `${count} lines` : `${(place + 1).toLocaleString("en-US")} of ${count} lines`;
  }

  /** To the next line that matches, round the end. */
  private step(found: readonly number[], backwards: boolean): void {
    if (found.length === 0) return;
    const place = found.indexOf(this.match);
    const next =
      place < 0
        ? backwards
          ? found.length - 1
          : 0
        : (place + (backwards ? -1 : 1) + found.length) % found.length;
    this.match = found[next] ?? -1;
    this.following = false;
    this.rows.reveal(this.match, "center");
  }
}

const numbered = (kind: string, color: AnsiColor | null) =>
  typeof color === "number" ? `${kind}-${color}` : "";

function styleClasses(style: AnsiStyle, marked: boolean): string {
  const [foreground, background] = style.inverse
    ? [style.background, style.foreground]
    : [style.foreground, style.background];
  return [
    numbered("ink", foreground),
    numbered("paper", background),
    style.inverse ? "inverse" : "",
    style.bold ? "bold" : "",
    style.dim ? "dim" : "",
    style.italic ? "italic" : "",
    style.underline ? "underline" : "",
    style.strike ? "strike" : "",
    marked ? "marked" : "",
  ]
    .filter(Boolean)
    .join(" ");
}

/** Colours that no theme names; set through the object model, which the content policy allows. */
function exactColors(style: AnsiStyle): string {
  const [foreground, background] = style.inverse
    ? [style.background, style.foreground]
    : [style.foreground, style.background];
  return [
    typeof foreground === "string" ? `color:${foreground}` : "",
    typeof background === "string" ? `background:${background}` : "",
  ]
    .filter(Boolean)
    .join(";");
}

customElements.define("rl-output", OutputTab);
