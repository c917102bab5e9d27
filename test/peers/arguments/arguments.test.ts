/** Parameters as the parsers that people use understand them: real packages, the newest and some years old, under the real recorder. */

import { cpSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeAll, beforeEach, describe, expect, type TestContext, test } from "vitest";
import type { Need } from "../../editor/need.ts";
import { Bench } from "../../unit/recorder/recording.ts";
import { needPythonPackages } from "../pythonPackages.ts";

const scripts = join(import.meta.dirname, "scripts");

const sets = {
  newest: [
    "click==8.5.1",
    "typer==0.29.2",
    "tyro==1.0.17",
    "fire==0.7.1",
    "hydra-core==1.3.8",
    "simple-parsing==0.1.9",
    "jsonargparse==4.53.0",
    "transformers==5.23.0",
    "absl-py==2.5.1",
    "ml-collections==1.1.0",
  ],
  older: [
    "click==8.1.7",
    "typer==0.9.4",
    "tyro==0.8.14",
    "fire==0.5.0",
    "hydra-core==1.3.0",
    "simple-parsing==0.1.5",
    "jsonargparse==4.20.0",
    "absl-py==1.4.0",
    "ml-collections==0.1.1",
  ],
} as const;

interface Case {
  readonly script: string;
  readonly words: readonly string[];
  readonly source: string;
  readonly found: Readonly<Record<string, string>>;
  readonly only?: keyof typeof sets;
}

const cases: readonly Case[] = [
  {
    script: "hydra_main.py",
    words: ["lr=0.5", "model=cnn", "+model.width=7"],
    source: "hydra",
    found: {
      ...{ "model.name": "cnn", "model.depth": "3", "model.width": "7", lr: "0.5" },
      ...{ "optimizer.name": "sgd", "optimizer.betas": "[0.9, 0.99]", api_key: "•••", out: "cnn-0.5" },
    },
  },
  {
    script: "tyro_function.py",
    words: ["--data", "d", "--opt.lr", "0.3"],
    source: "tyro",
    found: { data: "d", "opt.lr": "0.3", "opt.betas": "(0.9, 0.99)", steps: "10", verbose: "False" },
  },
  {
    script: "tyro_commands.py",
    words: ["fit", "--lr", "2"],
    source: "tyro",
    found: { lr: "2.0", command: "Fit" },
  },
  {
    script: "fire_class.py",
    words: ["fit", "0.2", "a", "b", "--seed=3", "--extra=1"],
    source: "fire",
    found: { seed: "3", lr: "0.2", files: "('a', 'b')", steps: "10", extra: "1" },
  },
  {
    script: "simple_parsing_options.py",
    words: ["--lr", "0.4"],
    source: "argparse",
    found: { seed: "1", "options.lr": "0.4", "options.name": "x" },
  },
  {
    script: "typer_commands.py",
    words: ["train", "--lr", "0.3"],
    source: "click",
    found: { command: "train", lr: "0.3", epochs: "3", verbose: "False" },
  },
  {
    script: "click_group.py",
    words: ["--debug", "train", "--lr", "0.3"],
    source: "click",
    found: { debug: "True", command: "train", lr: "0.3" },
  },
  {
    script: "argparse_commands.py",
    words: ["--seed", "4", "fit", "--lr", "3"],
    source: "argparse",
    found: { seed: "4", command: "fit", lr: "3.0" },
  },
  {
    script: "absl_flags.py",
    words: ["--lr", "0.5", "--nodebug", "--config.depth=4"],
    source: "absl",
    found: {
      ...{ lr: "0.5", debug: "False", sizes: "[1, 2]", out: "None" },
      ...{ "config.depth": "4", "config.optimizer.name": "adam" },
    },
  },
  {
    script: "jsonargparse_function.py",
    words: ["--lr", "3"],
    source: "argparse",
    found: { lr: "3.0", steps: "5" },
  },
  {
    script: "hf_dataclasses.py",
    words: ["--lr", "2"],
    source: "argparse",
    found: { name: "bert", lr: "2.0", bf16: "False" },
    only: "newest",
  },
  {
    script: "hf_dataclasses.py",
    words: ["hf.json"],
    source: "argparse",
    found: { name: "gpt", lr: "0.5", bf16: "False" },
    only: "newest",
  },
];

let bench: Bench;
beforeEach(() => {
  bench = new Bench();
  cpSync(scripts, bench.workspace, { recursive: true });
});
afterEach(() => {
  bench.remove();
});

for (const [name, packages] of Object.entries(sets))
  describe(`the ${name} parsers`, () => {
    let need: Need<string>;
    beforeAll(async () => {
      need = await needPythonPackages(packages, () => undefined);
      if ("missing" in need && process.env.CI) throw new Error(`Missing: ${need.missing}`);
    }, 300_000);

    const programs = (context: TestContext): string => {
      if ("missing" in need) context.skip(true, `missing: ${need.missing}`);
      return "ready" in need ? need.ready : "";
    };

    for (const { script, words, source, found } of cases.filter(({ only = name }) => only === name))
      test(`${script} ${words.join(" ")}`, async (context) => {
        const run = bench.recording([join(programs(context), "python"), script, ...words]);
        await run.ended();
        expect(run.text("output.log")).not.toContain("Traceback");
        expect(run.exit.exit_code).toBe(0);
        const told = run.of("parameter");
        expect(Object.fromEntries(told.map(({ key, value }) => [key, value]))).toEqual(found);
        expect(new Set(told.map((each) => each.source))).toEqual(new Set([source]));
      });

    test("what a parser refuses, and what it answers to --help, is as without the recorder", async (context) => {
      const python = join(programs(context), "python");
      const refused = bench.recording([python, "click_group.py", "train", "--nope"]);
      const help = bench.recording([python, "fire_class.py", "fit", "--help"]);
      await Promise.all([refused.ended(), help.ended()]);
      expect(refused.exit.exit_code).toBe(2);
      expect(refused.text("output.log")).toMatch(/no such option/i);
      expect(refused.text("output.log")).not.toContain("runline");
      expect(help.exit.exit_code).toBe(0);
      expect(help.text("output.log")).not.toContain("runline");
    });
  });
