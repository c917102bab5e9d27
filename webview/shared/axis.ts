/** Axes: where ticks stand and what they say, for steps, durations, times of day and values. Pure. */

import { formatValue } from "../../src/model/format.ts";
import type { MetricAxis, XAxis } from "../../src/model/metric.ts";
import type { ValueRange } from "./chartLine.ts";

/** What stands on an x axis: steps, times, or the values of another metric. */
export type AxisKind = XAxis | "metric";

export function axisKind(axis: XAxis | MetricAxis): AxisKind {
  return typeof axis === "string" ? axis : "metric";
}

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;
const timeSteps = [
  1,
  2,
  5,
  10,
  20,
  50,
  100,
  200,
  500,
  second,
  2 * second,
  5 * second,
  10 * second,
  15 * second,
  30 * second,
  minute,
  2 * minute,
  5 * minute,
  10 * minute,
  15 * minute,
  30 * minute,
  hour,
  2 * hour,
  3 * hour,
  6 * hour,
  12 * hour,
  day,
  2 * day,
  7 * day,
  14 * day,
  28 * day,
];

/** A step of 1, 2 or 5 × 10ⁿ that gives at most `count` intervals over the length. */
function decimalStep(length: number, count: number): number {
  const rough = length / Math.max(1, count);
  const power = 10 ** Math.floor(Math.log10(rough));
  return ([1, 2, 5, 10].find((factor) => factor * power >= rough * (1 - 1e-9)) ?? 10) * power;
}

function multiples(min: number, max: number, step: number, origin = 0): readonly number[] {
  const ticks: number[] = [];
  const first = Math.ceil((min - origin) / step - 1e-9);
  for (let index = first; ticks.length < 100 && origin + index * step <= max + step * 1e-9; index++)
    ticks.push(origin + index * step);
  return ticks;
}

/** At most about `count` ticks on the x axis, at round steps or round times (local time for wall clock). */
export function xTicks(min: number, max: number, axis: AxisKind, count: number): readonly number[] {
  const length = max - min;
  if (!(length > 0)) return [min];
  if (axis === "metric") return multiples(min, max, decimalStep(length, count));
  if (axis === "step") return multiples(min, max, Math.max(1, decimalStep(length, count)));
  const step = timeSteps.find((each) => each * count >= length) ?? decimalStep(length / day, count) * day;
  const origin = axis === "wall" ? new Date(min).getTimezoneOffset() * minute : 0;
  return multiples(min, max, step, origin);
}

const two = (part: number) => String(Math.trunc(part)).padStart(2, "0");

/** A duration as on a clock: 0:07, 12:04, 1:12:04, 3 d 04:00. Fractions of a second only under ten seconds. */
export function clockText(milliseconds: number): string {
  const sign = milliseconds < 0 ? "−" : "";
  const ms = Math.abs(milliseconds);
  if (ms < 10 * second) return `${sign}${Number((ms / second).toFixed(ms < second ? 3 : 1))} s`;
  const tail = `${two((ms % hour) / minute)}:${two((ms % minute) / second)}`;
  if (ms < hour) return `${sign}${tail.replace(/^0/, "")}`;
  if (ms < day) return `${sign}${Math.trunc(ms / hour)}:${tail}`;
  return `${sign}${Math.trunc(ms / day)} d ${two((ms % day) / hour)}:${two((ms % hour) / minute)}`;
}

const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** A moment as short as the shown length allows: seconds in a minute, the date over more than a day. */
export function momentText(time: number, length: number): string {
  const date = new Date(time);
  const clock = `${two(date.getHours())}:${two(date.getMinutes())}`;
  if (length > 2 * day) return `${date.getDate()} ${months[date.getMonth()] ?? ""}`;
  if (length > day) return `${date.getDate()} ${months[date.getMonth()] ?? ""} ${clock}`;
  return length > 10 * minute ? clock : `${clock}:${two(date.getSeconds())}`;
}

// Made when a tooltip needs it: making it takes milliseconds, which the first picture of a page would wait for.
let thousands: Intl.NumberFormat | undefined;

function grouped(step: number): string {
  thousands ??= new Intl.NumberFormat("en-US", { maximumFractionDigits: 3 });
  return thousands.format(step);
}

/** A step short enough for a tick: 950, 1.2k, 3M. */
export function shortStep(step: number): string {
  const size = Math.abs(step);
  if (size >= 1e9) return `${Number((step / 1e9).toPrecision(4))}G`;
  if (size >= 1e6) return `${Number((step / 1e6).toPrecision(4))}M`;
  if (size >= 1e4) return `${Number((step / 1e3).toPrecision(4))}k`;
  return String(Number(step.toPrecision(6)));
}

/** What a place on the x axis is called on a tick. */
export function xTickText(x: number, axis: AxisKind, length: number): string {
  if (axis === "metric") return formatValue(Number(x.toPrecision(12)));
  if (axis === "step") return shortStep(x);
  return axis === "relative" ? clockText(x) : momentText(x, length);
}

/** What a place on the x axis is called in a tooltip: exact. */
export function xText(x: number, axis: AxisKind): string {
  if (axis === "metric") return formatValue(x);
  if (axis === "step") return `step ${grouped(x)}`;
  return axis === "relative" ? clockText(x) : `${momentText(x, 3 * day)} ${momentText(x, 0)}`;
}

/** The drawn range of values with some air, so that no line lies on the frame. */
export function paddedRange(range: ValueRange | null, logarithmic: boolean): ValueRange {
  if (range === null) return logarithmic ? { min: 0.1, max: 10 } : { min: 0, max: 1 };
  if (logarithmic) {
    const air = Math.max((range.max / range.min) ** 0.05, 1.05);
    return { min: range.min / air, max: range.max * air };
  }
  const air = (range.max - range.min) * 0.06 || Math.abs(range.max) * 0.1 || 0.5;
  return { min: range.min - air, max: range.max + air };
}

/** How far apart even ticks stand; NaN for fewer than two. */
export function stepOf([first, second]: readonly number[]): number {
  return (second ?? Number.NaN) - (first ?? Number.NaN);
}

/** At most about `count` ticks on the value axis: round multiples of `base`, or powers of ten (with 2 and 5 where the range is short). */
export function valueTicks(
  { min, max }: ValueRange,
  logarithmic: boolean,
  count = 5,
  base = 1,
): readonly number[] {
  if (!logarithmic) return multiples(min, max, decimalStep((max - min) / base, count) * base);
  const decades = Math.log10(max / min);
  if (decades < 0.8) return multiples(min, max, decimalStep(max - min, count)).filter((tick) => tick > 0);
  const stride = Math.max(1, Math.ceil(decades / count));
  const factors = decades > 2.5 ? [1] : decades > 1.2 ? [1, 3] : [1, 2, 5];
  const ticks: number[] = [];
  for (let power = Math.floor(Math.log10(min)); power <= Math.ceil(Math.log10(max)); power += stride)
    for (const factor of factors) ticks.push(Number((factor * 10 ** power).toPrecision(12)));
  return ticks.filter((tick) => tick >= min && tick <= max);
}
