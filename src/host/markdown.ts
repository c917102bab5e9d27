/** Text from outside inside Markdown: shown as it stands, never as markup, links or icons. */

/** Escapes what Markdown, and the editor's `$(icon)`, would read as markup. Line breaks become spaces. */
export function escapeMarkdown(text: string): string {
  return text
    .replace(/[\r\n\t]+/g, " ")
    .replace(/[\\`*_{}[\]()#+\-.!|<>~$&:]/g, (mark) => `\\${mark}`)
    .replace(/\\</g, "&lt;")
    .replace(/\\>/g, "&gt;")
    .replace(/\\&/g, "&amp;")
    .replace(/\\:/g, "&#58;");
}

/** A two-column table without a heading; empty for no rows. Values must be escaped already. */
export function markdownTable(rows: readonly (readonly [string, string])[]): string {
  if (rows.length === 0) return "";
  return ["| | |", "|:--|:--|", ...rows.map(([key, value]) => `| ${key}&nbsp;&nbsp; | ${value} |`)].join(
    "\n",
  );
}

/** At most `limit` characters, with an ellipsis where something was cut. */
export function shorten(text: string, limit: number): string {
  const characters = [...text];
  return characters.length <= limit ? text : `${characters.slice(0, limit - 1).join("")}…`;
}

/** The text without anything that the editor would draw as an icon where labels may hold some. */
export function withoutIcons(text: string): string {
  return text.replaceAll("$(", "$\u200b(");
}
