import { expect, test } from "vitest";
import { missingArguments, shownArguments, valueProblem, valueText } from "../../../src/host/argumentForm.ts";
import { plain } from "../../../src/host/translate.ts";
import type { ScriptArgument } from "../../../src/model/scriptArgument.ts";

const argument = (given: Partial<ScriptArgument>): ScriptArgument => ({
  name: "lr",
  flags: ["--lr"],
  type: null,
  defaultValue: null,
  choices: [],
  help: "",
  required: false,
  flagOnly: false,
  ...given,
});

test.each<[Partial<ScriptArgument>, string, string | null]>([
  [{ type: "float" }, "1e-3", null],
  [{ type: "float" }, ".5", null],
  [{ type: "float" }, "inf", null],
  [{ type: "float" }, "fast", "A number, such as 0.01 or 1e-3."],
  [{ type: "int" }, "1_000", null],
  [{ type: "int" }, "1.0", "A whole number, such as 100."],
  [{ type: "own_converter" }, "anything", null],
  [{ choices: ["sgd", "adam"] }, "rms", "One of: sgd, adam."],
  [{ required: true }, "", "lr needs a value."],
  [{ type: "int" }, "", null],
  [{ type: "int", values: "several" }, "64 32", null],
])("%j takes %j: %j", (given, value, expected) => {
  expect(valueProblem(argument(given), value, plain)).toBe(expected);
});

test.each<[Partial<ScriptArgument>, Record<string, string>, string]>([
  [{ defaultValue: "0.05" }, {}, "0.05 (default)"],
  [{ defaultValue: "0.05" }, { lr: "0.1" }, "0.1"],
  [{}, {}, "not set"],
  [{ required: true }, {}, "needs a value"],
  [{ flagOnly: true }, {}, "off (default)"],
  [{ flagOnly: true, defaultValue: "True" }, {}, "on (default)"],
  [{ flagOnly: true }, { lr: "true" }, "on"],
])("%j with %j shows %j", (given, values, expected) => {
  expect(valueText(argument(given), values, plain)).toBe(expected);
});

test("required arguments without a value are missing", () => {
  expect(missingArguments([argument({ required: true }), argument({ name: "seed" })], {})).toEqual(["lr"]);
  expect(missingArguments([argument({ required: true })], { lr: "1" })).toEqual([]);
});

test("only the arguments of the chosen subcommand are asked for", () => {
  const declared = [
    argument({ name: "seed" }),
    argument({ name: "command", flags: [], required: true, choices: ["fit", "test"], isCommand: true }),
    argument({ name: "epochs", command: "fit", required: true }),
    argument({ name: "split", command: "test" }),
  ];
  const names = (values: Record<string, string>) => shownArguments(declared, values).map(({ name }) => name);
  expect(names({})).toEqual(["command", "seed"]);
  expect(names({ command: "fit" })).toEqual(["command", "seed", "epochs"]);
  expect(names({ command: "test", epochs: "3" })).toEqual(["command", "seed", "split"]);
  expect(missingArguments(shownArguments(declared, { command: "test" }), { command: "test" })).toEqual([]);
  expect(shownArguments([argument({})], {})).toEqual([argument({})]);
});
