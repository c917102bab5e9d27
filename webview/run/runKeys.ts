/** The keys of the Run page, for the list that `?` shows. */

import { chartKeys, type KeyGroup } from "../shared/keyHints.ts";

export const runKeys: readonly KeyGroup[] = [
  chartKeys,
  {
    name: "Views",
    keys: [
      ["← →", "The next view, on their names"],
      ["?", "This list"],
    ],
  },
];
