/** Real sshd servers on loopback ports, with keys, known hosts and a client configuration of their own: nothing of the person's is touched. */

import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir, userInfo } from "node:os";
import * as path from "node:path";
import { freePort } from "../../../editor/freePorts.ts";
import { needSystemPackages } from "../../../editor/systemPackages.ts";

export interface SshBench {
  readonly folder: string;
  /** For `ssh -F`. */
  readonly configuration: string;
  /** Starts a server and adds its alias. */
  serve(wish: ServerWish): Promise<SshServer>;
  /** Adds an alias for a port, e.g. that of a proxy, or for another account. */
  alias(name: string, port: number, more?: AliasWish): Promise<void>;
  close(): Promise<void>;
}

export interface AliasWish {
  readonly user?: string;
  /** Lines of the client's configuration. */
  readonly lines?: readonly string[];
  /** The key of the server is known beforehand; default true. */
  readonly known?: boolean;
}

export interface ServerWish extends AliasWish {
  readonly name: string;
  /** Lines of the server's configuration, before ours. */
  readonly server?: readonly string[];
  readonly port?: number;
}

export interface SshServer {
  readonly port: number;
  /** Ends the server and every session of it, without a word. */
  kill(): Promise<void>;
  start(): Promise<void>;
  /** Pids of the sessions that are open. */
  sessions(): readonly number[];
  /** Gives it another host key. */
  newKey(): Promise<void>;
  /** What it has logged so far. */
  log(): Promise<string>;
}

export function needSshd(more: readonly string[] = []): void {
  const need = needSystemPackages(["openssh-server", "openssh-client", ...more], () => undefined);
  if ("missing" in need) throw new Error(`These tests need ${need.missing}`);
}

/** Throws where OpenSSH's server neither is nor can be installed. */
export async function openSshBench(): Promise<SshBench> {
  needSshd();
  const folder = await mkdtemp(path.join(tmpdir(), "runline-ssh-"));
  // The accounts that log in read their authorized keys as themselves.
  await chmod(folder, 0o755);
  const at = (name: string) => path.join(folder, name);
  makeKey(at("user"));
  await writeFile(at("authorized"), await readFile(at("user.pub")), { mode: 0o644 });
  await writeFile(at("known"), "", { mode: 0o600 });
  const blocks: string[] = [];
  const servers: SshServer[] = [];

  const bench: SshBench = {
    folder,
    configuration: at("config"),
    async alias(name, port, { user = userInfo().username, lines = [] } = {}) {
      blocks.push(
        [`Host ${name}`, "HostName 127.0.0.1", `Port ${port}`, `User ${user}`, ...lines].join("\n  "),
      );
      await writeFile(at("config"), `${[...blocks, shared(folder)].join("\n\n")}\n`, { mode: 0o600 });
    },
    async serve(wish) {
      const port = wish.port ?? (await freePort());
      const server = await startServer(folder, port, wish);
      servers.push(server);
      if (wish.known !== false) await learnKey(folder, port);
      await bench.alias(wish.name, port, wish);
      return server;
    },
    async close() {
      for (const server of servers) await server.kill();
      await rm(folder, { recursive: true, force: true, maxRetries: 20 });
    },
  };
  return bench;
}

function shared(folder: string): string {
  const lines = [
    ...["Host *", `IdentityFile ${folder}/user`, "IdentitiesOnly yes", "IdentityAgent none"],
    ...[`UserKnownHostsFile ${folder}/known`, "GlobalKnownHostsFile /dev/null", "UpdateHostKeys no"],
    // The usual exchange costs more of a small processor than everything that is tested.
    ...["StrictHostKeyChecking ask", "KexAlgorithms curve25519-sha256"],
  ];
  return lines.join("\n  ");
}

function makeKey(file: string): void {
  execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "bench", "-f", file]);
}

/** Writes the server's present key into the known hosts, under its port. */
export async function learnKey(folder: string, port: number): Promise<void> {
  const key = (await readFile(path.join(folder, `host-${port}.pub`), "utf8"))
    .split(" ")
    .slice(0, 2)
    .join(" ");
  const file = path.join(folder, "known");
  const kept = (await readFile(file, "utf8"))
    .split("\n")
    .filter((line) => !line.startsWith(`[127.0.0.1]:${port} `));
  await writeFile(
    file,
    `${[...kept.filter((line) => line !== ""), `[127.0.0.1]:${port} ${key}`].join("\n")}\n`,
  );
}

async function startServer(folder: string, port: number, wish: ServerWish): Promise<SshServer> {
  const key = path.join(folder, `host-${port}`);
  const settings = path.join(folder, `sshd-${port}`);
  const log = path.join(folder, `log-${port}`);
  makeKey(key);
  if (process.getuid?.() === 0) await mkdir("/run/sshd", { recursive: true });
  const lines = [
    ...(wish.server ?? []),
    ...[`Port ${port}`, "ListenAddress 127.0.0.1", `HostKey ${key}`, `PidFile ${folder}/pid-${port}`],
    ...[`AuthorizedKeysFile ${folder}/authorized`, "StrictModes no", "UsePAM no", "PrintMotd no"],
    ...["PasswordAuthentication no", "KbdInteractiveAuthentication no", "PermitRootLogin yes"],
    ...["UseDNS no", "LogLevel VERBOSE"],
  ];
  await writeFile(settings, `${lines.join("\n")}\n`);
  let daemon: ChildProcess | null = null;

  const server: SshServer = {
    port,
    sessions: () => (daemon?.pid === undefined ? [] : descendants(daemon.pid)),
    async start() {
      daemon = spawn("/usr/sbin/sshd", ["-D", "-e", "-E", log, "-f", settings], { stdio: "ignore" });
      const failed = once(daemon, "exit");
      await Promise.race([listening(port), failed.then(() => Promise.reject(new Error("sshd ended")))]);
    },
    async kill() {
      const last = daemon;
      daemon = null;
      if (last?.pid === undefined || last.exitCode !== null) return;
      const gone = once(last, "exit");
      const sessions = descendants(last.pid);
      last.kill("SIGKILL");
      for (const pid of sessions) end(pid);
      await gone;
    },
    async newKey() {
      await rm(key);
      await rm(`${key}.pub`);
      makeKey(key);
    },
    log: () => readFile(log, "utf8"),
  };
  await server.start();
  return server;
}

function end(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch (thrown) {
    // It went with its parent.
    if (!(thrown instanceof Error && "code" in thrown && thrown.code === "ESRCH")) throw thrown;
  }
}

/** sshd's own processes below one; what they started in sessions of its own is not theirs any more. */
function descendants(root: number): number[] {
  const listed = execFileSync("ps", ["-eo", "pid=,ppid=,comm="], { encoding: "utf8" }).split("\n");
  const rows = listed.map((line) => /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line)).filter((row) => row !== null);
  const found: number[] = [];
  for (const todo = [root]; todo.length > 0; ) {
    const parent = todo.pop();
    for (const [, pid, above, name] of rows)
      if (Number(above) === parent && name?.startsWith("sshd")) {
        found.push(Number(pid));
        todo.push(Number(pid));
      }
  }
  return found;
}

async function listening(port: number): Promise<void> {
  for (;;) {
    const open = await new Promise<boolean>((resolve) => {
      const socket = connect(port, "127.0.0.1");
      socket.once("connect", () => socket.end(() => resolve(true)));
      socket.once("error", () => resolve(false));
    });
    if (open) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
