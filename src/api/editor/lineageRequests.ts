/** Where things come from and what was made of them. */

import * as z from "zod";
import { type Requests, sentence } from "./request.ts";

const searchLimit = 100;

export const lineageRequests: Requests<"lineage/walk" | "lineage/search"> = {
  "lineage/walk": {
    input: z.strictObject({
      node: sentence.min(1),
      direction: z.enum(["upstream", "downstream"]),
      limit: z.int().min(1).max(100_000).exactOptional(),
    }),
    async answer({ node, direction, limit }, project) {
      const store = await project.store.existing();
      if (store === null) return { root: node, nodes: [], edges: [], truncated: false };
      return store.lineage.walk(node, direction, limit);
    },
  },
  "lineage/search": {
    input: z.strictObject({ text: sentence }),
    async answer({ text }, project) {
      return (await project.store.existing())?.lineage.search(text, searchLimit) ?? [];
    },
  },
};
