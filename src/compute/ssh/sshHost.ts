/** A machine reached over SSH: runs are started there, looked at, read, ended and taken away by requests to it. */

import { join, posix } from "node:path";
import { RunlineError } from "../../model/failure.ts";
import { Fields, isObject } from "../../model/fields.ts";
import { type HostSettings, hostDirectory, splitHostDirectory } from "../../model/host.ts";
import { runFile } from "../../model/journal.ts";
import { isRunId } from "../../model/runId.ts";
import type { Attempt, FileSlice, HostCompute, Interpreter, LaunchRequest } from "../compute.ts";
import { activated } from "../local/environment.ts";
import type { Transport } from "../transport.ts";
import { codeFiles } from "./codeFiles.ts";
import { type HostCalls, hostCalls, insisting } from "./hostCalls.ts";
import { type HostLooks, hostLooks, type LooksPace, wordsIn } from "./hostLooks.ts";
import { type Mirror, mostMirroredLog } from "./mirror.ts";
import { pullArtifact } from "./pullArtifact.ts";
import { sendFiles } from "./sendFiles.ts";

export interface SshHostParts {
  readonly transport: Transport;
  readonly recorder: string;
  readonly settings: HostSettings;
  readonly mirror: Mirror;
  readonly pace: LooksPace;
  /** What tells the runs of this project from others on the host, and where they were launched from. */
  readonly origin: () => Promise<RunOrigin>;
  /** Something may be new there that nobody looks at by itself: a run that was not known here or began again, or the machine is back. */
  readonly found: () => void;
}

export interface RunOrigin {
  readonly project: string;
  readonly workspace: string;
  readonly machine: string;
}

/** A host, and what those who hold it may ask besides. */
export interface SshHost extends Omit<HostCompute, "launchArray"> {
  readonly transport: Transport;
  readonly calls: HostCalls;
  readonly looks: HostLooks;
  /** Finds runs of this project that were launched from elsewhere, or began again. */
  adopt(): Promise<void>;
  begunAgain(): readonly Attempt[];
}

/** A recorder starts in well under a second; a loaded machine or a slow disk may need longer. */
const startLimitMs = 60_000;
const mostRead = 4 * 1024 * 1024;
const patience = { deadlineMs: 90_000, insistMs: 60_000 };

