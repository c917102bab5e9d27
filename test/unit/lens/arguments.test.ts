/** Declared arguments as one line each, and the command lines that values make of them. */

import { readFileSync } from "node:fs";
import * as path from "node:path";
import { expect, test } from "vitest";
import { readScript } from "../../../src/lens/trainingScript.ts";
import type { ScriptArgument } from "../../../src/model/scriptArgument.ts";
import { type ArgumentChoice, toArgv } from "../../../src/model/scriptArgv.ts";
import { testGrammar } from "./grammar.ts";

const grammar = await testGrammar();

function argumentsOf(text: string): readonly ScriptArgument[] {
  return readScript(grammar, text).arguments;
}

/** `name flags type = default {choices} required several off:--no-x "help"`, what is absent left out. */
function line(argument: ScriptArgument): string {
  const parts = [
    argument.name,
    argument.flags.join(","),
    argument.flagOnly ? "switch" : argument.type,
    argument.defaultValue === null ? null : `= ${argument.defaultValue}`,
    argument.choices.length > 0 ? `{${argument.choices.join("|")}}` : null,
    argument.required ? "required" : null,
    argument.values ?? null,
    argument.offFlag === undefined ? null : `off:${argument.offFlag}`,
    argument.help === "" ? null : `"${argument.help}"`,
  ];
  return parts.filter((part) => part !== null && part !== "").join(" ");
}

function fixture(name: string): string {
  return readFileSync(path.join(import.meta.dirname, "scripts", name), "utf8");
}

test("argparse", () => {
  expect(argumentsOf(fixture("plain_argparse.py")).map(line)).toEqual([
    'learning_rate -l,--learning-rate,--lr float = 0.05 "step size"',
    "optimizer --optimizer = sgd {sgd|momentum}",
    'steps --steps int = 200 "how many steps"',
    "sizes --sizes int = 64 32 several",
    "tags --tag repeated",
    "quiet --quiet switch = False",
    "shuffle --no-shuffle switch = True off:--no-shuffle",
    "early_stop --early-stop,--no-early-stop switch = True off:--no-early-stop",
    "seed --seed int",
    "data --data str required",
    "out = models/model.json",
  ]);
});

test("click", () => {
  expect(argumentsOf(fixture("click_train.py")).map(line)).toEqual([
    'learning_rate --learning-rate,-l float = 0.01 "Step size."',
    "epochs --epochs int = 10",
    "model_name --model = mlp {mlp|cnn}",
    "augment --augment,--no-augment switch = True off:--no-augment",
    "verbose --verbose switch = False",
    "tag --tag repeated",
    "size --size int several",
    "data path required",
  ]);
});

const single: readonly (readonly [declaration: string, expected: readonly string[]])[] = [
  ['add_argument("--lr", default=1e-3, type=float)', ["lr --lr float = 1e-3"]],
  ['add_argument("--x", default=-1)', ["x --x = -1"]],
  ['add_argument("--x", default=None)', ["x --x"]],
  ['add_argument("--x", default=os.environ["HOME"])', ["x --x"]],
  ['add_argument("--x", default=2 * 1024)', ["x --x = 2 * 1024"]],
  ['add_argument("--x", type=lambda v: v)', ["x --x"]],
  ['add_argument("--x", type=pathlib.Path, default="a b")', ["x --x path = a b"]],
  ['add_argument("--x", type=str2bool)', ["x --x str2bool"]],
  ['add_argument("--x", choices=range(3))', ["x --x {0|1|2}"]],
  ['add_argument("--x", choices=sorted(KINDS))', ["x --x {a|b}"]],
  ['add_argument("--x", choices=KINDS.keys())', ["x --x {a|b}"]],
  ['add_argument("--x", default=RATE)', ["x --x = 0.5"]],
  ['add_argument("-x")', ["x -x"]],
  ['add_argument("-x", "--some-name", dest="other")', ["other -x,--some-name"]],
  ['add_argument("-v", action="count")', ["v -v switch = False"]],
  [
    'add_argument("--x", action="store_true", help="""50%% of\n   all""")',
    ['x --x switch = False "50% of all"'],
  ],
  ['add_argument("files", nargs="*")', ["files several"]],
  ['add_argument("files", nargs="+")', ["files required several"]],
  ['add_argument("-h2", action="help")', []],
  ['add_argument("--version", action="version", version="1")', []],
  ["add_argument(*names, **options)", []],
  ['add_argument("--x", **options)', ["x --x"]],
  ['add_argument(f"--{name}")', []],
  ["add_argument(", []],
  ['add_argument("--x"', []],
  ['add_argument("--x"); p.add_argument("--x")', ["x --x"]],
];

for (const [declaration, expected] of single)
  test(declaration, () => {
    const text = `RATE = 0.5\nKINDS = {"a": 1, "b": 2}\np.${declaration}\n`;
    expect(argumentsOf(text).map(line)).toEqual(expected);
  });

test("arguments of subcommands are left out, and click's names mean nothing without click", () => {
  const text =
    'sub = p.add_parser("fit")\nsub.add_argument("--x")\np.add_argument("--y")\n@app.option("--z")\ndef f(): pass\n';
  expect(argumentsOf(text).map(line)).toEqual(["y --y"]);
});

const argparse = argumentsOf(fixture("plain_argparse.py"));
const click = argumentsOf(fixture("click_train.py"));
const lines: readonly (readonly [
  declared: readonly ScriptArgument[],
  choice: ArgumentChoice,
  expected: string,
])[] = [
  [argparse, {}, ""],
  [argparse, { learning_rate: "0.1", steps: "" }, "--learning-rate 0.1"],
  [argparse, { unknown: "1" }, ""],
  [argparse, { seed: "-1", out: "a b.json" }, "a b.json|--seed=-1"],
  [argparse, { out: "-odd", sizes: "8 4" }, "--sizes|8|4|--|-odd"],
  [argparse, { sizes: ["8", "4"], out: "m" }, "m|--sizes|8|4"],
  [argparse, { tags: "one 'two words' \"three\"" }, "--tag|one|--tag|two words|--tag|three"],
  [argparse, { quiet: "true", shuffle: "true", early_stop: "true" }, "--quiet"],
  [argparse, { quiet: "false", shuffle: "false", early_stop: "False" }, "--no-shuffle|--no-early-stop"],
  [
    click,
    { augment: "false", verbose: "True", size: "2 3", data: "d" },
    "d|--no-augment|--verbose|--size|2|3",
  ],
  [click, { learning_rate: "-1e3", model_name: "cnn" }, "--learning-rate=-1e3|--model|cnn"],
];

for (const [declared, choice, expected] of lines)
  test(`${JSON.stringify(choice)} → ${expected}`, () => {
    expect(toArgv(declared, choice)).toEqual(expected === "" ? [] : expected.split(/\|| (?=0\.1)/));
  });
