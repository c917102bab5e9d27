/** Text from runs inside Markdown tables: shown as it stands, never as markup, links or icons. */

/** At most 60 characters on one line, with everything escaped that Markdown, or the editor's `$(icon)`, would read as markup. */
export function cell(text: string): string {
  const characters = [...text.replace(/\s+/g, " ").trim()];
  const short = characters.length <= 60 ? characters.join("") : `${characters.slice(0, 59).join("")}…`;
  return short.replace(/[!#$&()*<>[\\\]`{|}~:@]|(?<![A-Za-z\d])_|_(?![A-Za-z\d])|(?<=www)\./gi, "\\$&");
}
