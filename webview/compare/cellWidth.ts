/** How much room the texts of a column need when the points of its numbers stand below each other. Pure. */

export interface CellWidth {
  /** In characters. */
  readonly longest: number;
  /** The most decimals that a number of the column has. */
  readonly decimals: number;
}

/** Measured when it is first asked for: a table may have hundreds of columns that nobody sees. */
export function lazyWidth(texts: () => Iterable<string>, atLeast = 0): () => CellWidth {
  let known: CellWidth | undefined;
  return () => {
    known ??= widthOf(texts(), atLeast);
    return known;
  };
}

function widthOf(texts: Iterable<string>, atLeast: number): CellWidth {
  let longest = atLeast;
  let decimals = 0;
  let longestWhole = 0;
  for (const text of texts) {
    const own = decimalsOf(text);
    longest = Math.max(longest, text.length);
    if (own === null) continue;
    decimals = Math.max(decimals, own);
    longestWhole = Math.max(longestWhole, text.length - pointed(own));
  }
  return { longest: Math.max(longest, longestWhole + pointed(decimals)), decimals };
}

/** Room in characters that a text leaves free at its right, so that its point stands below those of the others. */
export function roomAfter(text: string, decimals: number): number {
  const own = decimalsOf(text);
  return own === null ? 0 : pointed(decimals) - pointed(own);
}

/** Null for what is no plain number, such as 1e-5 or 3 min. */
function decimalsOf(text: string): number | null {
  const found = /^[-−]?\d+(?:\.(\d+))?$/.exec(text);
  return found === null ? null : (found[1]?.length ?? 0);
}

const pointed = (decimals: number) => (decimals === 0 ? 0 : decimals + 1);
