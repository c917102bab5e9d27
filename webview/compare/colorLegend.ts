/** What the colors of a plot mean. */

import { html, nothing } from "lit";
import { colorText } from "../shared/contrast.ts";
import type { ColorScale } from "./runColors.ts";

const mostShown = 12;

export function colorLegend(title: string, { legend }: ColorScale): unknown {
  const more = legend.length - mostShown;
  return html`<p class="legend"><span class="quiet">${title}</span>${legend
    .slice(0, mostShown)
    .map(
      ({ color, text }) =>
        html`<span class="legend-entry"><span class="swatch swatch-square" .style=${`color:${colorText(color)}`}></span><span class="clip">${text}</span></span>`,
    )}${more > 0 ? html`<span class="quiet">and ${more} more</span>` : nothing}</p>`;
}
