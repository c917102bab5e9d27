/** The MLflow server of an editor window: there when something needs it, and again when the window was loaded anew. */

import type { Project } from "../project.ts";
import { type Address, forgetAddress, lastAddress, readAddress } from "./address.ts";

/** What is loaded only where somebody is served. */
type ProjectServer = import("./projectServer.ts").ProjectServer;

export interface WindowServer {
  /** The address of this folder's server, wherever it runs: another window's, or one that is started now. */
  address(): Promise<Address>;
  /** Serves again what was served before, so that an address that somebody holds stays good. */
  resume(): Promise<void>;
  /** Ends it, and nobody serves this folder by itself any more. */
  forget(): Promise<void>;
  close(): Promise<void>;
}

/** How soon a window notices that the one that served is gone: clients try again for longer than that. */
const lookMs = 2_000;

export function windowServer(project: Project, failed: (thrown: unknown) => void): WindowServer {
  const { directory } = project.layout;
  let starting: Promise<ProjectServer> | null = null;
  /** While another window serves, so that this one takes over when that one is closed. */
  let looking: NodeJS.Timeout | null = null;

  async function start(): Promise<ProjectServer> {
    const { serveProject } = await import("./projectServer.ts");
    return serveProject(project, { failed });
  }

  async function address(): Promise<Address> {
    if (starting === null) {
      const other = await servedElsewhere();
      if (other !== null) return other;
    }
    starting ??= start().catch((thrown: unknown) => {
      starting = null;
      throw thrown;
    });
    const { url, token, close } = await starting;
    const said = await readAddress(directory);
    if (said === null || said.url === url) {
      lookNoMore();
      return { url, token };
    }
    // Two windows began at once, and the other one was first.
    const other = await servedElsewhere();
    if (other === null) return { url, token };
    starting = null;
    await close();
    return other;
  }

  async function servedElsewhere(): Promise<Address | null> {
    const { servedAt } = await import("./projectServer.ts");
    const other = await servedAt(directory);
    if (other === null || looking !== null) return other;
    looking = setInterval(() => void address().catch(failed), lookMs);
    looking.unref();
    return other;
  }

  function lookNoMore(): void {
    if (looking !== null) clearInterval(looking);
    looking = null;
  }

  async function close(): Promise<void> {
    lookNoMore();
    const last = starting;
    starting = null;
    // One that did not start has said so to whoever asked for it.
    const serving = await last?.catch(() => null);
    await serving?.close();
  }

  return {
    address,
    close,
    async resume() {
      if ((await lastAddress(directory)) !== null) await address();
    },
    async forget() {
      await close();
      await forgetAddress(directory);
    },
  };
}
