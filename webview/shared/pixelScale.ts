/** From the axes of a chart to the pixels of its canvas. Pure. */

import type { ValueRange } from "./chartLine.ts";

export interface Frame {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** From places on the axes to pixels of the canvas; NaN stays NaN. */
export interface PixelScale {
  readonly frame: Frame;
  readonly toX: (x: number) => number;
  readonly toY: (y: number) => number;
}

export interface Ranges {
  readonly x: ValueRange;
  readonly y: ValueRange;
  readonly logarithmic: boolean;
}

// A canvas takes no places beyond these; what lies there is out of sight.
const furthest = 32_000;

/** The same places as those of the ticks. */
export function pixelScale(frame: Frame, { x, y, logarithmic }: Ranges): PixelScale {
  const across = (frame.right - frame.left) / (x.max > x.min ? x.max - x.min : 1);
  const value = logarithmic ? Math.log10 : (y: number) => y;
  const [low, high] = [value(y.min), value(y.max)];
  const up = (frame.bottom - frame.top) / (high - low || 1);
  return {
    frame,
    toX: (place) => within(frame.left + (place - x.min) * across),
    toY: (place) => within(frame.bottom - (value(place) - low) * up),
  };
}

const within = (pixel: number) => Math.min(furthest, Math.max(-furthest, pixel));
