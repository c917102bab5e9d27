/** What a person says about the run: a note that saves itself, and tags. */

import { html, nothing } from "lit";
import { givenTags, isKeptElsewhere, noteOf } from "../../src/model/clientTags.ts";
import type { Run, RunEdit } from "../../src/model/run.ts";
import { PageElement } from "../shared/element.ts";
import { icon } from "../shared/icon.ts";
import { naturally } from "../shared/metricGroups.ts";
import type { RunHost } from "./runHost.ts";

const pauseMs = 600;

class NotesTab extends PageElement {
  static override properties = {
    host: { attribute: false },
    run: { attribute: false },
    status: { state: true },
  };

  declare host: RunHost;
  declare run: Run;
  declare status: string;

  private timer = 0;
  /** Typed and not yet saved. */
  private draft: string | undefined;

  constructor() {
    super();
    this.status = "";
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    void this.saveNote();
  }

  protected override render(): unknown {
    const tags = [...givenTags(this.run)].sort(([a], [b]) => naturally(a, b));
    // What a server keeps is changed there: here it would be read over.
    const kept = isKeptElsewhere(this.run);
    return html`<section class="block notes">
        <h2><label for="note">Note</label> <span class="quiet" role="status">${this.status}</span></h2>
        <textarea id="note" rows="10" maxlength="100000" placeholder="What was tried, and what came of it" .value=${this.draft ?? noteOf(this.run)}
          @input=${this.onInput} @blur=${() => this.saveNote()}></textarea>
      </section>
      <section class="block">
        <h2>Tags</h2>
        <div class="tags">
          ${tags.map(
            ([
              key,
              value,
            ]) => html`<span class="tag"><span class="clip" title=${`${key}: ${value}`}>${key}${value === "" ? nothing : html`<span class="quiet">: ${value}</span>`}</span>
              ${kept ? nothing : html`<button aria-label=${`Remove tag ${key}`} title="Remove" @click=${() => this.edit({ tags: { [key]: null } })}>${icon("close")}</button>`}</span>`,
          )}
          ${
            kept
              ? html`<span class="quiet">${tags.length === 0 ? "None. " : ""}They are given on ${this.run.host}.</span>`
              : html`<input class="tag-field" aria-label="Add a tag" placeholder="Add tag, or key: value" maxlength="250" @keydown=${this.onTagKey} />`
          }
        </div>
      </section>`;
  }

  private readonly onInput = (event: Event): void => {
    this.draft = (event.target as HTMLTextAreaElement).value;
    this.status = "";
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.saveNote(), pauseMs);
  };

  private readonly onTagKey = (event: KeyboardEvent): void => {
    const field = event.currentTarget;
    if (event.key !== "Enter" || !(field instanceof HTMLInputElement) || field.value.trim() === "") return;
    const [key = "", ...rest] = field.value.split(":");
    field.value = "";
    void this.edit({ tags: { [key.trim()]: rest.join(":").trim() } });
  };

  private async saveNote(): Promise<void> {
    clearTimeout(this.timer);
    const note = this.draft;
    if (note === undefined || note === noteOf(this.run)) return;
    await this.edit({ note });
    if (this.draft === note) this.draft = undefined;
  }

  private async edit(edit: RunEdit): Promise<void> {
    const reply = await this.host.call("runs/edit", { id: this.run.id, edit });
    this.status = reply.ok ? (edit.note === undefined ? "" : "saved") : `not saved: ${reply.failure.message}`;
    this.dispatchEvent(new CustomEvent("edited"));
  }
}

customElements.define("rl-notes", NotesTab);
