/** What a report of a problem needs, as text for the clipboard. No names of runs, no paths of the home folder. Pure. */

import type { StoreStatus } from "../protocol/editor.ts";
import type { Settings } from "./settings.ts";

export interface Surroundings {
  readonly runline: string;
  readonly editor: string;
  readonly system: string;
  readonly remote: string | null;
  readonly trusted: boolean;
  readonly home: string;
}

export function diagnosticsText(
  around: Surroundings,
  status: StoreStatus | string,
  settings: Settings,
): string {
  const lines = [
    `Runline ${around.runline}`,
    `Editor: ${around.editor}${around.remote === null ? "" : `, remote ${around.remote}`}`,
    `System: ${around.system}`,
    `Workspace: ${around.trusted ? "trusted" : "restricted"}`,
    ...(typeof status === "string" ? [`Server: ${status}`] : statusLines(status)),
    "Settings:",
    ...Object.entries(settings).map(([id, value]) => `  ${id}: ${JSON.stringify(value)}`),
  ];
  const text = lines.join("\n");
  return around.home === "" ? `${text}\n` : `${text.replaceAll(around.home, "~")}\n`;
}

function statusLines(status: StoreStatus): string[] {
  return [
    `Store: ${status.location}, ${status.runs} runs, ${status.bytes} bytes`,
    `Directory: ${status.directory}`,
    `Python: ${status.python ?? "none found"}`,
    `Failure: ${status.failure === null ? "none" : `${status.failure.code}: ${status.failure.message}`}`,
    ...Object.entries(status.versions).map(([name, version]) => `${name}: ${version}`),
  ];
}
