/** An argument of a script and where its text declares it. */

import type { ScriptArgument } from "../model/scriptArgument.ts";
import type { TextRange } from "./syntax.ts";

export interface DeclaredArgument {
  readonly argument: ScriptArgument;
  /** Where its names stand in the text. */
  readonly ranges: readonly TextRange[];
}

/** The help text on one line, argparse's `%(default)s` left out. */
export function oneLine(help: string): string {
  return help
    .replace(/\s*\(?\s*(?:default|defaults to)?[:=\s]*%\(default\)s\s*\)?/gi, "")
    .replace(/%%/g, "%")
    .replace(/\s+/g, " ")
    .trim();
}
