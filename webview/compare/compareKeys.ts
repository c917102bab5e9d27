/** The keys of the Compare page, for the list that `?` shows. */

import { chartKeys, type KeyGroup, pageKeys } from "../shared/keyHints.ts";

export const compareKeys: readonly KeyGroup[] = [
  {
    name: "Table",
    keys: [
      ["↑ ↓ ← →", "To another cell; from the first row up into the head"],
      ["Enter", "Open the run, or sort by the head; with Shift within the present order"],
      ["Space", "Show or hide in the charts; with Shift up to here"],
      ["F2", "Change a name or a tag"],
      ["N", "Note"],
      ["Shift+F10", "All that can be done here"],
      ["Ctrl+C", "Copy the value"],
    ],
  },
  chartKeys,
  {
    name: "Parallel coordinates",
    keys: [
      ["↑ ↓", "Choose a range on an axis"],
      ["Esc", "All of it again"],
    ],
  },
  { name: "Output side by side", keys: [["F7", "To the next difference; with Shift to the one before"]] },
  pageKeys,
];
