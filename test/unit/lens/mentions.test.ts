/** Which words of a script are metrics and parameters. In the expected text they stand in brackets, so that places are seen. */

import { expect, test } from "vitest";
import { mentionAt } from "../../../src/lens/mention.ts";
import type { TextRange } from "../../../src/lens/syntax.ts";
import { readScript } from "../../../src/lens/trainingScript.ts";
import { testGrammar } from "./grammar.ts";

const grammar = await testGrammar();

/** The text with brackets around every range, which proves the positions to be those of the editor (UTF-16). */
function marked(text: string, ranges: readonly TextRange[]): string {
  const lines = text.split("\n");
  const ends = ranges.flatMap(({ start, end }) => [
    { ...start, mark: "[" },
    { ...end, mark: "]" },
  ]);
  const known = new Map(ends.map((end) => [`${end.line}:${end.character}${end.mark}`, end]));
  for (const { line, character, mark } of [...known.values()].sort((a, b) => b.character - a.character)) {
    const content = lines[line] ?? "";
    lines[line] = `${content.slice(0, character)}${mark}${content.slice(character)}`;
  }
  return lines.join("\n");
}

const metrics: readonly string[] = [
  'print(f"step {s}: [loss] {loss:.3f} [val_acc] {acc:.3f}")',
  "print(f\"[loss]={m['[loss]']:.4f}, [acc@1]: {a}\")",
  'print(f"{[loss]=:.4f} {[acc] = }")',
  'print("[loss]", loss, "[acc]:", acc)',
  'print(f"step {s}: [train loss] {a:.2f}, [Val Acc]: {b} [best] {c}")',
  'print("done", flush=True)',
  'print("[loss]: %.3f, [acc]=%d%%" % (loss, acc))',
  'print("[loss] {:.3f} [acc] {}".format(loss, acc))',
  'logger.info("[loss] %s", loss)',
  'print(f"\\n[loss] {loss}\\t[acc] {acc}")',
  'é = "😀"; print(f"😀 [loss] {loss}")',
  'print(f"""a\n  [loss] {loss}\n""")',
  'self.log("[val/loss]", loss)',
  'writer.add_scalar("[train/loss]", loss, step)',
  'mlflow.log_metric("[rmse]", 1.0)',
  'wandb.log({"[loss]": 1, "[acc]": 2})',
  "bar.set_postfix([loss]=1, [acc]=2)",
  'metrics["[val_acc]"] = 1',
  'json.dump({"[val_acc]": acc}, out)',
  'EarlyStopping(monitor="[val_loss]")',
  'model.compile("adam", metrics=["[accuracy]"])',
  'log("a message")',
  'print(f"{x} {y}")',
  'print(f"unfinished loss {loss',
];

for (const expected of metrics)
  test(expected, () => {
    const text = expected.replace(/\[(?=[\w@/ ]+\])|(?<=\[[\w@/ ]+)\]/g, "");
    const own = readScript(grammar, text).metricMentions.filter(({ key }) => !/^s(?:tep)?$/.test(key));
    expect(
      marked(
        text,
        own.map(({ range }) => range),
      ),
    ).toBe(expected);
  });

const parameters: readonly string[] = [
  'p.add_argument(["--lr"], type=float)\nargs = p.parse_args()\nprint(args.[lr], args.other, args.lr())',
  'p.add_argument(["-b"], ["--batch-size"])\nuse(options.[batch_size])',
  'p.add_argument(["data"])\nconfig = p.parse_args()\nopen(config.[data])',
  'p.add_argument(["--lr"])\nself.flags2 = p.parse_args()\n"😀", self.flags2.[lr]',
  "def train(args):\n    return args.[lr] * args.[epochs]",
  '@click.option(["--lr"])\n@click.argument(["data"])\ndef main([lr]: float, [data]="x", other=1): pass',
  '@app.option("--lr")\ndef main(lr): pass',
];

for (const expected of parameters)
  test(expected, () => {
    const text = `import click\n${expected.replace(/[[\]]/g, "")}`;
    const { argumentMentions } = readScript(grammar, text);
    expect(
      marked(
        text,
        argumentMentions.map(({ range }) => range),
      ),
    ).toBe(`import click\n${expected}`);
  });

test("the word under the cursor, at both of its ends", () => {
  const script = readScript(grammar, 'p.add_argument("--lr")\nprint(f"loss {loss} acc {acc}")\n');
  const at = (line: number, character: number) => {
    const mention = mentionAt(script, { line, character });
    return mention === null ? null : `${mention.kind} ${mention.key}`;
  };
  expect(at(0, 14)).toBeNull();
  expect([15, 17, 21].map((character) => at(0, character))).toEqual(Array(3).fill("parameter lr"));
  expect([8, 10, 12].map((character) => at(1, character))).toEqual(Array(3).fill("metric loss"));
  expect([7, 13, 24].map((character) => at(1, character))).toEqual([null, null, null]);
});

test("a generated file with ten thousand keys stays bounded", () => {
  const text = `x = {\n${Array.from({ length: 12_000 }, (_, at) => `  "k${at}": 1,\n`).join("")}}\n`;
  expect(readScript(grammar, text).metricMentions.length).toBeLessThanOrEqual(5_000);
});
