/** `runline serve` as its own process, in a folder of its own. */

import { mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { start } from "../cli/commandLine.ts";

export interface RunlineServer {
  readonly url: string;
  readonly token: string | null;
  readonly folder: string;
  readonly pid: number;
  /** Ends the server as a person does, and answers what it complained about. */
  stop(): Promise<string>;
  close(): Promise<void>;
}

export async function startRunlineServer(...options: readonly string[]): Promise<RunlineServer> {
  const folder = await realpath(await mkdtemp(path.join(tmpdir(), "runline-serve-")));
  const running = start(folder, ["serve", "--port", "0", "--json", ...options]);
  let out = "";
  running.child.stdout?.on("data", (text: string) => {
    out += text;
  });
  await running.seen("}\n");
  const { url, token } = JSON.parse(out) as { url: string; token: string | null };
  const stop = async () => {
    running.child.kill("SIGTERM");
    return (await running.done).error;
  };
  return {
    ...{ url, token, folder, stop, pid: running.child.pid ?? 0 },
    async close() {
      await stop();
      await rm(folder, { recursive: true, force: true, maxRetries: 20 });
    },
  };
}
