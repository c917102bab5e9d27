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

/** `command> name flags type = default {choices} required several off:--no-x "help"`, what is absent left out. */
function line(argument: ScriptArgument): string {
  const parts = [
    argument.command === undefined ? null : `${argument.command}>`,
    argument.isCommand ? "choose" : null,
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

test("click's names mean nothing without click", () => {
  const text = 'p.add_argument("--y")\n@app.option("--z")\ndef f(): pass\n';
  expect(argumentsOf(text).map(line)).toEqual(["y --y"]);
});

const parsers: readonly (readonly [name: string, text: string, expected: readonly string[]])[] = [
  [
    "subcommands of argparse",
    `p.add_argument("--seed", type=int)
sub = p.add_subparsers(dest="what", required=True)
fit = sub.add_parser("fit")
fit.add_argument("--lr", default=0.1)
fit.add_argument("data")
test = sub.add_parser("test", help="x")
test.add_argument("--lr")
inner = test.add_subparsers()
deep = inner.add_parser("deep")
deep.add_argument("--lost")
`,
    [
      "seed --seed int",
      "fit> lr --lr = 0.1",
      "fit> data",
      "test> lr --lr",
      "choose what {fit|test} required",
    ],
  ],
  [
    "flags of absl",
    `from absl import app, flags
SIZES = [1, 2]
flags.DEFINE_float("lr", 1e-3, "Learning rate.", lower_bound=0.0)
flags.DEFINE_integer(name="steps", default=10, help="Steps", required=True)
flags.DEFINE_bool("debug", False, "Debug")
flags.DEFINE_enum("opt", "adam", ["adam", "sgd"], "Optimizer")
flags.DEFINE_multi_integer("size", SIZES, "Sizes")
flags.DEFINE_list("names", ["a", "b c"], "Names")
flags.DEFINE_string("out", None, "Folder")
config_flags.DEFINE_config_file("config")
flags.DEFINE_alias("rate", "lr")
flags.mark_flags_as_required(["out", "config"])
_SEED = flags.DEFINE_integer("seed", 0, "Seed")
`,
    [
      'lr --lr float = 1e-3 "Learning rate."',
      'steps --steps int = 10 required "Steps"',
      'debug --debug,--nodebug switch = False off:--nodebug "Debug"',
      'opt --opt = adam {adam|sgd} "Optimizer"',
      'size --size int = 1 2 repeated "Sizes"',
      'names --names str = a,b c "Names"',
      'out --out str required "Folder"',
      "config --config path required",
      'seed --seed int = 0 "Seed"',
    ],
  ],
  [
    "commands that are added to a click group",
    `import click
@click.group()
def main(): pass
@click.command()
@click.option("--lr", default=0.1)
def fit_model(lr): pass
@click.command("try")
@click.option("--ckpt")
def attempt(ckpt): pass
@click.command()
@click.option("--alone")
def other(alone): pass
main.add_command(fit_model)
main.add_command(attempt, name="test")
`,
    [
      "fit-model> lr --lr float = 0.1",
      "test> ckpt --ckpt",
      "alone --alone",
      "choose command {fit-model|test} required",
    ],
  ],
  [
    "members of an enumeration, as typer takes them",
    `import typer
class Opt(str, Enum):
    adam = "Adam"
    sgd = "SGD"
app = typer.Typer()
@app.command()
def fit(opt: Opt = Opt.sgd, kind: Elsewhere = Elsewhere.a): pass
`,
    ["opt --opt = SGD {Adam|SGD}", "kind --kind Elsewhere"],
  ],
  [
    "members of an enumeration, and lists, as jsonargparse takes them",
    `from jsonargparse import CLI
class Opt(Enum):
    adam = "Adam"
    sgd = auto()
def fit(opt: Opt = Opt.sgd, sizes: list[int] = [64, 32]): pass
CLI(fit)
`,
    ["opt --opt = sgd {adam|sgd}", "sizes --sizes = [64, 32]"],
  ],
  [
    "choices in the metadata of a field",
    `from transformers import HfArgumentParser
@dataclass
class A:
    dtype: str = field(default="auto", metadata={"help": "Type", "choices": ["auto", "bf16"]})
HfArgumentParser(A)
`,
    ['dtype --dtype str = auto {auto|bf16} "Type"'],
  ],
  [
    "a dataclass for simple-parsing's function",
    `from simple_parsing import parse
@dataclass
class A:
    lr: float = 0.1
a = parse(A)
`,
    ["lr --lr float = 0.1"],
  ],
  [
    "commands of a click group",
    `import click
@click.group()
@click.option("--debug/--no-debug", default=False)
def cli(debug): pass
@cli.command()
@click.option("--lr", default=0.1, required=True)
def train_model(lr): pass
@cli.command("test")
@click.argument("path")
def other(path): pass
@cli.group()
def more(): pass
@more.command()
@click.option("--lost")
def deep(lost): pass
`,
    [
      "debug --debug,--no-debug switch = False off:--no-debug",
      "train-model> lr --lr float = 0.1",
      "test> path",
      "choose command {train-model|test} required",
    ],
  ],
  [
    "HfArgumentParser",
    `from dataclasses import dataclass, field
from typing import Literal, Optional
from transformers import HfArgumentParser, TrainingArguments
@dataclass
class Model:
    """Which."""
    name: str = field(metadata={"help": "which  one"})
    kind: Literal["a", "b"] = "a"
    layers: Optional[list[int]] = field(default_factory=lambda: [1])
    bf16: bool = False
    tf32: bool = field(default=True)
    VERSION = 3
parser = HfArgumentParser((Model, TrainingArguments))
`,
    [
      'name --name str required "which one"',
      "kind --kind = a {a|b}",
      "layers --layers int several",
      "bf16 --bf16 switch = False",
      "tf32 --tf32,--no_tf32 switch = True off:--no_tf32",
    ],
  ],
  [
    "simple-parsing",
    `import dataclasses
from simple_parsing import ArgumentParser
@dataclasses.dataclass
class Options:
    lr: float = 1e-3
    log_dir: Path = "logs"
p = ArgumentParser()
p.add_argument("--seed", type=int, default=1)
p.add_arguments(Options, dest="options")
`,
    ["seed --seed int = 1", "options.lr --lr float = 1e-3", "options.log_dir --log_dir path = logs"],
  ],
  [
    "tyro of a function with a dataclass in it",
    `import tyro, dataclasses
@dataclasses.dataclass
class Opt:
    learning_rate: float = 0.1
    fused: bool = False
def main(data: str, opt: Opt = Opt(), steps: int | None = None, *, verbose: bool = False) -> None: pass
tyro.cli(main)
`,
    [
      "data --data str required",
      "opt.learning_rate --opt.learning-rate float = 0.1",
      "opt.fused --opt.fused,--opt.no-fused switch = False off:--opt.no-fused",
      "steps --steps int",
      "verbose --verbose,--no-verbose switch = False off:--no-verbose",
    ],
  ],
  [
    "one command of typer",
    `import typer
app = typer.Typer()
@app.command()
def train(path: str, lr: float = 0.1, epochs: int = typer.Option(3, "--epochs", "-e", help="how many"),
          name: Annotated[str, typer.Option("--name")] = "x", tags: list[str] = typer.Option(...),
          out: Annotated[Path, typer.Argument()] = "out", use_amp: bool = False): pass
app()
`,
    [
      "path str required",
      "lr --lr float = 0.1",
      'epochs --epochs,-e int = 3 "how many"',
      "name --name str = x",
      "tags --tags str required repeated",
      "out path = out",
      "use_amp --use-amp,--no-use-amp switch = False off:--no-use-amp",
    ],
  ],
  [
    "several commands of typer",
    `import typer
app = typer.Typer()
@app.command()
def train(lr: float = 0.1): pass
@app.command("eval")
def evaluate(lr: float, path: str): pass
`,
    [
      "train> lr --lr float = 0.1",
      "eval> lr float",
      "eval> path str",
      "choose command {train|eval} required",
    ],
  ],
  [
    "fire",
    "import fire\ndef main(lr=0.1, *files, debug=False, **more): pass\nfire.Fire(main)\n",
    ["lr --lr float = 0.1", "debug --debug,--nodebug switch = False off:--nodebug"],
  ],
  [
    "jsonargparse",
    "from jsonargparse import CLI\ndef main(data: str, lr: float = 0.1, amp: bool = True): pass\nCLI(main)\n",
    ["data str required", "lr --lr float = 0.1", "amp --amp = True {true|false}"],
  ],
  [
    "a class that holds itself ends",
    "import tyro\n@dataclass\nclass A:\n    a: A = None\ntyro.cli(A)\n",
    ["a.a.a.a --a.a.a.a A"],
  ],
  ["unfinished", "import tyro\n@dataclass\nclass A:\n    lr: \n    x: int =\ntyro.cli(A\n", []],
];

for (const [name, text, expected] of parsers)
  test(name, () => {
    const found = argumentsOf(text).map(line);
    expect(found).toEqual(expected);
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

const [[, withCommands] = ["", ""]] = parsers;
const commands = argumentsOf(withCommands);
test("a subcommand stands behind what is the whole script's, and before its own", () => {
  const choice = { seed: "1", what: "fit", lr: "0.5", data: "d" };
  expect(toArgv(commands, choice)).toEqual(["--seed", "1", "fit", "d", "--lr", "0.5"]);
  expect(toArgv(commands, { ...choice, what: "test" })).toEqual(["--seed", "1", "test", "--lr", "0.5"]);
  expect(toArgv(commands, { seed: "1", lr: "0.5" })).toEqual(["--seed", "1"]);
});

for (const [declared, choice, expected] of lines)
  test(`${JSON.stringify(choice)} → ${expected}`, () => {
    expect(toArgv(declared, choice)).toEqual(expected === "" ? [] : expected.split(/\|| (?=0\.1)/));
  });
