/** MLflow's face of a real project in a folder of its own, over real HTTP; gone after the test. */

import * as fs from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";
import { onTestFinished } from "vitest";
import {
  type ProjectServer,
  type ServerWish,
  serveProject,
} from "../../../../src/api/mlflow/projectServer.ts";
import { openProject, type Project } from "../../../../src/api/project.ts";
import { parseSettings } from "../../../../src/api/settings.ts";
import { localCompute } from "../../../../src/compute/local/local.ts";
import { localCode } from "../../../../src/compute/snapshot/snapshot.ts";
import { openSqliteStore } from "../../../../src/store/sqlite/open.ts";

export interface Answer {
  readonly status: number;
  readonly json: Reply;
}

interface Pair {
  readonly key: string;
  readonly value: string;
}
interface Metric {
  readonly key: string;
  readonly value: number | string;
  readonly timestamp: number;
  readonly step: number;
}
interface RunReply {
  readonly info: Readonly<Record<string, unknown>> & { readonly run_id: string };
  readonly data: {
    readonly metrics?: readonly Metric[];
    readonly params?: readonly Pair[];
    readonly tags?: readonly Pair[];
  };
  readonly inputs: object;
  readonly outputs: object;
}

/** What of an answer tests look at; members are there where their call has them. */
export interface Reply {
  readonly error_code?: string;
  readonly message?: string;
  readonly experiment_id?: string;
  readonly next_page_token?: string;
  readonly run?: RunReply;
  readonly runs?: readonly RunReply[];
  readonly run_info?: object;
  readonly metrics?: readonly Metric[];
  readonly experiment?: Readonly<Record<string, unknown>>;
  readonly experiments?: readonly { readonly name: string; readonly experiment_id: string }[];
  readonly model?: { readonly info: { readonly model_id: string } };
  readonly models?: readonly { readonly info: { readonly name: string } }[];
  readonly dataset_summaries?: readonly object[];
  readonly files?: readonly { readonly path: string; readonly file_size?: number }[];
  readonly root_uri?: string;
  readonly upload_id?: string;
  readonly credentials?: readonly { readonly url: string; readonly part_number: number }[];
}

export interface Client {
  readonly project: Project;
  readonly server: ProjectServer;
  /** What went wrong without being the client's mistake. */
  readonly failures: readonly unknown[];
  post(path: string, body?: unknown, headers?: Readonly<Record<string, string>>): Promise<Answer>;
  get(path: string, query?: Readonly<Record<string, string | readonly string[]>>): Promise<Answer>;
  send(
    method: string,
    path: string,
    body?: RequestInit["body"],
    headers?: Readonly<Record<string, string>>,
  ): Promise<Response>;
}

export async function freshProject(): Promise<Project> {
  const folder = await fs.mkdtemp(path.join(os.tmpdir(), "runline-mlflow-"));
  const project = projectIn(folder);
  onTestFinished(async () => {
    await project.store.close();
    await fs.rm(folder, { recursive: true, force: true, maxRetries: 20 });
  });
  return project;
}

export function projectIn(folder: string): Project {
  const { settings } = parseSettings({});
  const engines = {
    openStore: (file: string) => openSqliteStore(file),
    compute: localCompute("recorder.pyz"),
    code: localCode(),
    identity: async () => ({ name: "Tester", email: null }),
    clock: Date.now,
    versions: {},
  };
  return openProject(folder, () => ({ settings, trusted: true, actor: null }), engines);
}

/** A client of a server that needs no token unless told otherwise. */
export async function serve(wish: Partial<ServerWish> = {}, given?: Project): Promise<Client> {
  const project = given ?? (await freshProject());
  const failures: unknown[] = [];
  const server = await serveProject(project, {
    ...{ port: 0, token: null, failed: (thrown: unknown) => void failures.push(thrown) },
    ...wish,
  });
  onTestFinished(() => server.close());
  const api = (place: string) => `${server.url}${place.startsWith("/") ? "" : "/api/2.0/mlflow/"}${place}`;
  const answer = async (response: Response): Promise<Answer> => ({
    status: response.status,
    json: (await response.json()) as Reply,
  });
  return {
    project,
    server,
    failures,
    post: async (place, body = {}, headers = {}) =>
      answer(
        await fetch(api(place), {
          method: "POST",
          headers: { "content-type": "application/json", ...headers },
          body: typeof body === "string" ? body : JSON.stringify(body),
        }),
      ),
    get: async (place, query = {}) => {
      const asked = new URLSearchParams();
      for (const [key, value] of Object.entries(query))
        for (const each of typeof value === "string" ? [value] : value) asked.append(key, each);
      return answer(await fetch(`${api(place)}?${asked}`));
    },
    send: (method, place, body, headers = {}) =>
      fetch(api(place), {
        ...{ method, headers },
        ...(body === undefined ? {} : { body, duplex: "half" as const }),
      } as RequestInit),
  };
}

/** A run in the experiment Default; answers its id. */
export async function newRun(client: Client, fields: object = {}): Promise<string> {
  const { json } = await client.post("runs/create", { experiment_id: "0", start_time: 1_000, ...fields });
  return json.run?.info.run_id ?? "";
}
