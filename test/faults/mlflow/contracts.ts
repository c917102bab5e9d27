/** What every route of MLflow's face asks for, found out by asking it. */

import type { Face, Route } from "../../../src/api/mlflow/route.ts";
import { routes } from "../../../src/api/mlflow/routes.ts";

export interface Contract {
  readonly method: string;
  /** With `:name` for parts that are given. */
  readonly path: string;
  /** Members that it has looked for. */
  readonly members: readonly string[];
}

const proxy = "/api/2.0/mlflow-artifacts";
/** What is not made of members alone: files, pieces of files and the spans of OpenTelemetry. */
const others: readonly Contract[] = [
  { method: "GET", path: "/get-artifact", members: ["run_id", "path"] },
  { method: "GET", path: "/model-versions/get-artifact", members: ["name", "version", "path"] },
  { method: "GET", path: "/ajax-api/2.0/mlflow/get-trace-artifact", members: ["request_id", "path"] },
  {
    method: "GET",
    path: "/api/2.0/mlflow/logged-models/:model_id/artifacts/files",
    members: ["artifact_file_path"],
  },
  { method: "POST", path: "/ajax-api/2.0/mlflow/upload-artifact", members: ["run_uuid", "path"] },
  { method: "PUT", path: `${proxy}/artifacts/0/:run_id/artifacts/:path`, members: ["a"] },
  { method: "GET", path: `${proxy}/artifacts/0/:run_id/artifacts/:path`, members: [] },
  { method: "DELETE", path: `${proxy}/artifacts/:path/:run_id`, members: [] },
  { method: "GET", path: `${proxy}/artifacts`, members: ["path"] },
  { method: "GET", path: `${proxy}/presigned/:path`, members: [] },
  { method: "POST", path: `${proxy}/mpu/create/:path`, members: ["path", "num_parts"] },
  { method: "POST", path: `${proxy}/mpu/complete/:path`, members: ["path", "upload_id", "parts"] },
  { method: "POST", path: `${proxy}/mpu/abort/:path`, members: ["path", "upload_id"] },
  { method: "POST", path: "/v1/traces", members: ["resourceSpans", "scopeSpans", "spans"] },
];

/** Each route is asked with every member that it has looked for so far, until it looks for no more. */
export async function contractsOf(face: Face): Promise<readonly Contract[]> {
  const found: Contract[] = [];
  for (const route of routes) {
    const members = new Set<string>();
    for (let before = -1; before !== members.size; ) {
      before = members.size;
      await asked(route, members, face);
    }
    found.push({ method: route.method, path: `/api/${route.major}.0/${route.path}`, members: [...members] });
  }
  return [...found, ...others];
}

async function asked(route: Route, members: Set<string>, face: Face): Promise<void> {
  const known = new Set(members);
  const fields = new Proxy<Record<string, unknown>>(
    {},
    {
      getOwnPropertyDescriptor(_, name) {
        if (typeof name !== "string") return undefined;
        members.add(name);
        return known.has(name) ? { value: "1", configurable: true, enumerable: true } : undefined;
      },
      get: (_, name) => (typeof name === "string" && known.has(name) ? "1" : undefined),
    },
  );
  // Refusals are what is expected of it: only what it looks for counts here.
  await route.answer(fields, face).catch(() => undefined);
}
