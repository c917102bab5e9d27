/** The MLflow server of an editor window: there when something needs it, and again when the window was loaded anew. */

import type { Project } from "../project.ts";
import { type Address, lastAddress } from "./address.ts";

/** What is loaded only where somebody is served. */
type ProjectServer = import("./projectServer.ts").ProjectServer;

export interface WindowServer {
  /** The address of this folder's server, wherever it runs: another window's, or one that is started now. */
  address(): Promise<Address>;
  /** Serves again what was served before, so that an address that somebody holds stays good. */
  resume(): Promise<void>;
  close(): Promise<void>;
}

export function windowServer(project: Project, failed: (thrown: unknown) => void): WindowServer {
  let starting: Promise<ProjectServer> | null = null;

  async function start(): Promise<ProjectServer> {
    const { serveProject } = await import("./projectServer.ts");
    return serveProject(project, { failed });
  }

  return {
    async address() {
      if (starting === null) {
        const { servedAt } = await import("./projectServer.ts");
        const other = await servedAt(project.layout.directory);
        if (other !== null) return other;
      }
      starting ??= start().catch((thrown: unknown) => {
        starting = null;
        throw thrown;
      });
      const { url, token } = await starting;
      return { url, token };
    },
    async resume() {
      if ((await lastAddress(project.layout.directory)) !== null) await this.address();
    },
    async close() {
      const last = starting;
      starting = null;
      // One that did not start has said so to whoever asked for it.
      const serving = await last?.catch(() => null);
      await serving?.close();
    },
  };
}
