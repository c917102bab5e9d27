/** Every request of the editor, by name. A name that is missing here does not compile. */

import type { RequestName } from "../../protocol/editor.ts";
import { codeRequests } from "./codeRequests.ts";
import { compareRequests } from "./compareRequests.ts";
import { hostRequests } from "./hostRequests.ts";
import { importRequests } from "./importRequests.ts";
import { lineageRequests } from "./lineageRequests.ts";
import { machineRequests } from "./machineRequests.ts";
import { metricRequests } from "./metricRequests.ts";
import { mlflowRequests } from "./mlflowRequests.ts";
import { modelRequests } from "./modelRequests.ts";
import type { Requests } from "./request.ts";
import { runRequests } from "./runRequests.ts";
import { storeRequests } from "./storeRequests.ts";

export const requests: Requests<RequestName> = {
  ...runRequests,
  ...codeRequests,
  ...metricRequests,
  ...compareRequests,
  ...hostRequests,
  ...importRequests,
  ...lineageRequests,
  ...machineRequests,
  ...mlflowRequests,
  ...modelRequests,
  ...storeRequests,
};
