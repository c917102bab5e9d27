/** CodeLens of a 2,000-line script: parse, read and lens line, as for every change of the text. */

import { lenses } from "../../src/lens/lenses.ts";
import { readScript } from "../../src/lens/trainingScript.ts";
import { testGrammar } from "../unit/lens/grammar.ts";
import { atMost, type BenchRow, median } from "./row.ts";

const budget = 20;
const readings = 60;
const warmUp = 20;

/** Medians after warm-up: a script that is seen for the first time, and the same after a keystroke. */
export async function bench(): Promise<readonly BenchRow[]> {
  const grammar = await testGrammar();
  const text = longScript(2_000);
  const facts = { path: "/w/train.py", canRun: true, runs: 14, best: null, champion: null };
  const read = (shown: string): number => {
    const start = performance.now();
    const found = lenses(readScript(grammar, shown), facts);
    const took = performance.now() - start;
    if (found.length !== 3) throw new Error("The script of the bench has lost its lens.");
    return took;
  };
  const first: number[] = [];
  const keystroke: number[] = [];
  for (let at = 0; at < readings; at++) {
    grammar.read("", () => null);
    first.push(read(text));
    keystroke.push(read(text.replace("total, count = 0.0, 0", `total, count = 0.${at}1, 0`)));
  }
  return [
    atMost("CodeLens of a 2,000-line script", budget, median(first.slice(warmUp)), "ms"),
    atMost(
      "CodeLens of a 2,000-line script after a keystroke",
      budget,
      median(keystroke.slice(warmUp)),
      "ms",
    ),
  ];
}

/** A training script as people have them when they grow: one parser, many layers, many loops, one guard. */
function longScript(lines: number): string {
  const head = ["import argparse", "import torch", "from torch import nn", "", "", "def parse_args():"];
  head.push('    parser = argparse.ArgumentParser(description="Train a model.")');
  for (let at = 0; at < 40; at++)
    head.push(
      `    parser.add_argument("--option-${at}", type=float, default=${at / 10}, help="what option ${at} does")`,
    );
  head.push("    return parser.parse_args()", "", "");
  const tail = ["", 'if __name__ == "__main__":', "    main(parse_args())", ""];
  const body: string[] = [];
  for (let at = 0; head.length + body.length + tail.length < lines; at++) body.push(...block(at));
  return [...head, ...body.slice(0, lines - head.length - tail.length), ...tail].join("\n");
}

function block(at: number): readonly string[] {
  return [
    `class Block${at}(nn.Module):`,
    '    """Two layers and a residual connection.',
    "",
    "    Args:",
    "        width: Size of the input and of the output.",
    "        dropout: Share of the hidden units that are left out while training.",
    '    """',
    "",
    "    def __init__(self, width, dropout=0.1):",
    "        super().__init__()",
    "        self.norm = nn.LayerNorm(width)",
    "        self.layers = nn.Sequential(nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width))",
    "        self.dropout = nn.Dropout(dropout)",
    "",
    "    def forward(self, x, mask=None):",
    "        # The residual keeps gradients alive through many blocks.",
    "        hidden = self.layers(self.norm(x))",
    "        if mask is not None:",
    "            hidden = hidden.masked_fill(mask[:, :, None], 0.0)",
    "        return x + self.dropout(hidden)",
    "",
    "",
    at === 0 ? "def main(args):" : `def train_epoch_${at}(model, loader, optimizer, args):`,
    '    """Goes over the data once and returns the mean loss and the number of steps."""',
    "    # Scalars are added up on the host: one transfer a step is cheaper than a growing graph.",
    "    total, count = 0.0, 0",
    "    for step, (images, labels) in enumerate(loader):",
    "        optimizer.zero_grad()",
    "        scores = model(images.to(args.device))",
    "        loss = nn.functional.cross_entropy(scores, labels)",
    "        loss.backward()",
    "        optimizer.step()",
    "        total, count = total + loss.item(), count + 1",
    `        if step % args.option_${at % 40} == 0:`,
    `            print(f"step {step}: loss {loss.item():.4f} lr {optimizer.param_groups[0]['lr']:.2e}")`,
    '    return {"train_loss": total / max(1, count), "steps": count}',
    "",
    "",
  ];
}
