/** Times as people write them in a filter. */

const pattern = /^(\d{4}-\d{2}-\d{2})(?:[ T](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?)(Z|[+-]\d{2}:\d{2})?)?$/;

/** Epoch milliseconds of "2026-11-22", "2026-11-22 14:30", "2026-11-22T14:30:05Z"; local time unless it says otherwise. Null for anything else. */
export function parseTime(text: string): number | null {
  const [, day, clock = "00:00", zone = ""] = pattern.exec(text.trim()) ?? [];
  if (day === undefined) return null;
  const [time, midnight] = [Date.parse(`${day}T${clock}${zone}`), Date.parse(`${day}T00:00Z`)];
  // Some engines let 30 February run over into March.
  const isDay = !Number.isNaN(midnight) && new Date(midnight).toISOString().startsWith(day);
  return Number.isNaN(time) || !isDay ? null : time;
}
