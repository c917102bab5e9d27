/** What the run ran in: command, exact code, interpreter, packages. */

import { html, nothing } from "lit";
import { isTold, sourceOf } from "../../src/model/clientTags.ts";
import type { Environment, Run } from "../../src/model/run.ts";
import type { CodeChanges } from "../../src/protocol/editor.ts";
import { PageElement } from "../shared/element.ts";
import { icon, iconButton } from "../shared/icon.ts";
import { naturally } from "../shared/metricGroups.ts";
import { Query } from "../shared/query.ts";
import { searchField } from "../shared/searchField.ts";
import { queryState } from "../shared/states.ts";
import type { RunHost } from "./runHost.ts";

const changeIcon = { modified: "diff-modified", deleted: "diff-removed", added: "diff-added" } as const;

class EnvironmentTab extends PageElement {
  static override properties = {
    host: { attribute: false },
    run: { attribute: false },
    search: { state: true },
  };

  declare host: RunHost;
  declare run: Run;
  declare search: string;

  private readonly environment = new Query<Environment | null>(this, (signal) =>
    this.host.call("runs/environment", { id: this.run.id }, { signal }),
  );
  private readonly changes = new Query<CodeChanges>(this, (signal) =>
    this.host.call("code/changes", { id: this.run.id }, { signal }),
  );
  private readonly showLog = () => void this.host.act("page/showLog", {});

  constructor() {
    super();
    this.search = "";
  }

  protected override render(): unknown {
    const { run, environment, showLog } = this;
    if (!isTold(run))
      return html`${this.command()} ${this.code()}
        ${queryState({ query: environment, rows: 6, show: (value) => this.machine(value), showLog })}`;
    const show = (value: Environment | null) => (value === null ? nothing : this.machine(value));
    return html`${this.source()} ${run.code === null ? nothing : this.code()}
      ${queryState({ query: environment, rows: 6, show, showLog })}`;
  }

  /** All that is known where nobody saw the script start. */
  private source(): unknown {
    const { user, script, commit } = sourceOf(this.run);
    const known = [user, script, commit].some((text) => text !== "");
    return html`<section class="block">
      <h2>Source</h2>
      ${known ? nothing : html`<p class="quiet">The client said nothing of where it ran.</p>`}
      <dl class="pairs">
        ${script === "" ? nothing : pair("Script", html`<span class="mono">${script}</span>`)}
        ${commit === "" ? nothing : pair("Commit", html`<span class="mono" title=${commit}>${commit.slice(0, 12)}</span>`)}
        ${user === "" ? nothing : pair("User", user)}
      </dl>
    </section>`;
  }

  private command(): unknown {
    const text = this.run.argv.join(" ");
    return html`<section class="block">
      <h2>Command ${iconButton("copy", "Copy command", () => void this.host.act("page/copy", { text }))}</h2>
      <p class="mono value">${text}</p>
      <p class="quiet value">in ${this.run.cwd}</p>
    </section>`;
  }

  private code(): unknown {
    const { code } = this.run;
    if (code === null)
      return html`<section class="block"><h2>Code</h2><p class="quiet">No snapshot was taken.</p></section>`;
    return html`<section class="block">
      <h2>Code</h2>
      <dl class="pairs">
        ${pair("Snapshot", html`<span class="mono">${code.id.replace(/^sha256:/, "").slice(0, 12)}</span> <span class="quiet">${code.kind === "git" ? "git commit" : "manifest of hashes"}</span>`)}
        ${code.head === null ? nothing : pair("Based on", html`<span class="mono">${code.head.slice(0, 12)}</span>${code.branch ? html` <span class="quiet">on ${code.branch}</span>` : nothing}`)}
        ${code.remote === null ? nothing : pair("Remote", code.remote)}
        ${
          code.kind === "manifest"
            ? pair("Kept", code.files === undefined ? "copied" : copiedText(code.files))
            : pair(
                "Uncommitted",
                code.changed_count === 0 ? "nothing" : this.changed(code.changed, code.changed_count),
              )
        }
        ${code.skipped.length === 0 ? nothing : pair("Left out", html`<span title="Larger than the size limit">${code.skipped.join(", ")}</span>`)}
      </dl>
      ${queryState({ query: this.changes, rows: 2, show: (value) => this.differences(value), showLog: this.showLog })}
    </section>`;
  }

  private changed(paths: readonly string[], count: number): unknown {
    return html`${paths.slice(0, 8).join(", ")}${count > 8 ? html` <span class="quiet">and ${count - Math.min(8, paths.length)} more</span>` : nothing}`;
  }

  private differences({ files }: CodeChanges): unknown {
    const open = (path?: string) =>
      this.host.act(
        "page/openDiff",
        path === undefined ? { runId: this.run.id } : { runId: this.run.id, path },
      );
    if (files.length === 0)
      return html`<p class="quiet">${icon("check")} The working tree is the same as the snapshot.</p>`;
    return html`<p>Since then ${files.length === 1 ? "1 file has" : `${files.length.toLocaleString("en-US")} files have`} changed in the working tree.
        <button class="link" @click=${() => open()}>Open all differences</button></p>
      <ul class="plain">${files
        .slice(0, 50)
        .map(
          (file) =>
            html`<li>${icon(changeIcon[file.change])}<button class="link clip" title=${file.path} @click=${() => open(file.path)}>${file.path}</button><span class="quiet">${file.change}</span></li>`,
        )}</ul>`;
  }

  private machine(environment: Environment | null): unknown {
    if (environment === null)
      return html`<section class="block"><h2>Interpreter</h2><p class="quiet">Not recorded for this run.</p></section>`;
    const packages = Object.entries(environment.packages).sort(([a], [b]) => naturally(a, b));
    const shown = packages.filter(([name]) => name.toLowerCase().includes(this.search.toLowerCase()));
    const lines = packages.map(([name, version]) => `${name}==${version}`).join("\n");
    return html`<section class="block">
        <h2>Interpreter</h2>
        <dl class="pairs">
          ${pair("Python", html`${environment.version} <span class="quiet value">${environment.interpreter}</span>`)}
          ${pair("Platform", environment.platform)}
          ${pair("GPUs", environment.gpus.length === 0 ? "none" : environment.gpus.join(", "))}
        </dl>
      </section>
      <section class="block">
        <h2>Packages <span class="count">${packages.length}</span>${iconButton("copy", "Copy as requirements", () => void this.host.act("page/copy", { text: lines }))}</h2>
        ${
          packages.length > 12
            ? searchField({
                text: this.search,
                label: "Search packages",
                onSearch: (text) => {
                  this.search = text;
                },
              })
            : nothing
        }
        <ul class="packages mono">${shown.map(([name, version]) => html`<li><span class="clip" title=${name}>${name}</span><span class="quiet">${version}</span></li>`)}</ul>
      </section>`;
  }
}

/** Without git there is nothing to be uncommitted against: all files are kept. */
function copiedText(files: number): string {
  return `copied, ${files.toLocaleString("en-US")} ${files === 1 ? "file" : "files"}`;
}

function pair(label: string, value: unknown): unknown {
  return html`<div><dt>${label}</dt><dd class="value">${value}</dd></div>`;
}

customElements.define("rl-environment", EnvironmentTab);
