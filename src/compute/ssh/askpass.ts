/**
 * ssh's questions, brought to the person. ssh starts a small program for each question; it hands the text through a socket that only this
 * user can open, with a token that only this connection knows, and prints the answer. One question at a time.
 */

import { randomBytes, timingSafeEqual } from "node:crypto";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Prompt, Prompter } from "../../model/host.ts";
import { shown } from "./trouble.ts";

const longestQuestion = 16_384;
/** ssh's one question that "yes" or a fingerprint answers; everything else is taken for a secret. */
const hostKeyQuestion =
  /^The authenticity of host .* can't be established[\s\S]*\(yes\/no(?:\/\[fingerprint\])?\)\? ?$/;
const touchQuestion = /^Confirm user presence for key /;

/** Run by Node for each question: the token, a line break, the question; then everything that comes back but the first byte. */
const client = `
const net = require("node:net");
const socket = net.connect(process.env.RUNLINE_ASKPASS_SOCKET);
let answer = "";
socket.setEncoding("utf8");
socket.on("data", (text) => { answer += text; });
socket.on("error", () => process.exit(1));
socket.on("end", () => {
  if (!answer.startsWith("+")) process.exit(1);
  process.stdout.write(answer.slice(1) + "\\n");
});
socket.end(process.env.RUNLINE_ASKPASS_TOKEN + "\\n" + process.argv.slice(2).join(" "));
`;

/** Runs `use` with the environment under which ssh asks `prompter`; everything of it is gone afterwards. */
export async function withAskpass<T>(
  host: string,
  prompter: Prompter,
  use: (environment: NodeJS.ProcessEnv) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "runline-ask-"));
  const token = randomBytes(32).toString("hex");
  const socket = join(folder, "ask");
  const over = new AbortController();
  const server = questionServer(host, token, (prompt) => prompter(prompt, over.signal), over.signal);
  try {
    const program = join(folder, "askpass");
    await writeFile(join(folder, "ask.cjs"), client, { mode: 0o600 });
    const words = [process.execPath, join(folder, "ask.cjs")].map(
      (word) => `'${word.replaceAll("'", `'\\''`)}'`,
    );
    await writeFile(
      program,
      `#!/bin/sh\nELECTRON_RUN_AS_NODE=1 NODE_OPTIONS= exec ${words.join(" ")} "$@"\n`,
      {
        mode: 0o700,
      },
    );
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(socket, resolve);
    });
    await chmod(socket, 0o600);
    return await use({
      SSH_ASKPASS: program,
      SSH_ASKPASS_REQUIRE: "force",
      // Before OpenSSH 8.4 an askpass was only used where there is a display.
      DISPLAY: process.env.DISPLAY ?? ":0",
      RUNLINE_ASKPASS_SOCKET: socket,
      RUNLINE_ASKPASS_TOKEN: token,
    });
  } finally {
    over.abort();
    server.close();
    await rm(folder, { recursive: true, force: true });
  }
}

type Asking = (prompt: Prompt) => Promise<string | null>;

/** Programs that still wait when it is `over` are sent home: ssh does not end them with itself. */
function questionServer(host: string, token: string, ask: Asking, over: AbortSignal): Server {
  let turn: Promise<unknown> = Promise.resolve();
  return createServer({ allowHalfOpen: true }, (socket) => {
    let said = "";
    socket.setEncoding("utf8");
    const leave = () => void socket.destroy();
    over.addEventListener("abort", leave);
    socket.on("close", () => over.removeEventListener("abort", leave));
    socket.on("error", leave);
    socket.on("data", (text: string) => {
      said += text;
      if (said.length > longestQuestion) socket.destroy();
    });
    socket.on("end", () => {
      const [given = "", ...rest] = said.split("\n");
      if (!isToken(given, token)) return socket.destroy();
      turn = turn.then(() => answer(promptOf(host, rest.join("\n")), ask, socket));
    });
  });
}

async function answer(prompt: Prompt, ask: Asking, socket: Socket): Promise<void> {
  if (socket.destroyed) return;
  // Whatever goes wrong in asking is a "no" to ssh.
  const said = await ask(prompt).catch(() => null);
  if (!socket.destroyed) socket.end(said === null ? "-" : `+${said.replace(/[\r\n]+$/, "")}`);
}

/** ssh says nothing but the text about what it wants, so the text decides, and in doubt it is a secret. */
export function promptOf(host: string, question: string): Prompt {
  const kind = hostKeyQuestion.test(question) ? "hostKey" : touchQuestion.test(question) ? "touch" : "secret";
  const text = question
    .split(/\r?\n/)
    .map(shown)
    .filter((line) => line !== "");
  return { host, kind, text: text.join("\n").slice(0, 2_000) };
}

function isToken(given: string, token: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(token)];
  return a.length === b.length && timingSafeEqual(a, b);
}
