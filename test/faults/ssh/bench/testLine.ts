/** A link that can be bad: delays, holds back and cuts what passes between a client and a port. */

import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";

export interface TestLine {
  readonly port: number;
  /** One way, from now on. */
  delayMs: number;
  /** Nothing passes any more and nobody is told, as when a cable is pulled; `false` lets through what was held. */
  hold(on: boolean): void;
  /** Ends every connection. */
  cut(): void;
  /** New connections are refused while it is off. */
  accept(on: boolean): void;
  /** Bytes that went to the server so far. */
  readonly sent: number;
  readonly received: number;
  /** How many connections were opened so far. */
  readonly connections: number;
  /** Cuts once this many more bytes have passed to the server. */
  cutAfter(bytes: number): void;
  close(): Promise<void>;
}

export async function openTestLine(target: number): Promise<TestLine> {
  const sockets = new Set<Socket>();
  const waiting: (() => void)[] = [];
  let held = false;
  let accepting = true;
  let cutAt = Number.POSITIVE_INFINITY;
  const counts = { sent: 0, received: 0, connections: 0 };

  const server = createServer((client) => {
    if (!accepting) return void client.destroy();
    counts.connections += 1;
    const upstream = connect(target, "127.0.0.1");
    join(client, upstream, "sent");
    join(upstream, client, "received");
  });

  function join(from: Socket, to: Socket, way: "sent" | "received"): void {
    sockets.add(from);
    from.setNoDelay(true);
    from.on("data", (bytes) => {
      const pass = () => {
        counts[way] += bytes.length;
        if (!to.destroyed) to.write(bytes);
        if (way === "sent" && counts.sent >= cutAt) {
          cutAt = Number.POSITIVE_INFINITY;
          proxy.cut();
        }
      };
      const later = () => (held ? void waiting.push(pass) : pass());
      if (proxy.delayMs > 0) setTimeout(later, proxy.delayMs);
      else later();
    });
    const ended = () => {
      sockets.delete(from);
      if (held) return;
      if (proxy.delayMs > 0) setTimeout(() => to.destroy(), proxy.delayMs);
      else to.destroy();
    };
    from.on("close", ended);
    from.on("error", ended);
  }

  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();

  const proxy: TestLine = {
    port: typeof address === "object" && address !== null ? address.port : 0,
    delayMs: 0,
    hold(on) {
      held = on;
      if (!on) for (const pass of waiting.splice(0)) pass();
    },
    cut() {
      waiting.length = 0;
      for (const socket of [...sockets]) socket.destroy();
    },
    accept(on) {
      accepting = on;
    },
    get sent() {
      return counts.sent;
    },
    get received() {
      return counts.received;
    },
    get connections() {
      return counts.connections;
    },
    cutAfter(bytes) {
      cutAt = counts.sent + bytes;
    },
    async close() {
      proxy.cut();
      server.close();
      await once(server, "close");
    },
  };
  return proxy;
}
