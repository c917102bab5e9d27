/** The store itself: where it is, whether it can be used, and how to make it anew. */

import { projectStatus } from "../status.ts";
import { nothing, type Requests } from "./request.ts";

export const storeRequests: Requests<"store/status" | "store/rebuild"> = {
  "store/status": { input: nothing, answer: (_, project) => projectStatus(project) },
  "store/rebuild": {
    writes: true,
    input: nothing,
    answer: (_, project) => project.rebuild(),
  },
};
