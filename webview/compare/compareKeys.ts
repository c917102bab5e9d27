/** The keys of the Compare page, for the list that `?` shows. */

import { chartKeys, type KeyGroup } from "../shared/keyHints.ts";

export const compareKeys: readonly KeyGroup[] = [
  {
    name: "Table",
    keys: [
      ["↑ ↓ ← →", "To another cell, or up into the head"],
      ["Enter", "Open the run, sort by the head"],
      ["Space", "Show or hide in the charts"],
      ["F2", "Change a name or a tag"],
      ["N", "Write a note"],
      ["Ctrl+C", "Copy the value"],
      ["Shift+F10", "All else"],
    ],
  },
  chartKeys,
  {
    name: "Views",
    keys: [
      ["← →", "The next view, on their names"],
      ["↑ ↓", "A range, on an axis of the parallel coordinates"],
      ["F7", "The next difference, in the output"],
      ["?", "This list"],
    ],
  },
];
