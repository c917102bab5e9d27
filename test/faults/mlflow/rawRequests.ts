/** Requests that no HTTP library would send, over a bare connection. */

import { connect } from "node:net";
import type { Dice } from "./values.ts";

/** Sends text and cuts the connection, or waits for what the server does about it; answers what it said. */
export function sendRaw(port: number, text: string, cut: boolean): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    let said = "";
    socket.setTimeout(2_000, () => socket.destroy());
    socket.on("data", (bytes) => {
      said += bytes.toString("latin1");
    });
    // The server may have hung up already, which is an answer, too.
    socket.on("error", () => undefined);
    socket.on("close", () => resolve(said));
    socket.write(text, "latin1", () => {
      if (cut) socket.destroy();
      else socket.end();
    });
  });
}

export function rawRequest(dice: Dice, path: string): { readonly text: string; readonly cut: boolean } {
  const head = `POST ${path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n`;
  const text = dice.one([
    `${head}content-length: 100\r\n\r\n{"run_id":`,
    `${head}content-length: 5\r\n\r\n{"a":1, "b": 2, "c": 3}`,
    `${head}transfer-encoding: chunked\r\n\r\n10\r\n{"run_id": "aaaa`,
    `${head}transfer-encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n`,
    `${head}transfer-encoding: chunked\r\n\r\nffffffff\r\n{}`,
    `${head}transfer-encoding: chunked\r\ncontent-length: 3\r\n\r\n1\r\n{\r\n`,
    `${head}content-length: -1\r\n\r\n{}`,
    `${head}content-length: 99999999999999999999\r\n\r\n{}`,
    `${head}content-encoding: gzip\r\ncontent-length: 2\r\n\r\n{}`,
    `${head}x-long: ${"y".repeat(20_000)}\r\n\r\n`,
    `${head}x-nul: a\0b\r\n\r\n`,
    `${head}expect: 200-maybe\r\ncontent-length: 2\r\n\r\n{}`,
    `POST ${path}/${"a/".repeat(5_000)} HTTP/1.1\r\nhost: localhost\r\n\r\n`,
    `POST ${path} HTTP/9.9\r\n\r\n`,
    `NONSENSE ${path} HTTP/1.1\r\nhost: localhost\r\n\r\n`,
    `GET ${path}?${"a=1&".repeat(3_000)} HTTP/1.1\r\nhost: localhost\r\n\r\n`,
    `GET /../../..${path} HTTP/1.1\r\nhost: localhost\r\n\r\n`,
    `GET http://elsewhere.example${path} HTTP/1.1\r\nhost: elsewhere.example\r\n\r\n`,
    `PUT /api/2.0/mlflow-artifacts/artifacts/0/x HTTP/1.1\r\nhost: localhost\r\ncontent-length: 1000000\r\n\r\nabc`,
    "\r\n\r\n\0\0\0",
  ]);
  return { text, cut: dice.below(2) === 0 };
}
