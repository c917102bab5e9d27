/** Command lines that are wrong: a cause, a next step and an exit code, from the CLI's own entry with real engines. */

import { mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findFolder, openFolder } from "../../../../src/api/cli/folder.ts";
import { commands, main } from "../../../../src/api/cli/main.ts";
import type { Terminal } from "../../../../src/api/cli/terminal.ts";
import { engines } from "../editor/serverHarness.ts";

let folder: string;

async function runline(args: readonly string[]) {
  let out = "";
  let error = "";
  const text = (given: string | Uint8Array) =>
    typeof given === "string" ? given : Buffer.from(given).toString();
  const terminal: Terminal = {
    out: async (given) => {
      out += text(given);
    },
    note: (given) => {
      error += text(given);
    },
    color: false,
    noteColor: false,
    interactive: false,
    onInterrupt: () => ({ [Symbol.dispose]: () => undefined }),
  };
  const code = await main(args, {
    terminal,
    version: "1.2.3",
    environment: {},
    openProject: async () => openFolder(await findFolder(folder), engines, {}, terminal),
  });
  return { code, out, error };
}

beforeAll(async () => {
  folder = await realpath(await mkdtemp(path.join(tmpdir(), "runline-cli-")));
  await writeFile(
    path.join(folder, "train.py"),
    'print("loss 0.5")\nopen("model.bin", "w").write("weights")\n',
  );
  for (const name of ["one", "two"]) await runline(["run", "-C", folder, "--name", name, "train.py"]);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe("wrong command lines", () => {
  it.each<[args: string, code: number, says: string]>([
    ["dance", 2, "There is no command “dance”."],
    ["constructor", 2, "There is no command “constructor”."],
    ["runs --bogus", 2, "Unknown option '--bogus'"],
    ["runs --limit", 2, "'-n, --limit <value>' argument missing"],
    ["runs --limit many", 2, "“many” is no count."],
    ["runs --state happy", 2, "“happy” is no state"],
    ["runs extra", 2, "“extra” is too much. Usage: runline runs [options]"],
    ["show", 2, "Something is missing. Usage: runline show [options] <run>"],
    ["show nobody", 3, "There is no run nobody."],
    ["show 01", 4, "01 fits 2 runs."],
    ["compare one two --group depth", 2, "None of the runs has a parameter “depth”."],
    ["purge --older week", 2, "“week” is no number of days."],
    ["compare one nobody", 3, "There is no run nobody."],
    ["log nobody", 3, "There is no run nobody."],
    ["cancel nobody", 3, "There is no run nobody."],
    ["delete one nobody", 3, "There is no run nobody."],
    ["restore nobody", 3, "There is no run nobody."],
    ["reproduce nobody", 3, "There is no run nobody."],
    ["lineage nowhere.csv", 3, "Nothing is known of nowhere.csv."],
    ["lineage model@7", 3, "Nothing is known of model@7."],
    ["register one model.bin", 2, "Which model? Give --model <name>."],
    ["register one missing.bin --model m", 3, "one has no artifact or written file missing.bin."],
    ["register one train.py --model m", 3, "one has no artifact or written file train.py."],
    ["register one model.bin --model a/b", 1, "a/b can't be a name."],
    ["promote m 1 --reason r", 3, "There is no model m."],
    ["promote m first --reason r", 2, "“first” is no version"],
    ["promote m 1", 1, "A change of an alias needs a reason."],
    ["promote m 1 --alias v2 --reason r", 1, "v2 can't be an alias."],
    ["unalias m champion -r r", 3, "There is no model m."],
    ["audit", 2, "Usage: runline audit"],
    ["audit burn", 2, "It is list or verify."],
    ["edit one", 2, "Nothing to change was given."],
    ["edit one --tag novalue", 2, "A tag is key=value"],
    ["edit nobody --star", 3, "There is no run nobody."],
    ["run", 2, "Usage: runline run [options] [--] <command> [arguments]"],
    ["run missing.py", 1, "missing.py does not exist."],
    ["run -- no-such-program-anywhere", 1, "The command no-such-program-anywhere was not found."],
  ])("runline %s: %i", async (args, code, says) => {
    const [name = "", ...rest] = args.split(" ");
    const answer = await runline([name, ...(name in commands ? ["-C", folder] : []), ...rest]);
    expect(answer.error).toContain(says);
    expect(answer.error).toMatch(/^runline: .+\n {2}\S.*\n$/);
    expect({ code: answer.code, out: answer.out }).toEqual({ code, out: "" });
  });

  it("answers a failure as one JSON value where JSON was asked for", async () => {
    const { code, out } = await runline(["show", "nobody", "--json"]);
    const failure = {
      code: "runUnknown",
      message: "There is no run nobody.",
      next: "List the runs with runline runs.",
    };
    expect({ code, out: JSON.parse(out) }).toEqual({ code: 3, out: { failure } });
  });

  it("does not let a name steer the terminal", async () => {
    expect((await runline(["show", "\u001b[2Jgone\u202e"])).error).toContain(
      "There is no run \\x1b[2Jgone\\u202e.",
    );
  });

  it("stops at a failure without a half-done rest", async () => {
    await runline(["delete", "one", "nobody"]);
    expect((await runline(["show", "one"])).code).toBe(0);
  });
});

describe("help", () => {
  it("answers without a folder to work in, for every command", async () => {
    for (const name of Object.keys(commands)) {
      const { code, out } = await runline([name, "--help"]);
      expect(code).toBe(0);
      expect(out).toMatch(new RegExp(`^[A-Z].*\\.\n\nUsage: runline ${name} `));
      expect(out.split("\n").every((line) => line === line.trimEnd())).toBe(true);
      expect(await runline(["help", name])).toEqual({ code, out, error: "" });
    }
  });

  it("says what there is, and which version this is", async () => {
    expect(await runline(["--help"])).toMatchObject({ code: 0 });
    expect(await runline([])).toMatchObject({ code: 2, out: (await runline(["--help"])).out });
    expect(await runline(["--version"])).toEqual({ code: 0, out: "1.2.3\n", error: "" });
  });
});
