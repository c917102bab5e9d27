/** Icons of the editor's own font. States differ by shape as well as by colour. */

import { html, nothing, type TemplateResult } from "lit";
import type { RunState } from "../../src/model/run.ts";

/** A decorative icon; what it means stands beside it as text. */
export function icon(name: string): TemplateResult {
  return html`<span class=${`codicon codicon-${name}`} aria-hidden="true"></span>`;
}

/** A button that is only an icon. The label is its name and its hover text. */
export function iconButton(
  name: string,
  label: string,
  onClick: (event: Event) => void,
  pressed?: boolean,
): TemplateResult {
  return html`<button
    class="icon-button"
    title=${label}
    aria-label=${label}
    aria-pressed=${pressed ?? nothing}
    @click=${onClick}
  >${icon(name)}</button>`;
}

interface StateLook {
  readonly icon: string;
  readonly label: string;
}

export const stateLooks: { readonly [S in RunState]: StateLook } = {
  queued: { icon: "watch", label: "queued" },
  running: { icon: "play-circle", label: "running" },
  finished: { icon: "pass", label: "finished" },
  failed: { icon: "error", label: "failed" },
  cancelled: { icon: "circle-slash", label: "canceled" },
  lost: { icon: "debug-disconnect", label: "lost" },
  orphaned: { icon: "warning", label: "running without its recorder" },
  unknown: { icon: "question", label: "not looked at yet" },
};

/** A run's state as a coloured shape with its name for those who can't see it. */
export function stateIcon(state: RunState): TemplateResult {
  const look = stateLooks[state];
  return html`<span class=${`codicon codicon-${look.icon} state-${state}`} role="img" aria-label=${look.label} title=${look.label}></span>`;
}
