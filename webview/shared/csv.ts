/** CSV after RFC 4180. Pure. */

const quoted = (text: string) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

/** Numbers exactly; text that a spreadsheet would take for a formula is made plain text. */
export function csvText(rows: readonly (readonly (string | number)[])[]): string {
  const field = (value: string | number) => {
    if (typeof value === "number") return String(value);
    return quoted(/^[=+\-@\t\r]/.test(value) ? `'${value}` : value);
  };
  return rows.map((cells) => `${cells.map(field).join(",")}\r\n`).join("");
}
