/** What ssh asks of a person, in the real editor with real servers: a passphrase, and a password as the second factor. */

import { execFileSync } from "node:child_process";
import * as path from "node:path";
import type { Locator } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openSshBench, type SshBench } from "../faults/ssh/bench/sshd.ts";
import { type Account, makeAccount, mayMakeAccounts } from "../peers/ssh/accounts.ts";
import { keepEvidence } from "./evidence.ts";
import { openSession, type Session } from "./session.ts";

const passphrase = "open sesame";
const password = "c0rrect-horse";

let bench: SshBench;
let account: Account | undefined;
let session: Session;

beforeAll(async () => {
  bench = await openSshBench();
  const key = path.join(bench.folder, "locked-key");
  execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", passphrase, "-C", "bench", "-f", key]);
  await bench.serve({
    name: "locked",
    lines: [`IdentityFile ${key}`],
    server: [`AuthorizedKeysFile ${key}.pub`],
  });
  if (mayMakeAccounts) {
    account = await makeAccount({ shell: "/bin/sh", password });
    const twice = ["UsePAM yes", "KbdInteractiveAuthentication yes"];
    const server = [...twice, "AuthenticationMethods publickey,keyboard-interactive"];
    await bench.serve({ name: "guarded", user: account.name, server });
  }
  const settings = { "runline.sshConfigFile": bench.configuration };
  session = await openSession({ files: { "train.py": "print('loss 1')\n" }, settings });
  await session.workbench.openFile("train.py", 1);
  await session.workbench.showContainer("Runline");
  await session.workbench.openView("Compute");
}, 300_000);

keepEvidence(() => session);

afterAll(async () => {
  await session?.close();
  await bench?.close();
  await account?.remove();
});

const row = (host: string, text: string): Locator =>
  session.workbench.row("Compute", new RegExp(`${host}.*${text}`)).first();

const connect = (host: string) =>
  session.workbench.rowMenu(session.workbench.row("Compute", host).first(), "Connect host…");

/** The box that asks for this host; what is typed into it can't be read. */
async function question(host: string, words: RegExp): Promise<void> {
  const { workbench } = session;
  await workbench.quickTitle(`Sign in to ${host}`).waitFor({ timeout: 60_000 });
  await workbench.page.locator(".quick-input-widget:visible .quick-input-message").getByText(words).waitFor();
  expect(await workbench.quickInput().getAttribute("type")).toBe("password");
}

test("a passphrase is asked for when a person connects, and only then", async () => {
  const { workbench } = session;
  await row("locked", "not connected").waitFor({ timeout: 60_000 });
  await connect("locked");
  await question("locked", /passphrase for key/i);
  await workbench.screenshot("sign-in");
  await workbench.page.keyboard.press("Escape");
  await row("locked", "needs you to sign in").waitFor({ timeout: 60_000 });
  // Looking at machines again asks nobody.
  await workbench.run("Runline: Refresh machines");
  await row("locked", "needs you to sign in").waitFor();
  expect(await workbench.quickInput().count()).toBe(0);
  await connect("locked");
  await question("locked", /passphrase for key/i);
  await workbench.answer(passphrase);
  await row("locked", "cores?").waitFor({ timeout: 60_000 });
}, 180_000);

describe.skipIf(!mayMakeAccounts)("a second factor", () => {
  test("is asked for once more when it was wrong, and lets in when it is right", async () => {
    const { workbench } = session;
    await connect("guarded");
    await question("guarded", /Password:/);
    await workbench.answer("wrong");
    // The same box is shown again, empty.
    await question("guarded", /Password:/);
    await expect.poll(() => workbench.quickInput().inputValue()).toBe("");
    await workbench.answer(password);
    await row("guarded", "cores?").waitFor({ timeout: 60_000 });
  }, 180_000);

  test("two hosts that ask at once are answered one after the other", async () => {
    const { workbench } = session;
    for (const host of ["locked", "guarded"]) {
      await workbench.rowMenu(workbench.row("Compute", host).first(), "Disconnect host…");
      await row(host, "not connected").waitFor();
    }
    await connect("guarded");
    await question("guarded", /Password:/);
    await connect("locked");
    await row("locked", "connecting").waitFor();
    await question("guarded", /Password:/);
    await workbench.quickInput().focus();
    await workbench.answer(password);
    await question("locked", /passphrase for key/i);
    await row("guarded", "cores?").waitFor({ timeout: 60_000 });
    await workbench.answer(passphrase);
    await row("locked", "cores?").waitFor({ timeout: 60_000 });
  }, 180_000);

  test("who does not wait any more is not asked any more", async () => {
    const { workbench } = session;
    await workbench.rowMenu(workbench.row("Compute", "guarded").first(), "Disconnect host…");
    await row("guarded", "not connected").waitFor();
    await connect("guarded");
    await question("guarded", /Password:/);
    // The box may be there before the row says so, and the row's menu goes by what it says.
    await row("guarded", "connecting").waitFor();
    await workbench.rowMenu(workbench.row("Compute", "guarded").first(), "Disconnect host…");
    await workbench.quickTitle("Sign in to guarded").waitFor({ state: "hidden" });
    await row("guarded", "not connected").waitFor();
  }, 180_000);
});
