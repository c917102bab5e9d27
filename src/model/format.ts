/** How numbers, times and sizes are written, the same on every surface. */

const units = ["B", "KB", "MB", "GB", "TB", "PB"] as const;

/** A metric or parameter value with at most five significant digits; NaN and ∞ are shown as such. */
export function formatValue(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "-∞";
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (size >= 99_999.5 || size < 1e-4) return exponential(value);
  return String(Number(value.toPrecision(5)));
}

/** A difference with its sign: "+0.008", "−0.041", "±0". The minus is the typographic one, as wide as the plus. */
export function formatDelta(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  if (value === 0) return "±0";
  return `${value > 0 ? "+" : "−"}${formatValue(Math.abs(value))}`;
}

/** A count in few characters: "950", "1.2k", "3.4M". */
export function formatCount(count: number): string {
  if (!Number.isFinite(count)) return formatValue(count);
  for (const [size, unit] of [
    [1e9, "G"],
    [1e6, "M"],
    [1e3, "k"],
  ] as const)
    if (Math.abs(count) >= size * 0.9995) return `${Number((count / size).toPrecision(3))}${unit}`;
  return String(Number(count.toPrecision(3)));
}

/**
 * A whole number with its thousands apart: "10,000". Without `toLocaleString`: its first call loads the language's rules, which the first
 * picture of a page would wait for.
 */
export function formatWhole(count: number): string {
  return String(count).replace(/\B(?=(?:\d{3})+$)/g, ",");
}

/** A length of time: "0.4 s", "42 s", "12:04 min", "3:12:04 h", "2 d 3 h". */
export function formatDuration(milliseconds: number): string {
  if (!Number.isFinite(milliseconds)) return "–";
  const exact = Math.max(0, milliseconds) / 1000;
  if (exact < 9.95) return `${Number(exact.toFixed(1))} s`;
  const seconds = Math.round(exact);
  if (seconds < 60) return `${seconds} s`;
  const [minutes, hours, days] = [60, 3600, 86_400].map((unit) => Math.floor(seconds / unit)) as [
    number,
    number,
    number,
  ];
  const two = (value: number) => String(value % 60).padStart(2, "0");
  if (hours === 0) return `${minutes}:${two(seconds)} min`;
  if (days === 0) return `${hours}:${two(minutes)}:${two(seconds)} h`;
  return hours % 24 === 0 ? `${days} d` : `${days} d ${hours % 24} h`;
}

/** A size, in steps of 1,024: "512 B", "1.5 KB", "38 GB". */
export function formatBytes(bytes: number): string {
  if (!Number.isFinite(bytes)) return "–";
  let size = Math.max(0, bytes);
  let unit = 0;
  while (size >= 999.5 && unit < units.length - 1) {
    size /= 1024;
    unit++;
  }
  return `${Number(size.toPrecision(3))} ${units[unit] ?? "B"}`;
}

/** How long ago, from a length of time: "now", "40 s ago", "3 min ago", "2 h ago", "5 d ago", "4 mo ago", "2 y ago". */
export function formatAgo(milliseconds: number): string {
  const seconds = Math.floor(Math.max(0, milliseconds) / 1000);
  if (!(seconds >= 5)) return "now";
  for (const [size, unit] of [
    [365 * 86_400, "y"],
    [30 * 86_400, "mo"],
    [86_400, "d"],
    [3600, "h"],
    [60, "min"],
  ] as const)
    if (seconds >= size) return `${Math.floor(seconds / size)} ${unit} ago`;
  return `${seconds} s ago`;
}

function exponential(value: number): string {
  const [mantissa = "", exponent = ""] = value.toExponential(4).split("e");
  return `${Number(mantissa)}e${exponent.replace("+", "")}`;
}
