/** The ways in which a host provides a Python, and what it says of its GPUs. */

import { execFileSync } from "node:child_process";
import { chmod, chown, mkdir, readFile, stat, writeFile } from "node:fs/promises";
import * as path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { HostSettings } from "../../../src/model/host.ts";
import { needSystemPackages } from "../../editor/systemPackages.ts";
import { type HostStack, openHostStack } from "../../faults/ssh/bench/hostStack.ts";
import { openSshBench, type SshBench } from "../../faults/ssh/bench/sshd.ts";
import { type Account, makeAccount, mayMakeAccounts } from "./accounts.ts";

/** As a login shell of a cluster has it. */
const moduleFunction = `module() { case $2 in broken) echo "module: no such module $2" >&2; return 1 ;; *)
  export LOADED="$LOADED $2"; export PATH="$HOME/modules/$2/bin:$PATH" ;; esac; }
export -f module
echo "Welcome to the cluster"
`;
const smi = `#!/bin/sh
cat <<'X'
0, GPU-aaaa, NVIDIA A100-SXM4-80GB, 97, 38912, 81920
1, GPU-bbbb, NVIDIA A100-SXM4-80GB, [N/A], 12, 81920
2, GPU-cccc, NVIDIA "odd", [Insufficient Permissions], [Not Supported], ERR!
nonsense
X
`;
const apptainer = `#!/bin/sh
[ "$1" = --version ] && { echo "apptainer version 1.3.0"; exit 0; }
echo "apptainer $*" >>"$HOME/apptainer.log"
while [ "$1" != "$HOME/image.sif" ]; do shift; done
shift
exec "$@"
`;

describe.skipIf(!mayMakeAccounts)("environments", () => {
  let bench: SshBench;
  let account: Account;
  let stack: HostStack;

  async function install(file: string, text: string): Promise<void> {
    const target = path.join(account.home, file);
    await mkdir(path.dirname(target), { recursive: true });
    await writeFile(target, text);
    await chmod(target, 0o755);
  }

  beforeAll(async () => {
    const need = needSystemPackages(["python3-venv"], () => undefined);
    if ("missing" in need) throw new Error(`This test needs ${need.missing}`);
    bench = await openSshBench();
    const files = {
      ".bash_profile": moduleFunction,
      ".bashrc": 'export PATH="$HOME/bin:$PATH"\n',
    };
    account = await makeAccount({ shell: "/bin/bash", files });
    await install("bin/nvidia-smi", smi);
    await install("bin/apptainer", apptainer);
    await install("modules/python/bin/python3", '#!/bin/sh\nexec /usr/bin/python3 "$@"\n');
    execFileSync("/usr/bin/python3", ["-m", "venv", "--without-pip", path.join(account.home, "env")]);
    await install("data/train.csv", "1,2\n");
    await install("image.sif", "");
    const { uid, gid } = await stat(account.home);
    execFileSync("chown", ["-R", `${uid}:${gid}`, account.home]);
    await chown(account.home, uid, gid);
    const server = await bench.serve({ name: "plain", user: account.name });
    const hosts: Record<string, HostSettings> = {
      plain: { folders: { data: path.join(account.home, "data") } },
      venv: { environment: path.join(account.home, "env") },
      modules: { modules: ["cuda/12", "python"] },
      broken: { modules: ["broken"] },
      image: { image: path.join(account.home, "image.sif") },
      nopython: { python: "/no/such/python" },
    };
    for (const name of Object.keys(hosts))
      if (name !== "plain") await bench.alias(name, server.port, { user: account.name });
    stack = await openHostStack({ bench, hosts });
    const script = `import os, sys
print(sys.prefix != sys.base_prefix, os.environ.get("VIRTUAL_ENV"), os.environ.get("LOADED"))
print(open("data/train.csv").read() if os.path.exists("data/train.csv") else "no data")
`;
    await writeFile(path.join(stack.workspace, "where.py"), script);
  }, 120_000);
  afterAll(async () => {
    await stack?.close();
    await bench?.close();
    await account?.remove();
  });

  async function printed(host: string): Promise<string> {
    const { id } = await stack.launch({ host, script: path.join(stack.workspace, "where.py") });
    expect(await stack.ended(id)).toMatchObject({ state: "finished" });
    return (await stack.mirrored(id)).toString();
  }

  test("a folder that lies on the host already is there, and is read as data of the workspace", async () => {
    expect(await printed("plain")).toBe("False None None\n1,2\n\n");
  });

  test("a virtual environment by its root", async () => {
    expect(await printed("venv")).toBe(`True ${account.home}/env None\nno data\n`);
    const { id } = await stack.launch({
      host: "venv",
      command: ["python", "-c", "import sys; print(sys.prefix)"],
    });
    await stack.ended(id);
    expect((await stack.mirrored(id)).toString()).toBe(`${account.home}/env\n`);
    expect(await stack.hosts.on("venv").probe()).toMatchObject({ version: expect.stringMatching(/^3\./) });
  });

  test("modules are loaded as a login would, and one that can't be is said", async () => {
    expect(await printed("modules")).toBe("False None  cuda/12 python\nno data\n");
    await expect(stack.launch({ host: "broken", command: ["true"] })).rejects.toThrow(
      /the modules broken can't be loaded: module: no such module broken/,
    );
  });

  test("a container's own Python, with the run's folders in it", async () => {
    expect(await printed("image")).toBe("False None None\nno data\n");
    const log = await readFile(path.join(account.home, "apptainer.log"), "utf8");
    expect(log).toMatch(
      /apptainer exec --nv --bind \S+\.runline --pwd \S+work\/\w+ \S+image\.sif python3 where\.py/,
    );
  });

  test("a Python that is named and not there is a failure, never another Python", async () => {
    const script = path.join(stack.workspace, "where.py");
    await expect(stack.launch({ host: "nopython", script })).rejects.toThrow(
      /\/no\/such\/python can't be used/,
    );
  });

  test("GPUs are listed as far as the driver tells", async () => {
    const { facts, reasons } = await stack.hosts.check("plain");
    expect(
      facts.gpus.map(({ index, busy, memoryUsedBytes, memoryBytes }) => [
        index,
        busy,
        memoryUsedBytes,
        memoryBytes,
      ]),
    ).toEqual([
      [0, 97, 38912 * 2 ** 20, 81920 * 2 ** 20],
      [1, null, 12 * 2 ** 20, 81920 * 2 ** 20],
      [2, null, null, null],
    ]);
    expect(facts.apptainer).toBe("apptainer version 1.3.0");
    expect(reasons.map(({ text }) => text).join("\n")).toContain("3 GPUs: NVIDIA A100-SXM4-80GB, NVIDIA");
  });
});
