/** What ssh says, what it asks, what it is called with, and what a configuration names. */

import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { sshArguments } from "../../../../src/compute/ssh/arguments.ts";
import { promptOf } from "../../../../src/compute/ssh/askpass.ts";
import { configuredHosts } from "../../../../src/compute/ssh/configuration.ts";
import { isSafePath } from "../../../../src/compute/ssh/pullArtifact.ts";
import { troubleOf } from "../../../../src/compute/ssh/trouble.ts";
import { failureOf } from "../../../../src/model/failure.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "runline-config-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test.each([
  ["ssh: connect to host gpu port 22: Connection refused", "Could not reach box: port 22 refused.", false],
  [
    "ssh: connect to host gpu port 22: Connection timed out",
    "Could not reach box: it does not answer.",
    false,
  ],
  [
    "ssh: connect to host 10.0.0.1 port 22: No route to host",
    "Could not reach box: there is no way to it.",
    false,
  ],
  [
    "ssh: Could not resolve hostname gpu: Name or service not known",
    "Could not reach box: its name is not known.",
    false,
  ],
  [
    "ana@gpu: Permission denied (publickey,keyboard-interactive).",
    "box did not let you in: it accepts publickey,keyboard-interactive.",
    true,
  ],
  [
    "Received disconnect from 1.2.3.4: Too many authentication failures",
    "box did not let you in: too many keys were tried.",
    true,
  ],
  ["Host key verification failed.", "The key of box is not known yet.", true],
  [
    "@ WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED! @\nHost key verification failed.",
    "The key of box has changed: this may be another machine. Nothing was sent.",
    true,
  ],
  [
    "kex_exchange_identification: read: Connection reset by peer",
    "Could not reach box: it closed the connection.",
    false,
  ],
  [
    "channel 0: open failed: connect failed: open failed",
    "box let you in but opened no session: it allows no more sessions.",
    false,
  ],
  [
    "~/.ssh/config: line 3: Bad configuration option: foo",
    "Could not reach box: your SSH configuration has a mistake.",
    true,
  ],
  ["\u001b[31mweird\u001b[0m\u202e thing.\r\n", "Could not reach box: [31mweird [0m thing.", false],
  ["", "Could not reach box: ssh ended without a word.", false],
])("%s", (said, message, ask) => {
  const trouble = troubleOf("box", said);
  expect(trouble.failure.message).toBe(message);
  expect(trouble.ask).toBe(ask);
  expect(`${trouble.failure.message} ${trouble.failure.next}`).not.toMatch(/[{}]/);
});

test.each([
  ["(ana@gpu) Password: ", "secret"],
  ["Enter passphrase for key '/home/ana/.ssh/id_ed25519': ", "secret"],
  ["Enter PIN for ED25519-SK key: ", "secret"],
  ["(ana@gpu) Are you sure (yes/no)? ", "secret"],
  ["(ana@gpu) The authenticity of host x can't be established. (yes/no)? ", "secret"],
  [
    "The authenticity of host 'gpu (1.2.3.4)' can't be established.\nED25519 key fingerprint is SHA256:abc.\nThis key is not known by any other names.\nAre you sure you want to continue connecting (yes/no/[fingerprint])? ",
    "hostKey",
  ],
  ["Confirm user presence for key ED25519-SK SHA256:abc", "touch"],
  ["", "secret"],
])("a question: %s", (question, kind) => {
  expect(promptOf("gpu", question).kind).toBe(kind);
});

test("what a machine asks is shown without what could hide or turn it", () => {
  expect(promptOf("gpu", "\u001b[2JPass\u202eword\u0007:\r\n\r\n two ").text).toBe("[2JPass word :\ntwo");
});

test("ssh asks nobody unless a person waits, and brings nothing along", () => {
  const quiet = sshArguments({ host: "ana@gpu.example", person: false, shared: true });
  expect(quiet).toContain("BatchMode=yes");
  expect(quiet.slice(-3)).toEqual(["--", "ana@gpu.example", "exec sh"]);
  for (const off of ["-a", "-x", "ClearAllForwardings=yes", "PermitLocalCommand=no", "ForwardAgent=no"])
    expect(quiet).toContain(off);
  expect(quiet.join(" ")).not.toMatch(/StrictHostKeyChecking|UserKnownHostsFile/);
  expect(sshArguments({ host: "gpu", person: true, shared: false })).toEqual(
    expect.arrayContaining(["BatchMode=no", "ControlPath=none"]),
  );
  for (const host of ["-lroot", "a b", "a;b", "$(x)", "", "a\n", "ssh://x", "a/b", "`x`", "x".repeat(300)])
    expect(() => sshArguments({ host, person: false, shared: true })).toThrow();
  expect(failureOf(new Error("x")).code).toBe("unexpected");
});

test("a configuration's names are listed, patterns and options are not", async () => {
  await mkdir(path.join(folder, "d"));
  const main = [
    "Include d/*.conf missing/*",
    "Host gpu-box gpu-box2 # the big ones",
    "  HostName 10.0.0.1",
    "Host *.example.org !secret -bad quo?ed",
    'host = "eq"',
    "\tHOST\ttabbed",
    'Match host x exec "touch /tmp/x"',
    `Include ${path.join(folder, "config")}`,
  ];
  await writeFile(path.join(folder, "config"), main.join("\r\n"));
  await writeFile(path.join(folder, "d", "a.conf"), "Host inner\nHost *\n");
  expect(await configuredHosts(path.join(folder, "config"))).toEqual([
    "inner",
    "gpu-box",
    "gpu-box2",
    "eq",
    "tabbed",
  ]);
  expect(await configuredHosts(path.join(folder, "none"))).toEqual([]);
});

test("paths from a host stay inside on every system", () => {
  for (const good of ["a", "models/best.pt", "ü/ö 1.bin", "..a/b..", "comma/lpt"])
    expect(isSafePath(good)).toBe(true);
  for (const bad of [
    "",
    "/a",
    "a/",
    "a//b",
    "../a",
    "a/..",
    "a\\b",
    "C:/x",
    "com1",
    "aux.txt",
    "a\nb",
    "a\0",
    "x".repeat(5000),
  ])
    expect(isSafePath(bad)).toBe(false);
});
