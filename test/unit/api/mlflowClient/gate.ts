/** A gate in front of a server: it lets through, keeps silent, refuses, or loses answers, as a network and a sign-in page do. */

import * as http from "node:http";
import { json } from "node:stream/consumers";
import { onTestFinished } from "vitest";

export type GateMode = "open" | "silent" | "refusing" | "losing" | "gone";

export interface Gate {
  readonly url: string;
  mode: GateMode;
  /** `GET /path` of each request so far. */
  readonly asked: readonly string[];
  /** Whether an open gate lets this request in. */
  lets: (asked: string) => boolean;
  /** Whether only the first thing of a list in the answer gets through. */
  shortens: (asked: string) => boolean;
  /** What one that is not let in is answered with, before it was read. */
  refusal: number;
  /** From now on nobody is there; whoever waits for an answer hears that. */
  leave(): void;
}

/** Lists with one member each. */
function first(whole: unknown): object {
  const members = Object.entries(whole ?? {});
  return Object.fromEntries(
    members.map(([name, each]) => [name, Array.isArray(each) ? each.slice(0, 1) : each]),
  );
}

/** `losing`: changes reach the server, and its answers get lost. */
export async function gateTo(target: string): Promise<Gate> {
  const asked: string[] = [];
  const held = new Set<http.ServerResponse>();
  const gate: Pick<Gate, "mode" | "lets" | "shortens" | "refusal"> = {
    ...{ mode: "open", lets: () => true, shortens: () => false, refusal: 401 },
  };
  const server = http.createServer((request, response) => {
    const what = `${request.method} ${request.url?.split("?")[0]}`;
    asked.push(what);
    const isLet = gate.lets(what);
    const { mode } = gate;
    if (mode === "gone") return void response.destroy();
    if (mode === "silent") return void held.add(response);
    if (mode === "refusing" || !isLet)
      return void response.writeHead(gate.refusal).end(gate.refusal === 401 ? "{}" : "<html></html>");
    const { method, headers } = request;
    const url = new URL(request.url ?? "/", target);
    const passed = http.request(url, { method, headers: { ...headers, host: url.host } }, (answer) => {
      if (mode === "losing" && method !== "GET") return void response.destroy();
      if (gate.shortens(what))
        return void json(answer).then((whole) => response.end(JSON.stringify(first(whole))));
      response.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(response);
    });
    passed.once("error", () => response.destroy());
    request.pipe(passed);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const leave = () => {
    gate.mode = "gone";
    for (const response of held) response.destroy();
  };
  onTestFinished(async () => {
    leave();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return Object.assign(gate, { url: `http://127.0.0.1:${port}`, asked, leave });
}