export function sshHost(parts: SshHostParts): SshHost {
  const { transport, settings, mirror, origin } = parts;
  const { host } = transport;
  const calls = hostCalls(transport, parts.recorder, settings);
  const looks = hostLooks({ ...parts, calls, connected: adopt, begunAgain: noteWords });
  const modules = settings.modules ?? [];
  /** The PATH of a run there, as the last login or module said. */
  let search = "";
  /** Runs by the attempt of which they have left word. */
  const again = new Map<string, Attempt>();

  function noteWords(words: readonly string[], root: string): void {
    let isNews = false;
    for (const word of words) {
      const [, id = "", number = ""] = /^([0-9a-f]{32})-(\d{1,7})$/.exec(word) ?? [];
      const attempt = Number(number);
      if (attempt <= (again.get(id)?.attempt ?? 1)) continue;
      again.set(id, { directory: hostDirectory(host, `${root}/runs/${id}`), attempt });
      isNews = true;
    }
    if (isNews) parts.found();
  }

  const there = (directory: string) => {
    const split = splitHostDirectory(directory);
    if (split === null || split.host !== host) throw new RangeError(`${directory} is not on ${host}`);
    return split.path;
  };

  async function adopt(): Promise<void> {
    const { root } = await calls.login();
    const folder = `${root}/runs`;
    const { fields } = await calls.call("list_runs", { folder, root, project: (await origin()).project });
    noteWords(wordsIn(fields), root);
    const known = new Set((await mirror.directories()).map((directory) => posix.basename(directory)));
    const fresh = fields.texts("runs", 100_000, 100).filter((id) => isRunId(id) && !known.has(id));
    for (const id of fresh) {
      const spec = await readThere(calls, `${folder}/${id}`, runFile.spec, 0, mostRead);
      await mirror.note(id, hostDirectory(host, `${folder}/${id}`), Buffer.from(spec.bytes).toString("utf8"));
    }
    parts.found();
  }

  /** Again and again until the run has begun: to ask twice starts nothing twice, and a lost answer says nothing about the run. */
  async function launch(request: LaunchRequest): Promise<void> {
    const directory = there(request.directory);
    const id = posix.basename(directory);
    await mirror.note(id, request.directory, `${JSON.stringify(request.spec)}\n`);
    const until = Date.now() + startLimitMs;
    for (
      let said = await launchOnce(directory, request);
      !said.begun;
      said = await launchOnce(directory, request)
    ) {
      if (Date.now() < until) continue;
      const cause = said.said || `nothing happened in ${startLimitMs / 1000} s`;
      throw new RunlineError("recorderFailed", { cause, directory: request.directory });
    }
    const spec = await readThere(calls, directory, runFile.spec, 0, mostRead);
    await mirror.note(id, request.directory, Buffer.from(spec.bytes).toString("utf8"));
    looks.poke();
  }

  async function launchOnce(directory: string, { spec, environment, python }: LaunchRequest) {
    const { recorder } = await insisting(transport, startLimitMs, calls.login);
    const asked = {
      directory,
      spec: `${JSON.stringify(spec)}\n`,
      environment,
      python,
      recorder,
      modules,
      wait: 5,
    };
    const { fields } = await calls.call("launch", asked, { deadlineMs: 90_000, insistMs: startLimitMs });
    return { begun: fields.flag("begun"), said: fields.text("said", 100_000) };
  }

  async function read(directory: string, file: string, offset: number, length: number): Promise<FileSlice> {
    const path = there(directory);
    const id = posix.basename(path);
    const copy = await mirror.read(id, file, offset, length);
    if (file === runFile.journal) return copy;
    // Nothing more than the copy holds is asked of a machine that is not there anyway.
    const isWhole = file === runFile.log ? offset + length <= mostMirroredLog : copy.size > 0;
    if (isWhole || transport.link().state !== "connected") return copy;
    return readThere(calls, path, file, offset, Math.min(length, mostRead));
  }

  const environment = (interpreter: Interpreter | null): Readonly<Record<string, string>> => {
    const root = settings.environment?.replace(/\/+$/, "");
    const own = interpreter ?? (root === undefined ? null : ofRoot(root));
    const plain = { PATH: search };
    return own === null || search === "" ? {} : withoutSame(activated(plain, own), plain);
  };

  return {
    host,
    transport,
    settings,
    calls,
    looks,
    adopt,
    begunAgain: () => [...again.values()],
    async place(id) {
      const { root } = await calls.login();
      return { directory: hostDirectory(host, `${root}/runs/${id}`), queue: `${root}/queue` };
    },
    async prepare(directory) {
      await mirror.note(posix.basename(there(directory)), directory);
      const asked = { directory: there(directory), origin: JSON.stringify(await origin()) };
      await calls.call("prepare", asked, { insistMs: 60_000 });
    },
    launch,
    observe: (directories) => looks.observe(directories.map(there)),
    read,
    async cancel(directory) {
      await calls.call("cancel", { directory: there(directory) }, { insistMs: 20_000 });
      looks.poke();
    },
    watch: (directory, changed) => looks.watch(there(directory), changed),
    artifact: (directory, kept) =>
      pullArtifact(kept, {
        transport,
        directory: there(directory),
        folder: join(mirror.folder(posix.basename(directory)), "artifacts"),
      }),
    list: async () => [],
    async discard(directory) {
      const { root } = await calls.login();
      await calls.call("discard", { directory: there(directory), root });
      await mirror.remove(posix.basename(there(directory)));
    },
    environment,
    async program(word, cwd) {
      const { path } = await calls.login();
      const root = settings.environment;
      const asked = { word, cwd, modules, search: root === undefined ? "" : `${root}/bin:${search || path}` };
      return (await calls.call("program", asked, { insistMs: 60_000 })).fields.textOrNull("path", 10_000);
    },
    async interpreter({ folders }) {
      const login = await calls.login();
      const asked =
        settings.environment === undefined ? settings.python : `${settings.environment}/bin/python`;
      const roots = folders.flatMap((folder) => [`${folder}/.venv`, `${folder}/venv`]);
      const { fields } = await calls.call("interpreter", { asked, roots, modules }, patience);
      search = fields.text("search", 100_000);
      const found = {
        script: fields.text("path", 10_000, 1),
        version: fields.text("version", 100),
        recorder: login.python,
        environment: rootOf(fields.value("root")),
      };
      if (fields.problem !== null) throw new RunlineError("hostFailed", { host, cause: fields.problem });
      return found;
    },
    async look(path) {
      const { fields } = await calls.call("paths", { paths: [path] }, { insistMs: 60_000 });
      const kinds = fields.value("kinds");
      const kind: unknown = Array.isArray(kinds) ? kinds[0] : null;
      return kind === "file" || kind === "folder" ? kind : null;
    },
    async sendCode(place, id, signal) {
      const { root } = await calls.login();
      // Copies of code lie with what is kept of the run here.
      const files = await codeFiles({ ...place, directory: mirror.folder(id) }, host);
      return sendFiles(files, {
        root,
        id,
        folders: settings.folders ?? {},
        calls,
        host,
        signal: signal ?? null,
      });
    },
    async probe() {
      const found = await this.interpreter({ setting: "", editor: null, script: null, folders: [] });
      const argv = [found.script];
      const asked = { argv, environment: environment(found), modules };
      const { fields } = await calls.call("probe", asked, patience);
      const names = ["version", "executable", "torch", "cuda", "devices", "torch_missing"];
      const pairs = names.map((name) => [name, fields.value(name)] as const);
      return Object.fromEntries(
        pairs.flatMap(([name, value]) =>
          typeof value === "string" || typeof value === "number" ? [[name, value]] : [],
        ),
      );
    },
  };
}

async function readThere(
  calls: HostCalls,
  directory: string,
  file: string,
  offset: number,
  length: number,
): Promise<FileSlice> {
  const asked = { directory, file, offset, length };
  const { fields, bytes } = await calls.call("read", asked, { insistMs: 20_000 });
  return { bytes, size: fields.integer("size", 0) };
}

function ofRoot(root: string): Interpreter {
  const script = `${root}/bin/python`;
  return { script, version: "", recorder: script, environment: { kind: "venv", root } };
}

function rootOf(value: unknown): Interpreter["environment"] {
  if (!isObject(value)) return null;
  const fields = new Fields(value);
  const found = { kind: fields.oneOf("kind", ["venv", "conda"]), root: fields.text("root", 10_000, 1) };
  return fields.problem === null ? found : null;
}

/** What differs: the rest the host has itself. */
function withoutSame(
  environment: Readonly<Record<string, string>>,
  plain: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(environment).filter(([name, value]) => plain[name] !== value));
}
