/** A server process that a test may kill at any moment. */

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import * as path from "node:path";

/** Starts it; resolves at once, or once it has looked at the runs when `ready` is asked for. */
export function startServer(workspace: string): ChildProcess {
  const program = path.join(import.meta.dirname, "followProcess.ts");
  return spawn(process.execPath, ["--disable-warning=ExperimentalWarning", program, workspace], {
    stdio: ["pipe", "pipe", "inherit"],
  });
}

export async function following(server: ChildProcess): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.stdout?.on("data", (chunk) => String(chunk).includes("following") && resolve());
    server.once("exit", (code) => reject(new Error(`the server ended with ${code} before it followed`)));
  });
}

/** kill -9, and waits until it is gone. */
export async function killServer(server: ChildProcess): Promise<void> {
  const gone = once(server, "exit");
  server.kill("SIGKILL");
  await gone;
}
