/** The code of runs, and the arguments that a script declares. */

import * as z from "zod";
import { codeChanges, codeFile } from "../../ops/codeChanges.ts";
import { id, type Requests } from "./request.ts";

const path = z.string().min(1).max(4_096);

export const codeRequests: Requests<"code/changes" | "code/file" | "script/arguments"> = {
  // Comparing with the working tree lets git apply the filters that the workspace's own configuration names.
  "code/changes": {
    runs: true,
    input: z.strictObject({ id }),
    async answer({ id }, { store, code, layout }) {
      return codeChanges(id, await store.existing(), code, layout.workspace);
    },
  },
  "code/file": {
    input: z.strictObject({ id, path }),
    async answer({ id, path }, { store, code, layout }) {
      return { text: await codeFile(id, path, await store.existing(), code, layout.workspace) };
    },
  },
  "script/arguments": {
    input: z.strictObject({ path }),
    answer: ({ path }, { scripts }) => scripts.argumentsOf(path),
  },
};
