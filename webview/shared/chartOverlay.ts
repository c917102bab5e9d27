/** The canvas above the lines: crosshair, dots at real points, and the range that is being dragged. Cheap to redraw. */

import { fillBand } from "./chartMarks.ts";
import type { DrawnBand } from "./chartPicture.ts";
import { colorText, type Rgb } from "./contrast.ts";

export interface OverlayDrawing {
  readonly area: {
    readonly left: number;
    readonly right: number;
    readonly top: number;
    readonly bottom: number;
  };
  readonly x: number | null;
  readonly dots: readonly { readonly x: number; readonly y: number; readonly color: Rgb | undefined }[];
  /** What is brought forward, in pixels; everything below fades. */
  readonly front: Front;
  readonly background: string;
  readonly selection: { readonly from: number; readonly to: number } | null;
  readonly color: string;
}

export interface Front {
  readonly lines: readonly FrontLine[];
  readonly bands: readonly DrawnBand[];
}

export interface FrontLine {
  readonly points: readonly { readonly x: number; readonly y: number }[];
  readonly color: string;
  readonly width: number;
}

const same = (pixel: number) => pixel;

export class Overlay {
  private readonly canvas: HTMLCanvasElement;
  private readonly context: CanvasRenderingContext2D | null;
  private width = 0;
  private height = 0;

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
  }

  draw({ area, x, dots, front, background, selection, color }: OverlayDrawing): void {
    const context = this.context;
    if (context === null) return;
    context.clearRect(0, 0, this.width, this.height);
    if (front.lines.length > 0) {
      context.save();
      context.beginPath();
      context.rect(area.left, area.top - 2, area.right - area.left + 2, area.bottom - area.top + 4);
      context.clip();
      context.globalAlpha = 0.8;
      context.fillStyle = background;
      context.fillRect(0, 0, this.width, this.height);
      context.globalAlpha = 1;
      for (const band of front.bands) fillBand(context, band, same, same);
      for (const line of front.lines) strokeLine(context, line);
      context.restore();
    }
    if (selection !== null) {
      const left = Math.max(area.left, Math.min(selection.from, selection.to));
      const right = Math.min(area.right, Math.max(selection.from, selection.to));
      context.globalAlpha = 0.12;
      context.fillStyle = color;
      context.fillRect(left, area.top, right - left, area.bottom - area.top);
      context.globalAlpha = 1;
    }
    if (x === null || x < area.left - 1 || x > area.right + 1) return;
    context.globalAlpha = 0.45;
    context.strokeStyle = color;
    context.lineWidth = 1;
    context.beginPath();
    context.moveTo(Math.round(x) + 0.5, area.top);
    context.lineTo(Math.round(x) + 0.5, area.bottom);
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

function strokeLine(context: CanvasRenderingContext2D, line: FrontLine): void {
  context.strokeStyle = line.color;
  context.lineWidth = line.width;
  context.lineJoin = "round";
  context.beginPath();
  let drawing = false;
  for (const { x, y } of line.points) {
    // A NaN is a gap: the next point begins anew.
    const point = !Number.isNaN(y);
    if (point && drawing) context.lineTo(x, y);
    else if (point) context.moveTo(x, y);
    drawing = point;
  }
  context.stroke();
}
