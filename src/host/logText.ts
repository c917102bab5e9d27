/** Raw output as a text editor can show it: no control sequences, progress bars in their last form. */

import { withoutAnsi } from "../model/ansi.ts";
import { formatBytes } from "../model/format.ts";
import { terminalLines } from "../model/terminalText.ts";
import type { Translate } from "./translate.ts";

/**
 * The text of a log whose last bytes are given. `offset` is where they start in a log of `size` bytes; when that is not its
 * beginning, the first line, which may be torn, is left out and the text says what is missing and where it is.
 */
export function logText(bytes: Uint8Array, offset: number, file: string, t: Translate): string {
  const text = new TextDecoder().decode(bytes);
  const whole = offset === 0 ? text : text.slice(text.indexOf("\n") + 1);
  const lines = terminalLines(whole, true).map(withoutAnsi);
  const head =
    offset === 0 ? [] : [t("… {0} before this are left out; they are in {1}", formatBytes(offset), file), ""];
  return [...head, ...lines, ""].join("\n");
}
