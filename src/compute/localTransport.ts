/** This machine as a transport: the same loop in a shell of our own, for schedulers that are on this machine. */

import { sshTransport } from "./ssh/sshTransport.ts";
import type { Transport } from "./transport.ts";

/** Opens nothing before the first request. */
export function localTransport(environment: NodeJS.ProcessEnv = process.env): Transport {
  return sshTransport("here", { environment, shell: { program: "sh", arguments: [] } });
}
