/** The loop itself under every shell that calls itself sh, with the small programs of a busybox too. */

import { execFileSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { localTransport } from "../../../src/compute/localTransport.ts";
import { sshTransport } from "../../../src/compute/ssh/sshTransport.ts";
import type { Transport } from "../../../src/compute/transport.ts";
import { needSshd } from "../../faults/ssh/bench/sshd.ts";

let tools: string;
beforeAll(async () => {
  needSshd(["zsh", "busybox", "dash"]);
  tools = await mkdtemp(path.join(tmpdir(), "runline-busybox-"));
  execFileSync("busybox", ["--install", "-s", tools]);
}, 120_000);
afterAll(() => rm(tools, { recursive: true, force: true }));

const shells: Readonly<Record<string, () => Transport>> = {
  sh: () => localTransport(),
  bash: () => sshTransport("here", { shell: { program: "bash", arguments: [] } }),
  "bash as sh": () => sshTransport("here", { shell: { program: "bash", arguments: ["--posix"] } }),
  zsh: () => sshTransport("here", { shell: { program: "zsh", arguments: ["--emulate", "sh"] } }),
  busybox: () =>
    sshTransport("here", {
      shell: { program: path.join(tools, "sh"), arguments: [] },
      environment: { PATH: tools, HOME: tmpdir() },
    }),
};

test.each(Object.keys(shells))("%s", async (name) => {
  const transport = shells[name]?.() ?? localTransport();
  try {
    const input = Buffer.from(Array.from({ length: 300_000 }, (_, n) => (n * 7) % 256));
    const answers = await Promise.all([
      transport.request({ script: "cat", input }),
      transport.request({ script: "head -c 5", input }),
      transport.request({ script: "exit 4", input }),
      transport.request({ script: 'printf %s "$KEPT"; echo no >&2', keep: { KEPT: "it's\n$HOME\n\n" } }),
      transport.request({ script: "cd / && pwd && export LEFT=1" }),
      transport.request({ script: 'echo "[$LEFT]"' }),
    ]);
    expect(answers.map(({ code }) => code)).toEqual([0, 0, 4, 0, 0, 0]);
    expect(answers[0]?.out.equals(input)).toBe(true);
    expect(answers[1]?.out.equals(input.subarray(0, 5))).toBe(true);
    expect(answers[3]?.out.toString()).toBe("it's\n$HOME\n\n");
    expect(answers[3]?.err.toString()).toBe("no\n");
    expect(answers[5]?.out.toString()).toBe("[]\n");
    const file = path.join(tools, "written file");
    await transport.write(file, input);
    expect(Buffer.from((await transport.read(file, 1_000, 50)).bytes)).toEqual(input.subarray(1_000, 1_050));
  } finally {
    transport.disconnect();
  }
});
