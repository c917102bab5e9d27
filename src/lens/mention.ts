/** The metric or parameter under the cursor. */

import type { Position, TextRange } from "./syntax.ts";
import type { TrainingScript } from "./trainingScript.ts";

export interface Mention {
  readonly kind: "metric" | "parameter";
  readonly key: string;
  readonly range: TextRange;
}

/** What stands at a position, parameters first: where a script declares `--loss`, the word means the parameter. */
export function mentionAt(script: TrainingScript, position: Position): Mention | null {
  const parameter = script.argumentMentions.find(({ range }) => holds(range, position));
  if (parameter !== undefined) return { kind: "parameter", ...parameter };
  const metric = script.metricMentions.find(({ range }) => holds(range, position));
  return metric === undefined ? null : { kind: "metric", ...metric };
}

/** Both ends count, as the editor asks with the position before a character or behind the last one. */
function holds({ start, end }: TextRange, { line, character }: Position): boolean {
  if (line < start.line || line > end.line) return false;
  return (
    (line > start.line || character >= start.character) && (line < end.line || character <= end.character)
  );
}
