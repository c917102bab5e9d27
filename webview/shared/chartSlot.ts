/** Keeps the place of a chart, which exists only while it is near the visible part of the page. */

import { nothing, type TemplateResult } from "lit";
import { PageElement } from "./element.ts";
import { Watched } from "./watched.ts";

class ChartSlot extends PageElement {
  static override properties = {
    content: { attribute: false },
    first: { attribute: false },
    near: { state: true },
  };

  declare content: TemplateResult;
  /** One of the first of the page: drawn before anybody has looked whether it can be seen. */
  declare first: boolean;
  declare near: boolean;

  private readonly watched = new Watched(
    this,
    new IntersectionObserver(
      (entries) => {
        this.near = entries.at(-1)?.isIntersecting ?? false;
      },
      { rootMargin: "200px" },
    ),
  );

  override connectedCallback(): void {
    super.connectedCallback();
    this.near = this.first;
    this.watched.follow(this);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.near = false;
  }

  protected override render(): unknown {
    return this.near ? this.content : nothing;
  }
}

customElements.define("rl-chart-slot", ChartSlot);
