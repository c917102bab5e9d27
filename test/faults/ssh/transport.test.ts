import { once } from "node:events";
import { mkdtemp, readFile, rm, stat, symlink } from "node:fs/promises";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { sshTransport, type Timing } from "../../../src/compute/ssh/sshTransport.ts";
import type { Transport } from "../../../src/compute/transport.ts";
import { RunlineError } from "../../../src/model/failure.ts";
import { freePort } from "../../editor/freePorts.ts";
import { until } from "../stack.ts";
import { openSshBench, type SshBench, type SshServer } from "./bench/sshd.ts";
import { openTestLine, type TestLine } from "./bench/testLine.ts";

let bench: SshBench;
let server: SshServer;
let proxy: TestLine;
let folder: string;
const open: Transport[] = [];

/** Seconds where people have minutes. */
const quick: Partial<Timing> = {
  tickMs: 100,
  quietMs: 300,
  heartbeatMs: 500,
  firstRetryMs: 50,
  lastRetryMs: 200,
};

function transportTo(host: string, timing: Partial<Timing> = quick): Transport {
  const made = sshTransport(host, { configuration: bench.configuration, timing });
  open.push(made);
  return made;
}

beforeAll(async () => {
  bench = await openSshBench();
  server = await bench.serve({ name: "box", server: ["MaxSessions 10"] });
  proxy = await openTestLine(server.port);
  await bench.alias("far", proxy.port, { lines: [`HostKeyAlias [127.0.0.1]:${server.port}`] });
  folder = await mkdtemp(path.join(tmpdir(), "runline-far-"));
});
afterAll(async () => {
  for (const each of open) each.disconnect();
  await proxy?.close();
  await bench?.close();
  await rm(folder, { recursive: true, force: true });
});

const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => "no failure",
    (thrown: unknown) => (thrown instanceof RunlineError ? thrown.failure.code : String(thrown)),
  );
const text = (bytes: Uint8Array) => Buffer.from(bytes).toString();

test("a request has its output, its errors and its exit code, and shows nothing of the one before", async () => {
  const box = transportTo("box");
  const first = await box.request({ script: "A=1; echo out; echo err >&2; cd /; exit 7" });
  expect([first.code, text(first.out), text(first.err)]).toEqual([7, "out\n", "err\n"]);
  const second = await box.request({
    script: 'cat; echo "[$A]"',
    input: Buffer.from("x\0\n\xffy", "latin1"),
  });
  expect(second.out.toString("latin1")).toBe("x\0\n\xffy[]\n");
  expect(box.link().state).toBe("connected");
});

test("input that a script does not read stays apart from the next request", async () => {
  const box = transportTo("box");
  const input = Buffer.alloc(3_000_000, "R 1 1 1\n");
  const answers = await Promise.all([
    box.request({ script: "exit 3", input }),
    box.request({ script: "head -c 10 >/dev/null", input }),
    box.request({ script: "wc -c", input }),
    box.request({ script: "kill -9 $(sh -c 'echo $PPID')", input }),
    box.request({ script: "echo last" }),
  ]);
  expect(answers.map(({ code }) => code)).toEqual([3, 0, 0, 137, 0]);
  expect(answers.map(({ out }) => text(out).trim())).toEqual(["", "", "3000000", "", "last"]);
});

test("what is kept is sent once and whole", async () => {
  const box = transportTo("far");
  const program = `it's "$HOME" \`x\` \\ ü\n\n${"#".repeat(200_000)}\n`;
  const ask = { script: 'printf %s "$PROGRAM"', keep: { PROGRAM: program } };
  expect(text((await box.request(ask)).out)).toBe(program);
  const before = proxy.sent;
  expect(text((await box.request(ask)).out)).toBe(program);
  expect(proxy.sent - before).toBeLessThan(2_000);
});

test("twenty requests are under way together: they cost one round trip", async () => {
  const box = transportTo("far", { quietMs: 60_000 });
  await box.connect();
  proxy.delayMs = 100;
  try {
    const began = performance.now();
    const all = await Promise.all(Array.from({ length: 20 }, (_, n) => box.request({ script: `echo ${n}` })));
    expect(all.map(({ out }) => Number(text(out)))).toEqual(Array.from({ length: 20 }, (_, n) => n));
    expect(performance.now() - began).toBeLessThan(20 * 200);
  } finally {
    proxy.delayMs = 0;
  }
});

