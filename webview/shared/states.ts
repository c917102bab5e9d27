/** The four ways a part of a page looks when it has nothing to draw yet: empty, loading, error, old. */

import { html, nothing, type TemplateResult } from "lit";
import type { Failure } from "../../src/model/failure.ts";
import { icon, iconButton } from "./icon.ts";
import type { Query } from "./query.ts";

export interface Action {
  readonly label: string;
  readonly run: () => void;
}

const button = (action: Action) =>
  html`<vscode-button secondary @click=${action.run}>${action.label}</vscode-button>`;

/** One sentence, and one button where there is something to do. */
export function emptyState(text: string, action?: Action): TemplateResult {
  return html`<div class="state"><p>${text}</p>${action ? button(action) : nothing}</div>`;
}

/** What happened and what to do now, in place. */
export function errorState(failure: Failure, actions: readonly Action[] = []): TemplateResult {
  const shown = failure.audience === "user" ? failure.message : "Something went wrong in Runline.";
  return html`<div class="state error" role="alert">
    <p>${icon("error")} ${shown}</p>
    <p class="quiet">${failure.audience === "user" ? failure.next : failure.message}</p>
    <div class="state-actions">${actions.map(button)}</div>
  </div>`;
}

/** Lines in the shape of what will come. Shown only after a short wait. */
export function placeholder(rows: number): TemplateResult {
  return html`<div class="placeholder" role="status" aria-label="Loading">
    ${Array.from({ length: rows }, () => html`<div class="placeholder-row"></div>`)}
  </div>`;
}

export interface QueryView<T> {
  readonly query: Query<T>;
  readonly rows: number;
  readonly show: (value: T) => unknown;
  readonly showLog: () => void;
  /** The server is gone: what is shown is from before. */
  readonly lost?: boolean;
}

/** A query as it stands: its value if there is one (a failure since then is told above it), else what it waits for. */
export function queryState<T>({ query, rows, show, showLog, lost = false }: QueryView<T>): unknown {
  const actions: readonly Action[] = [
    { label: "Try again", run: () => query.restart() },
    { label: "Show log", run: showLog },
  ];
  if (query.value !== undefined)
    return html`${query.failure || lost ? old(query, query.failure?.message ?? serverGone) : nothing}${show(query.value)}`;
  if (query.failure !== undefined) return errorState(query.failure, actions);
  if (query.waiting === "long")
    return html`<div class="state" role="status">
      <p>Still waiting for Runline's server. It may be taking in a large run, or be restarting.</p>
      <div class="state-actions">${actions.map(button)}</div>
    </div>`;
  return query.waiting === "placeholder" ? placeholder(rows) : nothing;
}

const serverGone = "Runline's server is not running.";

/** What follows it on the page is greyed (states.css). */
function old<T>(query: Query<T>, why: string): TemplateResult {
  const time = new Date(query.readAt).toLocaleTimeString(undefined, {
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  });
  return html`<div class="banner old" role="status">
    ${icon("debug-disconnect")}<span class="grow">${why} What is shown is as of ${time}.</span>
    <button class="link" @click=${() => query.restart()}>Reconnect</button>
  </div>`;
}

/** What a person asked for and did not get; stays until it is closed. */
export function noticeBar(failure: Failure, onClose: () => void): TemplateResult {
  return html`<div class="banner" role="alert">
    ${icon("warning")}<span class="grow">${failure.message} <span class="quiet">${failure.next}</span></span>
    ${iconButton("close", "Close", onClose)}
  </div>`;
}
