/** Colours as numbers: enough to keep a line readable on whatever background a theme has. */

export interface Rgb {
  readonly red: number;
  readonly green: number;
  readonly blue: number;
}

const hexForm = /^#([0-9a-f]{3,4}|[0-9a-f]{6}|[0-9a-f]{8})$/i;
const functionForm = /^rgba?\(\s*([\d.]+)[\s,]+([\d.]+)[\s,]+([\d.]+)/i;

/** A CSS colour as the editor writes its theme colours (hex or rgb), or null. Transparency is ignored. */
export function parseColor(text: string): Rgb | null {
  const trimmed = text.trim();
  const digits = hexForm.exec(trimmed)?.[1];
  if (digits !== undefined) {
    const wide = digits.length < 6 ? [...digits].map((digit) => digit + digit).join("") : digits;
    const channel = (at: number) => Number.parseInt(wide.slice(at, at + 2), 16);
    return { red: channel(0), green: channel(2), blue: channel(4) };
  }
  const parts = functionForm.exec(trimmed);
  return parts === null ? null : { red: Number(parts[1]), green: Number(parts[2]), blue: Number(parts[3]) };
}

export function colorText({ red, green, blue }: Rgb, alpha = 1): string {
  const rounded = [red, green, blue].map((channel) => Math.round(channel));
  return alpha >= 1 ? `rgb(${rounded.join(", ")})` : `rgba(${rounded.join(", ")}, ${alpha})`;
}

/** Relative luminance of WCAG 2, 0 to 1. */
export function luminance({ red, green, blue }: Rgb): number {
  const linear = (channel: number) => {
    const share = channel / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
}

/** Contrast of WCAG 2, 1 to 21. */
export function contrast(one: Rgb, other: Rgb): number {
  const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return ((light ?? 0) + 0.05) / ((dark ?? 0) + 0.05);
}

/** The colour, moved towards black or white just far enough to have the contrast on the background. */
export function withContrast(color: Rgb, background: Rgb, ratio: number): Rgb {
  const goal = luminance(background) > 0.18 ? 0 : 255;
  const towards = (share: number): Rgb => ({
    red: color.red + (goal - color.red) * share,
    green: color.green + (goal - color.green) * share,
    blue: color.blue + (goal - color.blue) * share,
  });
  for (let share = 0; share < 1; share += 0.05) {
    const moved = towards(share);
    if (contrast(moved, background) >= ratio) return moved;
  }
  return towards(1);
}

/** The color at a share of the way from one to another. */
export function mixed(from: Rgb, to: Rgb, share: number): Rgb {
  const between = (a: number, b: number) => a + (b - a) * share;
  return {
    red: between(from.red, to.red),
    green: between(from.green, to.green),
    blue: between(from.blue, to.blue),
  };
}
