/**
 * The two canvases above the lines, so that a move of the pointer draws a hair and some dots and nothing else: what is brought forward, and on
 * top of it the crosshair.
 */

import type { Front } from "./chartFront.ts";
import { fillBand } from "./chartMarks.ts";
import { strokeLines } from "./chartStroke.ts";
import { colorText, type Rgb } from "./contrast.ts";
import type { Frame, PixelScale } from "./pixelScale.ts";

export interface OverlayDrawing {
  readonly area: Frame;
  /** In pixels, as everything here; null for no crosshair. */
  readonly x: number | null;
  readonly dots: readonly { readonly x: number; readonly y: number; readonly color: Rgb | undefined }[];
  readonly selection: { readonly from: number; readonly to: number } | null;
  readonly color: string;
}

const veil = 0.8;
// A marker at the end of a line reaches over the frame.
const overhang = 6;

class Layer {
  protected readonly context: CanvasRenderingContext2D | null;
  private readonly canvas: HTMLCanvasElement;
  private width = 0;
  private height = 0;
  private clean = true;

  constructor(canvas: HTMLCanvasElement) {
    this.canvas = canvas;
    this.context = canvas.getContext("2d");
  }

  resize(width: number, height: number): void {
    this.width = width;
    this.height = height;
    this.canvas.width = Math.round(width * devicePixelRatio);
    this.canvas.height = Math.round(height * devicePixelRatio);
    this.context?.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0);
    this.clean = true;
  }

  /** The context of an empty canvas; null where nothing is to be drawn or can be. */
  protected begin(empty: boolean): CanvasRenderingContext2D | null {
    if (!this.clean) this.context?.clearRect(0, 0, this.width, this.height);
    this.clean = empty;
    return empty ? null : this.context;
  }
}

/** The lines that are brought forward, over a veil that makes all others fade. */
export class FrontLayer extends Layer {
  private drawn: Front | undefined;

  override resize(width: number, height: number): void {
    super.resize(width, height);
    this.drawn = undefined;
  }

  /** Draws nothing where it is the same front as before: a change of the chart makes another one. */
  draw(front: Front, scale: PixelScale, background: string): void {
    if (front === this.drawn) return;
    this.drawn = front;
    const context = this.begin(front.lines.length === 0);
    if (context === null) return;
    const { left, right, top, bottom } = scale.frame;
    context.save();
    context.beginPath();
    context.rect(left, top - overhang, right - left + overhang, bottom - top + 2 * overhang);
    context.clip();
    context.globalAlpha = veil;
    context.fillStyle = background;
    context.fillRect(left, top - overhang, right - left + overhang, bottom - top + 2 * overhang);
    context.globalAlpha = 1;
    for (const band of front.bands) fillBand(context, band, scale.toX, scale.toY);
    context.restore();
    strokeLines(context, front.lines, scale);
  }
}

/** Crosshair, dots at real points, and the range that is being dragged. */
export class Overlay extends Layer {
  draw({ area, x, dots, selection, color }: OverlayDrawing): void {
    const place = x !== null && x >= area.left - 1 && x <= area.right + 1 ? Math.round(x) + 0.5 : null;
    const context = this.begin(place === null && selection === null);
    if (context === null) return;
    if (selection !== null) {
      const left = Math.max(area.left, Math.min(selection.from, selection.to));
      const right = Math.min(area.right, Math.max(selection.from, selection.to));
      context.globalAlpha = 0.12;
      context.fillStyle = color;
      context.fillRect(left, area.top, right - left, area.bottom - area.top);
      context.globalAlpha = 1;
    }
    if (place === null) return;
    context.globalAlpha = 0.45;
    context.strokeStyle = color;
    context.lineWidth = 1;
    context.beginPath();
    context.moveTo(place, area.top);
    context.lineTo(place, area.bottom);
    context.stroke();
    context.globalAlpha = 1;
    for (const dot of dots) {
      const inside =
        dot.x >= area.left - 1 && dot.x <= area.right + 1 && dot.y >= area.top && dot.y <= area.bottom;
      if (!inside || dot.color === undefined) continue;
      context.fillStyle = colorText(dot.color);
      context.beginPath();
      context.arc(dot.x, dot.y, 3, 0, 2 * Math.PI);
      context.fill();
    }
  }
}
