/** The keys of the Run page, for the list that `?` shows. */

import { chartKeys, type KeyGroup, pageKeys } from "../shared/keyHints.ts";

export const runKeys: readonly KeyGroup[] = [chartKeys, pageKeys];
