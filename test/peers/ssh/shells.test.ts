/** Every login shell that people have, with start files that print and set what they should not. */

import { existsSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sshTransport } from "../../../src/compute/ssh/sshTransport.ts";
import type { Transport } from "../../../src/compute/transport.ts";
import { failureOf } from "../../../src/model/failure.ts";
import { type HostStack, openHostStack } from "../../faults/ssh/bench/hostStack.ts";
import { needSshd, openSshBench, type SshBench } from "../../faults/ssh/bench/sshd.ts";
import { type Account, makeAccount, mayMakeAccounts } from "./accounts.ts";

const posix =
  'echo "welcome, $USER"; echo 1 2 3 >&2\nalias head=false; set -u\nexport LC_ALL=de_DE.UTF-8 CDPATH=/tmp\n';
const csh = 'echo "welcome"\nalias head false\n';
const shells: readonly (readonly [string, string, Readonly<Record<string, string>>])[] = [
  ["bash", "/bin/bash", { ".bashrc": `${posix}printf 'no newline at the end'\n`, ".profile": posix }],
  ["zsh", "/usr/bin/zsh", { ".zshenv": posix }],
  ["dash", "/bin/dash", { ".profile": posix }],
  ["tcsh", "/usr/bin/tcsh", { ".cshrc": csh }],
  ["fish", "/usr/bin/fish", { ".config/fish/config.fish": "echo welcome\nset -gx LC_ALL de_DE.UTF-8\n" }],
  ["busybox", "/bin/busybox-sh", { ".profile": posix }],
];

describe.skipIf(!mayMakeAccounts)("login shells", () => {
  let bench: SshBench;
  let stack: HostStack;
  const accounts: Account[] = [];
  const open: Transport[] = [];

  beforeAll(async () => {
    needSshd(["zsh", "fish", "tcsh", "busybox", "dash"]);
    bench = await openSshBench();
    const server = await bench.serve({ name: "box" });
    for (const [name, program, files] of shells) {
      const shell = program === "/bin/busybox-sh" ? "/bin/sh" : program;
      const account = await makeAccount({ shell: existsSync(shell) ? shell : "/bin/sh", files });
      accounts.push(account);
      await bench.alias(`as-${name}`, server.port, { user: account.name });
    }
    stack = await openHostStack({ bench, hosts: {} });
  }, 120_000);
  afterAll(async () => {
    for (const each of open) each.disconnect();
    await stack?.close();
    await bench?.close();
    for (const account of accounts) await account.remove();
  });

  test.each(shells.map(([name]) => name))("%s: requests are exact", async (name) => {
    const transport = sshTransport(`as-${name}`, { configuration: bench.configuration });
    open.push(transport);
    const input = Buffer.from(Array.from({ length: 100_000 }, (_, n) => n % 256));
    const script = name === "busybox" ? "busybox sh -c 'busybox cat'" : "cat";
    const answer = await transport.request({ script, input });
    expect(answer.out.equals(input)).toBe(true);
    expect(answer.code).toBe(0);
    const quoted = await transport.request({ script: `printf %s 'a!b $HOME "x" \\'` });
    expect(quoted.out.toString()).toBe(`a!b $HOME "x" \\`);
    expect((await transport.request({ script: "exit 5" })).code).toBe(5);
  });

  test.each(["bash", "tcsh", "fish"])("%s: a whole run", async (name) => {
    const script = `${stack.workspace}/train.py`;
    const { id } = await stack.launch({
      host: `as-${name}`,
      script,
      arguments: ["--steps", "20", "--pause", "0"],
    });
    const run = await stack.ended(id);
    expect(run).toMatchObject({ state: "finished" });
    expect(run.directory).toContain("/.runline/runs/");
    expect(run.metrics.loss?.count).toBe(20);
  });
});

describe.skipIf(!mayMakeAccounts)("a second factor", () => {
  let bench: SshBench;
  let account: Account;

  beforeAll(async () => {
    bench = await openSshBench();
    account = await makeAccount({ shell: "/bin/bash", password: "c0rrect-horse" });
    const server = [
      "UsePAM yes",
      "KbdInteractiveAuthentication yes",
      "AuthenticationMethods publickey,keyboard-interactive",
    ];
    await bench.serve({ name: "guarded", user: account.name, server });
  }, 120_000);
  afterAll(async () => {
    await bench?.close();
    await account?.remove();
  });

  test("is asked of a person alone, as a secret, once; a wrong one is no answer", async () => {
    const transport = sshTransport("guarded", { configuration: bench.configuration });
    try {
      const refused = await transport.request({ script: ":" }).catch(failureOf);
      expect(refused).toMatchObject({ code: "hostSignIn" });
      expect(transport.link().state).toBe("asks");
      const asked: string[] = [];
      const answering =
        (answer: string | null) =>
        async ({ kind, text }: { kind: string; text: string }) => {
          asked.push(`${kind} ${text.replace(/^\(.*\) /, "")}`);
          return answer;
        };
      expect(await transport.connect(answering("wrong")).catch(failureOf)).toMatchObject({
        code: "hostSignIn",
      });
      expect(new Set(asked)).toEqual(new Set(["secret Password:"]));
      asked.length = 0;
      expect(await transport.connect(answering(null)).catch(failureOf)).toMatchObject({ code: "hostSignIn" });
      asked.length = 0;
      await transport.connect(answering("c0rrect-horse"));
      expect(asked).toEqual(["secret Password:"]);
      expect((await transport.request({ script: "id -un" })).out.toString().trim()).toBe(account.name);
      await Promise.all(Array.from({ length: 5 }, () => transport.request({ script: ":" })));
      expect(asked.length).toBe(1);
    } finally {
      transport.disconnect();
    }
  }, 60_000);
});
