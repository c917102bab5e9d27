/** The parameters of the run, as given, with where they were seen. */

import { html } from "lit";
import { isTold } from "../../src/model/clientTags.ts";
import type { Run } from "../../src/model/run.ts";
import { PageElement } from "../shared/element.ts";
import { iconButton } from "../shared/icon.ts";
import { naturally } from "../shared/metricGroups.ts";
import { searchField } from "../shared/searchField.ts";
import { emptyState } from "../shared/states.ts";
import type { RunHost } from "./runHost.ts";

class ParametersTab extends PageElement {
  static override properties = {
    host: { attribute: false },
    run: { attribute: false },
    search: { state: true },
  };

  declare host: RunHost;
  declare run: Run;
  declare search: string;

  constructor() {
    super();
    this.search = "";
  }

  protected override render(): unknown {
    const all = Object.entries(this.run.parameters).sort(([a], [b]) => naturally(a, b));
    if (all.length === 0)
      return emptyState(
        isTold(this.run)
          ? "No parameters were logged."
          : "No parameters were seen. They are read from argparse, click and the command line.",
      );
    const wanted = this.search.toLowerCase();
    const shown = all.filter(([key, { value }]) => `${key} ${value}`.toLowerCase().includes(wanted));
    const copy = (text: string) => this.host.act("page/copy", { text });
    return html`<div class="controls">
        ${searchField({
          text: this.search,
          label: "Search parameters",
          onSearch: (text) => {
            this.search = text;
          },
        })}
        <span class="grow"></span>
        ${iconButton("copy", "Copy all as text", () => copy(all.map(([key, { value }]) => `${key}=${value}`).join("\n")))}
      </div>
      <table class="facts parameters">
        <thead><tr><th scope="col">Parameter</th><th scope="col">Value</th><th scope="col">From</th><th></th></tr></thead>
        <tbody>${shown.map(
          ([key, { value, source }]) => html`<tr>
            <th scope="row"><span class="clip wide" title=${key}>${key}</span></th>
            <td><span class="mono value" title=${value}>${value}</span></td>
            <td class="quiet">${source}</td>
            <td class="row-actions">${iconButton("copy", `Copy ${key}`, () => copy(value))}</td>
          </tr>`,
        )}</tbody>
      </table>`;
  }
}

customElements.define("rl-parameters", ParametersTab);
