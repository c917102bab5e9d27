/** The top of the Run page: state, name, key metric, duration, host, code, and what can be done with the run. */

import { html, nothing, type TemplateResult } from "lit";
import { isKeptElsewhere, isTold } from "../../src/model/clientTags.ts";
import { formatDuration, formatValue } from "../../src/model/format.ts";
import type { Run } from "../../src/model/run.ts";
import { colorOfRun } from "../../src/model/runColor.ts";
import { asOfBadge } from "../shared/asOf.ts";
import { iconButton, stateIcon, stateLooks } from "../shared/icon.ts";
import { showKeyHints } from "../shared/keyHints.ts";
import type { MenuItem } from "../shared/menu.ts";
import type { RunHost } from "./runHost.ts";
import { runKeys } from "./runKeys.ts";
import "../shared/menu.ts";

export interface HeaderView {
  readonly run: Run;
  readonly host: RunHost;
  readonly renaming: boolean;
  readonly onRenaming: (renaming: boolean) => void;
  readonly onEdited: () => void;
}

export function runHeader(view: HeaderView): TemplateResult {
  const { run, host } = view;
  return html`<header class="run-head">
    <div class="run-title">
      ${stateIcon(run.state)}
      ${view.renaming ? nameField(view) : nameShown(view)}
      <span class=${`run-state state-${run.state}`} title=${run.reason ?? nothing}>${stateLooks[run.state].label}${run.reason ? html`<span class="quiet">: ${run.reason}</span>` : nothing}</span>
      ${asOfBadge(run)}
    </div>
    <dl class="run-facts">${facts(run, host)}</dl>
  </header>`;
}

/** What can be done with the run; stands beside the tabs. */
export function runActions({ run, host }: HeaderView): TemplateResult {
  return html`<div class="run-actions">${actions({ run, host })}</div>`;
}

function nameShown({ run, host, onRenaming, onEdited }: HeaderView): TemplateResult {
  const star = async () => {
    await host.act("runs/edit", { id: run.id, edit: { starred: !run.starred } });
    onEdited();
  };
  return html`<span class=${`name-dot run-${colorOfRun(run.id) + 1}`} aria-hidden="true"></span>
    ${
      isKeptElsewhere(run)
        ? html`<h1 class="clip" title=${run.name}>${run.name}</h1>`
        : html`<h1 class="clip" title=${run.name} @dblclick=${() => onRenaming(true)}>${run.name}</h1>
    ${iconButton("edit", "Rename", () => onRenaming(true))}`
    }
    ${iconButton(run.starred ? "star-full" : "star-empty", run.starred ? "Remove star" : "Star", () => void star(), run.starred || undefined)}`;
}

function nameField({ run, host, onRenaming, onEdited }: HeaderView): TemplateResult {
  const rename = async (field: EventTarget | null) => {
    const name = field instanceof HTMLInputElement ? field.value.trim() : "";
    if (name !== "" && name !== run.name) await host.act("runs/edit", { id: run.id, edit: { name } });
    onRenaming(false);
    onEdited();
  };
  const onKey = (event: KeyboardEvent) => {
    if (event.key === "Enter") void rename(event.currentTarget);
    if (event.key === "Escape") onRenaming(false);
  };
  return html`<input class="name-field" aria-label="Name of the run" maxlength="250" .value=${run.name} autofocus
    @keydown=${onKey} @blur=${(event: FocusEvent) => rename(event.currentTarget)} />`;
}

function facts(run: Run, host: RunHost): readonly TemplateResult[] {
  const key = run.keyMetric;
  const summary = key === null ? undefined : run.metrics[key];
  const shown: TemplateResult[] = [];
  const fact = (label: string, value: unknown, title = "") =>
    shown.push(html`<div title=${title}><dt>${label}</dt><dd>${value}</dd></div>`);
  if (key !== null && summary !== undefined)
    fact(
      key,
      html`<span class="number key-value">${formatValue(summary.last)}</span>`,
      `${key}: last ${summary.last} at step ${summary.lastStep}, lowest ${summary.min}, highest ${summary.max}`,
    );
  if (run.started !== null)
    fact(
      "duration",
      html`<span class="number">${formatDuration((run.ended ?? Date.now()) - run.started)}</span>`,
      new Date(run.started).toLocaleString(),
    );
  fact("host", run.host);
  if (run.code !== null) fact("code", codeLink(run, host));
  if (run.attempt > 1) fact("attempt", html`<span class="number">${run.attempt}</span>`);
  return shown;
}

function codeLink(run: Run, host: RunHost): TemplateResult {
  const { code } = run;
  const id = (code?.head ?? code?.id ?? "").replace(/^sha256:/, "").slice(0, 7);
  const changed = code === null || code.changed_count === 0 ? "" : ` + ${code.changed_count}`;
  return html`<button class="link mono" title="Open the difference to the working tree" @click=${() => host.act("page/openDiff", { runId: run.id })}>${id}${changed}</button>`;
}

function actions({ run, host }: Pick<HeaderView, "run" | "host">): TemplateResult {
  const active = run.state === "running" || run.state === "queued" || run.state === "orphaned";
  const copyCommand = async () => {
    const line = await host.act("runs/reproduce", { id: run.id });
    if (line !== undefined) await host.act("page/copy", { text: line.command });
  };
  const there = isKeptElsewhere(run);
  const told = isTold(run);
  const difference = {
    label: "Open difference to the working tree",
    icon: "diff",
    run: () => void host.act("page/openDiff", { runId: run.id }),
  };
  const more = [
    ...(told ? [] : [{ label: "Copy command to reproduce", icon: "copy", run: () => void copyCommand() }]),
    ...(run.code === null ? [] : [difference]),
    ...(there ? [openThere(run, host)] : []),
    {
      label: "Show lineage",
      icon: "git-merge",
      run: () => void host.act("page/lineage", { node: `run:${run.id}` }),
    },
    ...(told ? [] : [openLog(run, host)]),
    { label: "Copy run id", icon: "key", run: () => void host.act("page/copy", { text: run.id }) },
    { label: "Keyboard (?)", icon: "keyboard", run: () => showKeyHints(runKeys) },
  ];
  return html`
    ${active && !there ? html`<vscode-button secondary @click=${() => host.act("runs/cancel", { id: run.id })}>Cancel</vscode-button>` : nothing}
    <vscode-button secondary @click=${() => host.act("page/compare", { runId: run.id })}>Compare</vscode-button>
    ${there ? nothing : html`<vscode-button secondary @click=${() => host.act("page/register", { runId: run.id })}>Register model</vscode-button>`}
    <rl-menu .label=${"More actions"} .items=${more}></rl-menu>`;
}

function openThere(run: Run, host: RunHost): MenuItem {
  const open = () => void host.act("page/openElsewhere", { runId: run.id });
  return { label: `Open on ${run.host}`, icon: "link-external", run: open };
}

function openLog(run: Run, host: RunHost): MenuItem {
  const open = () => void host.act("page/openLog", { runId: run.id });
  return { label: "Open the whole log", icon: "output", run: open };
}
