/** The mark of a run beside its name: its colour in its marker's shape. */

import { html, type TemplateResult } from "lit";
import type { RunLook } from "../../src/model/runColor.ts";

/** Coloured by a class that the theme sheet maps to the contributed colour; decorative. */
export function swatch(look: RunLook): TemplateResult {
  return html`<span class=${`swatch swatch-${look.marker} run-${look.color + 1}`} aria-hidden="true"></span>`;
}
