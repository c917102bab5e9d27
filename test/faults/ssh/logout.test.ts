/**
 * Hosts whose logind ends what a login has started: what the check says, and how runs are started there. Stand-ins answer for systemd on a
 * real sshd: this shows what is asked and decided, and that a run in a scope is a run like any other; that a real logind spares the scope
 * is systemd's word.
 */

import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir, userInfo } from "node:os";
import * as path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type HostStack, openHostStack } from "./bench/hostStack.ts";
import { openSshBench, type SshBench } from "./bench/sshd.ts";

/** What the stand-ins answer is in files beside them; one that is missing is a program that fails. */
const stands: Readonly<Record<string, string>> = {
  busctl: 'cat "$d/logind"',
  loginctl: '[ "$2" = "$(cat "$d/user")" ] && cat "$d/linger"',
  "systemd-run": `[ -e "$d/manager" ] || exit 1
echo "$XDG_RUNTIME_DIR $*" >>"$d/scopes"
while [ "$1" != -- ]; do shift; done
shift
exec "$@"`,
};

let bench: SshBench;
let stack: HostStack;
let folder: string;

beforeAll(async () => {
  bench = await openSshBench();
  folder = await mkdtemp(path.join(tmpdir(), "runline-logind-"));
  const bin = path.join(folder, "bin");
  await mkdir(bin);
  for (const [name, text] of Object.entries(stands)) {
    await writeFile(path.join(bin, name), `#!/bin/sh\nd='${folder}'\n${text}\n`);
    await chmod(path.join(bin, name), 0o755);
  }
  await writeFile(path.join(folder, "user"), `${userInfo().username}\n`);
  await bench.serve({ name: "box", server: [`SetEnv PATH=${bin}:/usr/local/bin:/usr/bin:/bin`] });
  stack = await openHostStack({ bench, hosts: { box: { directory: path.join(folder, "there") } } });
});
afterAll(async () => {
  await stack?.close();
  await bench?.close();
  await rm(folder, { recursive: true, force: true, maxRetries: 3 });
});

interface Logind {
  readonly kills: boolean;
  readonly only?: readonly string[];
  readonly spared?: readonly string[];
  readonly linger?: boolean;
  readonly manager?: boolean;
}

const list = (names: readonly string[]) =>
  ["as", names.length, ...names.map((name) => `"${name}"`)].join(" ");

async function become({ kills, only = [], spared = ["backup"], linger, manager }: Logind): Promise<void> {
  const text = `b ${kills}\n${list(only)}\n${list(spared)}\n`;
  await writeFile(path.join(folder, "logind"), text);
  await writeFile(path.join(folder, "linger"), `Linger=${linger ? "yes" : "no"}\n`);
  if (manager) await writeFile(path.join(folder, "manager"), "");
  else await rm(path.join(folder, "manager"), { force: true });
}

const me = userInfo().username;

test.each<[string, Logind, { endsAtLogout: boolean; ownScope: boolean }, RegExp]>([
  ["logind ends nothing", { kills: false }, { endsAtLogout: false, ownScope: false }, /^Runs live on/],
  [
    "it ends everything",
    { kills: true },
    { endsAtLogout: true, ownScope: false },
    /enable-linger .* check again/,
  ],
  [
    "it spares this person",
    { kills: true, spared: [me] },
    { endsAtLogout: false, ownScope: false },
    /^Runs live on/,
  ],
  [
    "it ends others only",
    { kills: true, only: ["x"] },
    { endsAtLogout: false, ownScope: false },
    /^Runs live on/,
  ],
  [
    "it ends this person's only",
    { kills: false, only: [me] },
    { endsAtLogout: true, ownScope: false },
    /KillUserProcesses=no/,
  ],
  [
    "there is a systemd of one's own",
    { kills: true, manager: true },
    { endsAtLogout: true, ownScope: true },
    /soon after your last logout/,
  ],
  [
    "and it stays",
    { kills: true, manager: true, linger: true },
    { endsAtLogout: false, ownScope: true },
    /a scope of your own systemd and live on/,
  ],
  [
    "linger alone does not help",
    { kills: true, linger: true },
    { endsAtLogout: true, ownScope: false },
    /ends what you started/,
  ],
])("%s", async (_what, logind, facts, text) => {
  await become(logind);
  const { facts: found, reasons } = await stack.hosts.check("box");
  expect(found).toMatchObject(facts);
  const reason = reasons.find(({ text: each }) => /log out|logout/.test(each));
  expect(reason?.text).toMatch(text);
  expect(reason?.level).toBe(facts.endsAtLogout ? "warning" : "note");
});

test("a run gets a scope where it would end otherwise, and its script sees nothing of that", async () => {
  await become({ kills: true, manager: true });
  const script = path.join(stack.workspace, "sees.py");
  await writeFile(script, "import os\nprint(os.environ.get('XDG_RUNTIME_DIR'))\n");
  const { id } = await stack.launch({ host: "box", script });
  expect(await stack.ended(id)).toMatchObject({ state: "finished", exitCode: 0 });
  expect((await stack.log(id)).toString()).toBe("None\n");
  const scopes = (await readFile(path.join(folder, "scopes"), "utf8")).trim().split("\n");
  expect(scopes.at(-1)).toMatch(
    new RegExp(`^/run/user/\\d+ --user --scope --quiet --unit=runline-${id} -- env -u XDG_RUNTIME_DIR `),
  );
  await become({ kills: false, manager: true });
  const plain = await stack.launch({ host: "box", script });
  await stack.ended(plain.id);
  expect(await readFile(path.join(folder, "scopes"), "utf8")).not.toContain(plain.id);
});

test("a systemd that is gone between the check and the launch costs no run", async () => {
  await become({ kills: true, manager: true });
  await stack.hosts.check("box");
  await become({ kills: true });
  const { id } = await stack.launch({ host: "box", command: ["true"] });
  expect(await stack.ended(id)).toMatchObject({ state: "finished" });
});
