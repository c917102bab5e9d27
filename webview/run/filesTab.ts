/** What the run read, wrote and kept, each with its digest and with how it is known. */

import { html, nothing } from "lit";
import { isKeptElsewhere } from "../../src/model/clientTags.ts";
import { formatBytes } from "../../src/model/format.ts";
import type { Evidence } from "../../src/model/journal.ts";
import type { RunFile } from "../../src/model/lineage.ts";
import type { Run } from "../../src/model/run.ts";
import { PageElement } from "../shared/element.ts";
import { icon, iconButton } from "../shared/icon.ts";
import { Query } from "../shared/query.ts";
import { emptyState, queryState } from "../shared/states.ts";
import type { RunHost } from "./runHost.ts";

const groups = [
  { direction: "read", title: "Read" },
  { direction: "write", title: "Written" },
  { direction: "kept", title: "Kept with the run" },
] as const;

interface EvidenceLook {
  readonly icon: string;
  readonly name: string;
  readonly text: string;
}

const evidence: { readonly [E in Evidence]: EvidenceLook } = {
  audit: { icon: "eye", name: "observed", text: "Python was seen opening it (audit hook)" },
  wrapped: { icon: "eye", name: "observed", text: "A native reader was seen opening it" },
  inotify: { icon: "eye", name: "observed", text: "The file system reported it (inotify)" },
  snapshot: { icon: "git-commit", name: "snapshot", text: "Part of the code snapshot" },
  declared: {
    icon: "file-code",
    name: "declared",
    text: "Registered from this run, or logged by its script",
  },
  stated: {
    icon: "person",
    name: "stated",
    text: "Stated by the script or by an import; nobody saw it happen",
  },
};
const kept: EvidenceLook = { icon: "archive", name: "kept", text: "A copy is kept in the run directory" };

class FilesTab extends PageElement {
  static override properties = {
    host: { attribute: false },
    run: { attribute: false },
  };

  declare host: RunHost;
  declare run: Run;

  private readonly files = new Query<readonly RunFile[]>(this, (signal) =>
    this.host.call("runs/files", { id: this.run.id }, { signal }),
  );
  private unsubscribe: (() => void) | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    this.unsubscribe = this.host.on("changed", ({ kinds, runIds }) => {
      if (kinds.includes("lineage") && (runIds.length === 0 || runIds.includes(this.run.id)))
        this.files.refresh();
    });
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.unsubscribe?.();
  }

  protected override render(): unknown {
    return queryState({
      query: this.files,
      rows: 6,
      show: (files) => this.list(files),
      showLog: () => void this.host.act("page/showLog", {}),
    });
  }

  private list(files: readonly RunFile[]): unknown {
    if (files.length === 0 && isKeptElsewhere(this.run))
      return emptyState(`What this run has kept is on ${this.run.host}.`, {
        label: "Open in browser",
        run: () => void this.host.act("page/openElsewhere", { runId: this.run.id }),
      });
    if (files.length === 0)
      return emptyState(
        "No files of the workspace were read or written. Folders outside it are watched when the setting runline.capture.dataFolders names them.",
      );
    const shown = groups
      .map((group) => ({ ...group, files: files.filter((file) => file.direction === group.direction) }))
      .filter((group) => group.files.length > 0);
    return html`<table class="facts files">
      <thead><tr><th scope="col">File</th><th scope="col" class="number">Version</th><th scope="col" class="number">Size</th><th scope="col">SHA-256</th><th scope="col">Known by</th><th></th></tr></thead>
      ${shown.map(
        (group) => html`<tbody>
          <tr class="group-row"><th scope="rowgroup" colspan="6">${group.title} <span class="count">${group.files.length}</span></th></tr>
          ${group.files.map((file) => this.row(file))}
        </tbody>`,
      )}
    </table>`;
  }

  private row(file: RunFile): unknown {
    const slash = file.path.lastIndexOf("/");
    const how = file.direction === "kept" ? kept : evidence[file.how];
    return html`<tr>
      <th scope="row"><span class="file-name">${icon(file.type === "folder" ? "folder" : "file")}
        <button class="link clip" title=${file.path} @click=${() => this.open(file)}><span class="quiet">${file.path.slice(0, slash + 1)}</span>${file.path.slice(slash + 1)}</button>
        ${file.type === "folder" ? html`<span class="quiet">${file.files.toLocaleString("en-US")} files</span>` : nothing}
        ${file.changed ? html`<span class="badge warn" title="The file was changed between its use and the digest">changed since</span>` : nothing}
      </span></th>
      <td class="number">${file.version === null ? "" : `v${file.version}`}</td>
      <td class="number">${formatBytes(file.bytes)}</td>
      <td>${this.digest(file)}</td>
      <td class="quiet" title=${how.text}>${icon(how.icon)} ${how.name}</td>
      <td class="row-actions">${this.rowActions(file)}</td>
    </tr>`;
  }

  private digest(file: RunFile): unknown {
    if (file.digest === null)
      return html`<span class="quiet" title=${file.reason ?? ""}>none${file.reason ? `: ${file.reason}` : ""}</span>`;
    const hex = file.digest.replace(/^sha256:/, "");
    return html`<button class="link mono" title=${`Copy ${hex}`} @click=${() => this.host.act("page/copy", { text: hex })}>${hex.slice(0, 12)}</button>`;
  }

  private rowActions(file: RunFile): unknown {
    const subject = { runId: this.run.id, path: file.path };
    return html`
      ${file.direction === "kept" ? iconButton("save-as", "Save a copy as…", () => void this.host.act("page/saveArtifact", subject)) : nothing}
      ${file.direction === "read" ? nothing : iconButton("package", "Register as a model…", () => void this.host.act("page/register", subject))}
      ${iconButton("git-merge", "Show lineage", () => void this.host.act("page/lineage", { node: file.node }))}`;
  }

  private open(file: RunFile): void {
    if (file.direction === "kept")
      void this.host.act("page/openArtifact", { runId: this.run.id, path: file.path });
    else void this.host.act("page/openFile", { path: file.path });
  }
}

customElements.define("rl-files", FilesTab);
