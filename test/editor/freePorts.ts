/** Ports for programs that can't choose one themselves, or that must have the same one again. */

import { once } from "node:events";
import { createServer } from "node:net";

/** Below the ports that the system gives to connections, so that nothing takes one between its choice and its use. */
const lowest = 17_000;
const blocks = 1_800;
const blockSize = 8;

/** Ports that nobody listens on, from a block that belongs to this process. */
export async function freePorts(count: number): Promise<number[]> {
  const found: number[] = [];
  for (let block = process.pid % blocks; found.length < count; block = (block + 1) % blocks)
    for (let at = 0; at < blockSize && found.length < count; at++) {
      const port = lowest + block * blockSize + at;
      if (!given.has(port) && (await isFree(port))) {
        given.add(port);
        found.push(port);
      }
    }
  return found;
}

const given = new Set<number>();

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  const failed = once(server, "error").then(() => false);
  const listening = once(server.listen(port), "listening").then(() => true);
  // `once` of the loser would be rejected by the error that the other one waits for.
  listening.catch(() => undefined);
  const free = await Promise.race([listening.catch(() => false), failed]);
  if (free) {
    server.close();
    await once(server, "close");
  }
  return free;
}

/** One of them. */
export async function freePort(): Promise<number> {
  const [port = 0] = await freePorts(1);
  return port;
}
