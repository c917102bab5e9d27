/** A button that opens a short menu. Arrows, Home, End, Enter and Escape as in the editor's own menus. */

import { html, nothing } from "lit";
import { PageElement } from "./element.ts";
import { icon } from "./icon.ts";

export interface MenuItem {
  readonly label: string;
  readonly icon: string;
  readonly run: () => void;
}

// Between a menu and the edge of the page.
const margin = 4;

class MenuButton extends PageElement {
  static override properties = {
    items: { attribute: false },
    label: { attribute: false },
    open: { state: true },
  };

  declare items: readonly MenuItem[];
  declare label: string;
  declare open: boolean;

  constructor() {
    super();
    this.open = false;
  }

  protected override render(): unknown {
    return html`<button class="icon-button" aria-haspopup="menu" aria-expanded=${this.open} title=${this.label} aria-label=${this.label}
        @click=${() => this.show(!this.open)}>${icon("ellipsis")}</button>
      ${
        this.open
          ? html`<div class="menu" role="menu" aria-label=${this.label} @keydown=${this.onKey} @focusout=${this.onLeave}>
            ${this.items.map(
              (item) =>
                html`<button role="menuitem" tabindex="-1" @click=${() => this.choose(item)}>${icon(item.icon)}<span>${item.label}</span></button>`,
            )}
          </div>`
          : nothing
      }`;
  }

  private show(open: boolean): void {
    this.open = open;
    if (open)
      void this.updateComplete.then(() => {
        this.keepInSight();
        this.focusItem(0);
      });
    else this.querySelector("button")?.focus();
  }

  /** It hangs to the left of its button, which may stand at the left edge of a narrow page. */
  private keepInSight(): void {
    const menu = this.querySelector<HTMLElement>(".menu");
    const hidden = margin - (menu?.getBoundingClientRect().left ?? margin);
    if (menu !== null && hidden > 0) menu.style.right = `${-hidden}px`;
  }

  private choose(item: MenuItem): void {
    this.show(false);
    item.run();
  }

  private focusItem(index: number): void {
    const items = this.querySelectorAll<HTMLElement>("[role=menuitem]");
    items[(index + items.length) % items.length]?.focus();
  }

  private readonly onLeave = (event: FocusEvent): void => {
    if (!(event.relatedTarget instanceof Node) || !this.contains(event.relatedTarget)) this.open = false;
  };

  private readonly onKey = (event: KeyboardEvent): void => {
    const items = [...this.querySelectorAll<HTMLElement>("[role=menuitem]")];
    const focused = document.activeElement;
    const index = focused instanceof HTMLElement ? items.indexOf(focused) : -1;
    const targets: Readonly<Record<string, number>> = {
      ArrowDown: index + 1,
      ArrowUp: index - 1,
      Home: 0,
      End: -1,
    };
    const target = targets[event.key];
    if (event.key === "Escape") this.show(false);
    if (target === undefined) return;
    event.preventDefault();
    this.focusItem(target);
  };
}

customElements.define("rl-menu", MenuButton);
