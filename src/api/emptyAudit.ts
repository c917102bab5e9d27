/** What the audit log says of itself before anything was ever registered. */

import type { AuditVerdict } from "../model/registry.ts";

export const emptyVerdict: AuditVerdict = { entries: 0, head: "0".repeat(64), problem: null };
