/** Looks at a machine over its transport: one question, and shorter ones after it while its tools have not answered. */

import { RunlineError } from "../model/failure.ts";
import { type LookAnswer, lookOf } from "../model/hostLook.ts";
import type { MachineLook } from "../model/hostMachine.ts";
import { lookScript } from "./lookScript.ts";
import { saidOf } from "./ssh/sshTransport.ts";
import type { Transport } from "./transport.ts";

/** As long as a tool may take that is ended after ten seconds, and then again. */
const patienceMs = 25_000;
const firstPauseMs = 300;
const longestPauseMs = 2_000;
const unusedMs = 30_000;

/**
 * Throws what a request throws, and `toolsLate` where the tools of a driver don't answer. `closed` tells that nobody wants it any more.
 */
export async function lookAt(transport: Transport, closed: () => boolean): Promise<MachineLook> {
  const began = performance.now();
  const time = Date.now();
  for (let pause = firstPauseMs; ; pause = Math.min(longestPauseMs, pause * 2)) {
    const { look, pending } = await askOnce(transport);
    const tookMs = performance.now() - began;
    if (!pending) return { ...look, time: time + Math.round(tookMs), tookMs: Math.round(tookMs) };
    if (closed() || tookMs > patienceMs)
      throw new RunlineError("toolsLate", {
        host: transport.host,
        seconds: Math.max(1, Math.round(tookMs / 1000)),
      });
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
}

export interface SelfLook {
  look(): Promise<MachineLook>;
  close(): void;
}

/** This machine by a shell of our own, which ends when nobody has looked for a while. */
export function selfLook(transport: Transport): SelfLook {
  let ending: NodeJS.Timeout | undefined;
  let closed = false;
  return {
    async look() {
      clearTimeout(ending);
      try {
        await transport.connect();
        return await lookAt(transport, () => closed);
      } finally {
        if (!closed) ending = setTimeout(() => transport.disconnect(), unusedMs).unref();
      }
    },
    close() {
      closed = true;
      clearTimeout(ending);
      transport.disconnect();
    },
  };
}

async function askOnce(transport: Transport): Promise<LookAnswer> {
  const answer = await transport.request({ script: lookScript });
  if (answer.code !== 0)
    throw new RunlineError("hostFailed", { host: transport.host, cause: saidOf(answer) });
  return lookOf(answer.out.toString("utf8"));
}