test("files are read from an offset and written whole", async () => {
  const box = transportTo("box");
  const file = path.join(folder, "it's a file");
  const bytes = Buffer.from(Array.from({ length: 300_000 }, (_, n) => (n * 7) % 256));
  await box.write(file, bytes);
  expect(await readFile(file)).toEqual(bytes);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  const piece = await box.read(file, 70_000, 100);
  expect(Buffer.from(piece.bytes)).toEqual(bytes.subarray(70_000, 70_100));
  expect(piece.size).toBe(300_000);
  expect(await box.read(file, 299_990, 100)).toMatchObject({ size: 300_000 });
  expect((await box.read(file, 299_990, 100)).bytes.length).toBe(10);
  expect((await box.read(file, 400_000, 100)).bytes.length).toBe(0);
  expect(await box.read(path.join(folder, "none"), 0, 100)).toMatchObject({ size: 0 });
  await symlink(file, path.join(folder, "link"));
  expect(await box.read(path.join(folder, "link"), 0, 100)).toMatchObject({ size: 0 });
  expect(await codeOf(box.write(path.join(folder, "no", "such"), bytes))).toBe("hostWrite");
});

test("a link that is dead without a word is noticed, and the next request has a new connection", async () => {
  const box = transportTo("far");
  await box.connect();
  const gone = new Promise<void>((resolve) => {
    const watching = box.watch(() => {
      if (box.link().state !== "waiting") return;
      watching[Symbol.dispose]();
      resolve();
    });
  });
  proxy.hold(true);
  await gone;
  expect(box.link()).toMatchObject({ state: "waiting", failure: { code: "hostLate" } });
  proxy.cut();
  proxy.hold(false);
  expect(await codeOf(box.request({ script: ":" }))).toBe("hostLate");
  await new Promise((resolve) => setTimeout(resolve, 250));
  expect((await box.request({ script: "echo again" })).out.toString()).toBe("again\n");
});

test("after the machine slept a silent link is given up at once, and one that answers is kept", async () => {
  const box = transportTo("far", { tickMs: 100 });
  await box.connect();
  const { now } = Date;
  const clock = vi.spyOn(Date, "now");
  try {
    clock.mockImplementation(() => now() + 600_000);
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(box.link().state).toBe("connected");
    proxy.hold(true);
    clock.mockImplementation(() => now() + 1_200_000);
    await expect.poll(() => box.link().state, { timeout: 10_000 }).toBe("waiting");
  } finally {
    clock.mockRestore();
    proxy.cut();
    proxy.hold(false);
  }
});

test("a request that takes too long is late, and so is everything behind it", async () => {
  const box = transportTo("box");
  const both = [box.request({ script: "sleep 5", deadlineMs: 200 }), box.request({ script: "echo x" })];
  expect(await Promise.all(both.map(codeOf))).toEqual(["hostLate", "hostLate"]);
});

test("a long request makes none behind it late: each is timed from its own turn", async () => {
  const box = transportTo("box", { ...quick, answerMs: 1_000 });
  const long = box.request({ script: "sleep 5; echo long", deadlineMs: 60_000 });
  const behind = Array.from({ length: 3 }, (_, n) => box.request({ script: `echo ${n}`, deadlineMs: 4_500 }));
  const answers = await Promise.all([long, ...behind]);
  expect(answers.map(({ out }) => text(out).trim())).toEqual(["long", "0", "1", "2"]);
  expect(box.link().state).toBe("connected");
});

test("a killed session is told, and requests after it work again", async () => {
  const box = transportTo("box");
  await box.connect();
  const running = codeOf(box.request({ script: "sleep 20" }));
  await server.kill();
  expect(await running).toBe("hostGone");
  await new Promise((resolve) => setTimeout(resolve, 250));
  const refused = box.request({ script: ":" });
  await expect(refused).rejects.toThrow(/box: port \d+ refused/);
  await server.start();
  await new Promise((resolve) => setTimeout(resolve, 250));
  expect((await box.request({ script: "echo up" })).out.toString()).toBe("up\n");
});

test("a changed host key is a hard stop that only a person's action tries again", async () => {
  const other = await bench.serve({ name: "rekeyed" });
  const box = transportTo("rekeyed");
  await box.request({ script: ":" });
  box.disconnect();
  await other.kill();
  await other.newKey();
  await other.start();
  expect(await codeOf(box.connect())).toBe("hostKeyChanged");
  const connections = async () => (await other.log()).match(/Connection from/g)?.length;
  const before = await connections();
  expect(await codeOf(box.request({ script: ":" }))).toBe("hostKeyChanged");
  expect(await connections()).toBe(before);
  expect(await codeOf(box.connect(async () => "yes"))).toBe("hostKeyChanged");
  expect(box.link().state).toBe("asks");
});

