/** What `text regexp pattern` means in SQL, which has no meaning of its own for it. */

import { type LinearPattern, linearPattern } from "../../model/linearPattern.ts";

/** The pattern that was read last is kept: a search asks for one, for each of its rows. A pattern that can't be read fits nothing. */
export function isLikePattern(): (pattern: unknown, text: unknown) => 0 | 1 {
  let last = "";
  let read: LinearPattern | null = null;
  return (pattern, text) => {
    if (typeof pattern !== "string" || typeof text !== "string") return 0;
    if (read === null || pattern !== last) {
      const parsed = linearPattern(pattern);
      if (!parsed.ok) return 0;
      read = parsed.pattern;
      last = pattern;
    }
    return read.isIn(text) ? 1 : 0;
  };
}
