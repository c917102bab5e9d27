/** The base of plots with one mark a run, drawn on a canvas: size, theme, the shared hover, and what the pointer points at. */

import { html, type PropertyValues } from "lit";
import { PageElement } from "./element.ts";
import type { Hover } from "./hover.ts";
import { onThemeChange, type Theme, theme } from "./theme.ts";
import { Watched } from "./watched.ts";

export interface PlotSize {
  readonly width: number;
  readonly height: number;
}

export abstract class PlotElement extends PageElement {
  declare hover: Hover;

  private size: PlotSize = { width: 0, height: 0 };
  private ends: (() => void)[] = [];
  private readonly watched = new Watched(this, new ResizeObserver(() => this.fit()));

  override connectedCallback(): void {
    super.connectedCallback();
    this.ends = [this.hover.subscribeToFront(() => this.requestUpdate()), onThemeChange(() => this.redraw())];
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    for (const end of this.ends) end();
  }

  protected override updated(_changed: PropertyValues<this>): void {
    this.watched.follow(this.querySelector(".run-plot"));
    this.redraw();
  }

  /** Draws everything; sizes are CSS pixels. */
  protected abstract draw(context: CanvasRenderingContext2D, size: PlotSize, theme: Theme): void;

  /** The run at a place of the plot, or null. */
  protected abstract runAt(x: number, y: number): string | null;

  protected abstract openRun(runId: string): void;

  /** The canvas, with a summary for those who can't see it. */
  protected plot(summary: string): unknown {
    return html`<div class="run-plot" role="img" aria-label=${summary} @pointermove=${this.onMove} @pointerleave=${() => this.hover.bringForward(null)}
      @click=${this.onClick}><canvas></canvas></div>`;
  }

  protected readonly redraw = (): void => {
    const canvas = this.querySelector<HTMLCanvasElement>(".run-plot canvas");
    const context = canvas?.getContext("2d");
    if (!canvas || !context || this.size.width === 0) return;
    context.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0);
    context.clearRect(0, 0, this.size.width, this.size.height);
    this.draw(context, this.size, theme());
  };

  private fit(): void {
    const canvas = this.querySelector<HTMLCanvasElement>(".run-plot canvas");
    const box = canvas?.parentElement;
    if (!canvas || !box) return;
    this.size = { width: box.clientWidth, height: box.clientHeight };
    canvas.width = Math.round(this.size.width * devicePixelRatio);
    canvas.height = Math.round(this.size.height * devicePixelRatio);
    this.redraw();
  }

  private readonly onMove = (event: PointerEvent): void => {
    this.hover.bringForward(this.runAt(event.offsetX, event.offsetY));
  };

  private readonly onClick = (event: MouseEvent): void => {
    const run = this.runAt(event.offsetX, event.offsetY);
    if (run !== null) this.openRun(run);
  };
}