test("an unknown host is asked about with its fingerprint, once, and by nobody but a person", async () => {
  await bench.serve({ name: "stranger", known: false });
  const box = transportTo("stranger");
  expect(await codeOf(box.request({ script: ":" }))).toBe("hostKeyUnknown");
  const asked: string[] = [];
  expect(
    await codeOf(
      box.connect(async ({ kind }) => {
        asked.push(kind);
        return "no";
      }),
    ),
  ).toBe("hostKeyUnknown");
  await box.connect(async ({ kind, text: what }) => {
    asked.push(`${kind}: ${/SHA256:\S+/.exec(what)?.[0].slice(0, 7)}`);
    return "yes";
  });
  expect(asked).toEqual(["hostKey", "hostKey: SHA256:"]);
  box.disconnect();
  await box.connect();
});

test("a connection that a person has ended stays ended, whoever asks, until they connect", async () => {
  const box = transportTo("box");
  await box.connect();
  const cut = codeOf(box.request({ script: "sleep 20" }));
  box.disconnect();
  expect(await cut).toBe("hostGone");
  expect(await codeOf(box.request({ script: ":" }))).toBe("hostLeft");
  expect(await codeOf(box.read("/etc/hostname", 0, 10))).toBe("hostLeft");
  expect(box.link().state).toBe("idle");
  await box.connect();
  expect((await box.request({ script: "echo back" })).out.toString()).toBe("back\n");
});

test("a connection that a person waits for no longer is given up at once, its questions too", async () => {
  await bench.serve({ name: "unanswered", known: false });
  const box = transportTo("unanswered");
  let asked: () => void = () => undefined;
  const question = new Promise<void>((resolve) => {
    asked = resolve;
  });
  const connecting = codeOf(box.connect(() => new Promise(() => asked())));
  await question;
  box.disconnect();
  expect(await connecting).toBe("hostGone");
  expect(box.link().state).toBe("idle");
});

test("names that ssh would take for something else are refused", async () => {
  for (const name of ["-oProxyCommand=touch x", "a b", "a\nb", "$(id)", "a;b", ""])
    expect(await codeOf(transportTo(name).request({ script: ":" }))).toBe("hostInvalid");
  expect(await codeOf(transportTo("no-such-host.invalid").request({ script: ":" }))).toBe("hostUnreachable");
});

test("too many sessions at once are refused with a reason, and tried again", async () => {
  const port = await freePort();
  await bench.serve({ name: "few", port, server: ["MaxSessions 0"] });
  expect(await codeOf(transportTo("few").request({ script: ":" }))).toBe("hostRefused");
});

/** A connection that the server has taken and waits for; null where it is sent away at once. */
async function greeted(port: number): Promise<Socket | null> {
  const socket = connect(port, "127.0.0.1");
  const heard = await Promise.race([once(socket, "data"), once(socket, "close")]).catch(() => [""]);
  if (String(heard[0]).startsWith("SSH-")) return socket;
  socket.destroy();
  return null;
}

test("a server that takes no more logins at the moment is tried again by itself", async () => {
  const port = await freePort();
  await bench.serve({ name: "busy", port, server: ["MaxStartups 1", "LoginGraceTime 60"] });
  const busy = transportTo("busy");
  // Somebody who has not said who they are yet takes the only place.
  const somebody = await until("the place", () => greeted(port));
  try {
    expect(await codeOf(busy.request({ script: ":" }))).toBe("hostUnreachable");
    expect(busy.link()).toMatchObject({ state: "waiting", failure: { code: "hostUnreachable" } });
  } finally {
    somebody.destroy();
  }
  const said = () =>
    busy.request({ script: "echo in" }).then(
      ({ out }) => text(out),
      () => "",
    );
  await expect.poll(said, { timeout: 30_000 }).toBe("in\n");
});

test("nothing is left on the host after a connection, however it ended", async () => {
  const box = transportTo("box");
  const where = text((await box.request({ script: 'echo "$RL_D"' })).out).trim();
  expect((await stat(where)).mode & 0o777).toBe(0o700);
  box.disconnect();
  await expect
    .poll(
      () =>
        stat(where).then(
          () => true,
          () => false,
        ),
      { timeout: 10_000 },
    )
    .toBe(false);
  const dying = transportTo("far");
  const left = text((await dying.request({ script: 'echo "$RL_D"' })).out).trim();
  expect(await codeOf(dying.request({ script: "kill -9 $$" }))).toBe("hostGone");
  expect((await stat(left)).isDirectory()).toBe(true);
  await transportTo("box").request({ script: ":" });
  await expect(stat(left)).rejects.toThrow("ENOENT");
});
