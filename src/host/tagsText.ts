/** Tags as one line of text: `baseline, dataset=v2`. */

type Tags = Readonly<Record<string, string>>;

export function tagsToText(tags: Tags): string {
  return Object.entries(tags)
    .map(([key, value]) => (value === "" ? key : `${key}=${value}`))
    .join(", ");
}

/** Commas separate tags, the first `=` a tag from its value. Empty parts are dropped, a repeated key keeps its last value. */
export function tagsFromText(text: string): Tags {
  const pairs = text.split(",").map((part) => {
    const at = part.indexOf("=");
    return at < 0 ? [part.trim(), ""] : [part.slice(0, at).trim(), part.slice(at + 1).trim()];
  });
  return Object.fromEntries(pairs.filter(([key]) => key !== ""));
}

/** The change that makes `before` into `after`; removed tags are null. */
export function tagEdit(before: Tags, after: Tags): Readonly<Record<string, string | null>> {
  const removed = Object.keys(before).filter((key) => !(key in after));
  return { ...Object.fromEntries(removed.map((key) => [key, null])), ...after };
}
