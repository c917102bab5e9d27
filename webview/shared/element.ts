/** The base of every element of a page: drawn into the page itself, so that one theme sheet and the icon font reach all of it. */

import { LitElement } from "lit";

export class PageElement extends LitElement {
  protected override createRenderRoot(): HTMLElement {
    return this;
  }
}

/** Registers an element once; a second bundle on the same page is no error. */
export function define(name: string, element: CustomElementConstructor): void {
  if (customElements.get(name) === undefined) customElements.define(name, element);
}
