/** A server on two streams over a workspace in a temporary folder, with real store, compute, recorder and git. */

import { mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { PassThrough } from "node:stream";
import {
  createConnection,
  createProtocolConnection,
  ProposedFeatures,
  type ProtocolConnection,
} from "vscode-languageserver/node";
import { startServer } from "../../../../src/api/editor/connection.ts";
import type { Engines } from "../../../../src/api/project.ts";
import { localCompute } from "../../../../src/compute/local/local.ts";
import { localCode } from "../../../../src/compute/snapshot/snapshot.ts";
import { unpacked } from "../../../../src/model/exactNumbers.ts";
import type {
  Changed,
  ChangedKind,
  Ended,
  Logged,
  Reply,
  RequestInput,
  RequestName,
  RequestOutput,
} from "../../../../src/protocol/editor.ts";
import { openSqliteStore } from "../../../../src/store/sqlite/open.ts";

const root = path.join(import.meta.dirname, "..", "..", "..", "..");
const installed = (name: string) => path.join(root, "node_modules", name);

/** The engines that the server really has, except for who acts. */
export const engines: Engines = {
  openStore: (file) => openSqliteStore(file),
  compute: localCompute(path.join(root, "src", "recorder")),
  code: localCode(),
  identity: async () => ({ name: "Ana", email: "ana@example.org" }),
  clock: Date.now,
  versions: { Runline: "0.0.0-test" },
};

export interface TestServer {
  readonly client: ProtocolConnection;
  readonly workspace: string;
  readonly logged: readonly Logged[];
  /** Resolves once a change of the kind has been told; one told already counts. */
  changed(kind: ChangedKind): Promise<Changed>;
  ask<N extends RequestName>(name: N, input: RequestInput<N>): Promise<Reply<RequestOutput<N>>>;
  /** The value of a reply; throws its failure. */
  value<N extends RequestName>(name: N, input: RequestInput<N>): Promise<RequestOutput<N>>;
  /** Asks as a client that does not keep to the contract. */
  askAnything(name: string, input: unknown): Promise<Reply<unknown>>;
  configure(options: object): Promise<void>;
  /** The end of a run, told once and kept. */
  ended(id: string): Promise<Ended>;
  stop(): Promise<void>;
}

export async function temporaryFolder(): Promise<string> {
  return realpath(await mkdtemp(path.join(tmpdir(), "runline-api-")));
}

export interface ServerWish {
  readonly workspace?: string | null;
  readonly trusted?: boolean;
  readonly settings?: object;
  readonly files?: Readonly<Record<string, string>>;
  readonly engines?: Partial<Engines>;
}

export async function startTestServer(wish: ServerWish = {}): Promise<TestServer> {
  const own = wish.workspace === undefined ? await temporaryFolder() : null;
  const workspace = own ?? wish.workspace ?? null;
  for (const [name, text] of Object.entries(wish.files ?? {}))
    await writeFile(path.join(workspace ?? "", name), text);

  const [toServer, toClient] = [new PassThrough(), new PassThrough()];
  startServer(
    createConnection(ProposedFeatures.all, toServer, toClient),
    { ...engines, ...wish.engines },
    {
      runtime: installed("web-tree-sitter/web-tree-sitter.wasm"),
      python: installed("@vscode/tree-sitter-wasm/wasm/tree-sitter-python.wasm"),
    },
  );
  const client = createProtocolConnection(toClient, toServer);
  const logged: Logged[] = [];
  const changes: Changed[] = [];
  const changeWaits: (() => void)[] = [];
  const ends = new Map<string, Ended>();
  const waiting = new Map<string, (ended: Ended) => void>();
  client.onNotification("runline/logged", (what: Logged) => void logged.push(what));
  client.onNotification("runline/changed", (what: Changed) => {
    changes.push(what);
    for (const look of changeWaits) look();
  });
  client.onNotification("runline/ended", (what: Ended) => {
    ends.set(what.id, what);
    waiting.get(what.id)?.(what);
  });
  client.listen();
  const options = { workspace, trusted: true, extensionPath: root, actor: null, settings: {}, ...wish };
  await client.sendRequest("initialize", {
    processId: null,
    rootUri: null,
    capabilities: { workspace: { codeLens: { refreshSupport: true } } },
    initializationOptions: options,
  });
  await client.sendNotification("initialized", {});

  const askAnything = (name: string, input: unknown) =>
    client.sendRequest<unknown>(`runline/${name}`, input).then((reply) => unpacked(reply) as Reply<unknown>);
  const ask = <N extends RequestName>(name: N, input: RequestInput<N>) =>
    askAnything(name, input) as Promise<Reply<RequestOutput<N>>>;
  return {
    client,
    workspace: workspace ?? "",
    logged,
    changed: (kind) =>
      new Promise((resolve) => {
        const look = () => {
          const found = changes.find(({ kinds }) => kinds.includes(kind));
          if (found !== undefined) resolve(found);
        };
        changeWaits.push(look);
        look();
      }),
    askAnything,
    ask,
    async value(name, input) {
      const reply = await ask(name, input);
      if (reply.ok) return reply.value;
      throw new Error(`${reply.failure.code}: ${reply.failure.message}`);
    },
    configure: (more) =>
      client.sendNotification("workspace/didChangeConfiguration", { settings: { ...options, ...more } }),
    ended: (id) =>
      new Promise((resolve) => {
        const known = ends.get(id);
        if (known === undefined) waiting.set(id, resolve);
        else resolve(known);
      }),
    async stop() {
      await client.sendRequest("shutdown");
      client.dispose();
      if (own !== null) await rm(own, { recursive: true, force: true, maxRetries: 20 });
    },
  };
}
