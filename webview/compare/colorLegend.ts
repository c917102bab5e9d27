/** What the colors of a plot mean. Pointing at a color brings the runs that have it forward. */

import { html, nothing } from "lit";
import { colorText } from "../shared/contrast.ts";
import type { Hover } from "../shared/hover.ts";
import type { CompareTable } from "./compareTable.ts";
import type { ColorScale } from "./runColors.ts";

const mostShown = 12;

export function colorLegend(
  title: string,
  { legend }: ColorScale,
  { runs, order }: CompareTable,
  hover: Hover,
): unknown {
  const more = legend.length - mostShown;
  const entries = legend.slice(0, mostShown).map(({ color, text, holds }) => {
    const point = () => hover.bringAllForward(order.filter(holds).flatMap((index) => runs[index]?.id ?? []));
    return html`<span class="legend-entry" @mouseenter=${point} @mouseleave=${() => hover.bringForward(null)}><span
      class="swatch swatch-square" .style=${`color:${colorText(color)}`}></span><span class="clip">${text}</span></span>`;
  });
  return html`<p class="legend"><span class="quiet">${title}</span>${entries}${more > 0 ? html`<span class="quiet">and ${more} more</span>` : nothing}</p>`;
}
