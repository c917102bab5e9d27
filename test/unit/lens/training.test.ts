/** Which files are training scripts, and where their lens stands: real-looking scripts in `scripts/`, small ones here. */

import { readFileSync } from "node:fs";
import * as path from "node:path";
import { expect, test } from "vitest";
import { readScript } from "../../../src/lens/trainingScript.ts";
import { testGrammar } from "./grammar.ts";

const grammar = await testGrammar();
const repository = path.join(import.meta.dirname, "../../..");

/** What the lens stands above: the text of its line, or null for none. */
function anchorText(text: string, file = ""): string | null {
  const { isTraining, anchor } = readScript(grammar, text, file);
  expect(isTraining).toBe(anchor !== null);
  return anchor === null ? null : (text.split("\n")[anchor] ?? "").trim();
}

const scripts: Readonly<Record<string, string | null>> = {
  "plain_argparse.py": 'if __name__ == "__main__":',
  "pytorch_loop.py": "if __name__ == '__main__':",
  "hf_trainer.py": "trainer.train()",
  "keras_fit.py": "history = model.fit(",
  "sklearn_fit.py": 'forest.fit(scaler.transform(train.drop(columns="churn")), train["churn"])',
  "lightning_fit.py": 'if "__main__" == __name__:',
  "xgboost_train.py": 'booster = xgb.train(params, dtrain, 100, evals=[(dtest, "test")], verbose_eval=10)',
  "click_train.py": 'if __name__ == "__main__":',
  "jax_loop.py": 'if __name__ == "__main__":',
  "not_library.py": null,
  "not_test.py": null,
  "not_prepare.py": null,
  "not_evaluate.py": null,
  "not_server.py": null,
  "not_utility.py": null,
};

for (const [name, expected] of Object.entries(scripts))
  test(name, () => {
    expect(anchorText(readFileSync(path.join(import.meta.dirname, "scripts", name), "utf8"))).toBe(expected);
  });

test("the sample: train.py trains, its neighbors do not", () => {
  const sample = (name: string) => readFileSync(path.join(repository, "media/sample", name), "utf8");
  expect(anchorText(sample("train.py"))).toBe('if __name__ == "__main__":');
  expect(anchorText(sample("evaluate.py"))).toBeNull();
});

const small: readonly (readonly [what: string, text: string, anchor: string | null])[] = [
  ["nothing", "", null],
  ["only blanks", "\n\n   \n", null],
  ["no Python", "{]]) = = def class\n\0\u0001", null],
  ["a loop at module level", 'for i in range(9):\n    print(f"loss={i}")\n', "for i in range(9):"],
  [
    "a counted loop with a quality",
    'for epoch in range(9):\n    print("acc", epoch)\n',
    "for epoch in range(9):",
  ],
  ["a quality that is not counted", 'for name in names:\n    print("acc", name)\n', null],
  ["a loss that is printed once", 'print("loss", 3)\n', null],
  ["tqdm", "for x in tqdm(data):\n    bar.set_postfix(loss=x)\n", "for x in tqdm(data):"],
  ["wandb", 'import wandb\nwhile True:\n    wandb.log({"loss": 1})\n', "import wandb"],
  [
    "a chained trainer",
    "from trl import SFTTrainer\nSFTTrainer(model).train()\n",
    "SFTTrainer(model).train()",
  ],
  ["a trainer by another name", "from trl import DPOTrainer\nt = DPOTrainer(m)\nt.train()\n", "t.train()"],
  ["torch's train mode", "import torch\nmodel = torch.load('m')\nmodel.train()\n", null],
  [
    "ultralytics",
    "from ultralytics import YOLO\nYOLO('n.pt').train(data='x')\n",
    "YOLO('n.pt').train(data='x')",
  ],
  ["a fit without a framework", "from tailor import suit\nsuit.fit(customer)\n", null],
  ["a scaler only", "from sklearn.preprocessing import MinMaxScaler\ns = MinMaxScaler()\ns.fit(x)\n", null],
  [
    "an autoencoder is no encoder",
    "from tensorflow import keras\nautoencoder = keras.Model(a, b)\nautoencoder.fit(x)\n",
    "autoencoder.fit(x)",
  ],
  ["a label encoder", "import sklearn\nLabelEncoder().fit(y)\n", null],
  [
    "a sentence transformer",
    "from sentence_transformers import SentenceTransformer\nm = SentenceTransformer('a')\nm.fit(x)\n",
    "m.fit(x)",
  ],
  [
    "train of an imported module",
    "import argparse, engine\nengine.train_one_epoch(1)\n",
    "engine.train_one_epoch(1)",
  ],
  ["a test loop", 'for x in data:\n    print("test_loss", x)\n', null],
  [
    "imported train",
    'import argparse\nfrom lib import train\nif __name__ == "__main__":\n    train(1)\n',
    'if __name__ == "__main__":',
  ],
  ["train without any context", 'def train(dog):\n    dog.sit()\ntrain("Rex")\n', null],
  ["train_test_split is no training", "import sklearn\ntrain_test_split(x)\n", null],
  [
    "handed over to a launcher",
    'import torch\ndef worker(rank):\n    loss.backward()\nif __name__ == "__main__":\n    spawn(worker, nprocs=2)\n',
    'if __name__ == "__main__":',
  ],
  [
    "a subcommand of a click group",
    'import click\n@click.group()\ndef cli():\n    pass\n@cli.command()\ndef train():\n    loss.backward()\nif __name__ == "__main__":\n    cli()\n',
    'if __name__ == "__main__":',
  ],
  [
    "an objective of a study",
    "import optuna\ndef objective(trial):\n    loss.backward()\nstudy.optimize(objective, n_trials=3)\n",
    "import optuna",
  ],
  [
    "a guard in a function is none",
    'def f():\n    if __name__ == "__main__":\n        loss.backward()\n',
    null,
  ],
  [
    "the guard stays while a line above is typed",
    'import torch\ndef main():\n    loss.backward()\n    print("a\n\nif __name__ == "__main__":\n    main()\n',
    'if __name__ == "__main__":',
  ],
  ["a bar's description", 'for i in bar:\n    bar.set_description(f"loss {loss:.3f}")\n', "for i in bar:"],
  [
    "a trainer made with another call",
    'from trl import SFTTrainer\nSFTTrainer(model="a", args=SFTConfig(lr=float("1e-3"))).train()\n',
    'SFTTrainer(model="a", args=SFTConfig(lr=float("1e-3"))).train()',
  ],
  [
    "every function offered by fire",
    'import fire\ndef train():\n    loss.backward()\nif __name__ == "__main__":\n    fire.Fire()\n',
    'if __name__ == "__main__":',
  ],
  [
    "one function offered by fire",
    'import fire\ndef train():\n    loss.backward()\ndef show():\n    pass\nif __name__ == "__main__":\n    fire.Fire(show)\n',
    null,
  ],
  [
    "what a class offers through fire",
    'import fire\nclass Lab:\n    def fit(self):\n        loss.backward()\nif __name__ == "__main__":\n    fire.Fire(Lab)\n',
    'if __name__ == "__main__":',
  ],
  [
    "functions offered in a dictionary",
    'import fire\ndef fit():\n    loss.backward()\nif __name__ == "__main__":\n    fire.Fire({"fit": fit})\n',
    'if __name__ == "__main__":',
  ],
  [
    "functions offered in a list",
    'import jsonargparse\ndef fit():\n    loss.backward()\nif __name__ == "__main__":\n    auto_cli([fit, show])\n',
    'if __name__ == "__main__":',
  ],
  [
    "what an app does that is given no command",
    'import cyclopts\napp = cyclopts.App()\n@app.default\ndef main():\n    loss.backward()\nif __name__ == "__main__":\n    app()\n',
    'if __name__ == "__main__":',
  ],
  [
    "what Sacred starts by itself",
    "from sacred import Experiment\nex = Experiment()\n@ex.automain\ndef main():\n    loss.backward()\n",
    "from sacred import Experiment",
  ],
  [
    "a guard for spawned processes too",
    'import torch\nif __name__ in ("__main__", "__mp_main__"):\n    loss.backward()\n',
    'if __name__ in ("__main__", "__mp_main__"):',
  ],
  ["ignite", "import ignite\ntrainer = make(step)\ntrainer.run(loader)\n", "trainer.run(loader)"],
  ["a server's runner", "import server\ntrainer.run(port)\n", null],
  ["mmengine", "import mmengine\nrunner.train()\n", "runner.train()"],
  ["gensim", "import gensim\nmodel.train(words, epochs=3)\n", "model.train(words, epochs=3)"],
  ["prophet", "from prophet import Prophet\nm = Prophet()\nm.fit(df)\n", "m.fit(df)"],
  [
    "cross-validation",
    "import sklearn\nprint(cross_val_score(SVC(), x, y))\n",
    "print(cross_val_score(SVC(), x, y))",
  ],
  [
    "CRLF",
    'import torch\r\nif __name__ == "__main__":\r\n    loss.backward()\r\n',
    'if __name__ == "__main__":',
  ],
  ["tabs", 'import torch\nif __name__ == "__main__":\n\tloss.backward()\n', 'if __name__ == "__main__":'],
  [
    "only one lens for two guards",
    'import torch\nif __name__ == "__main__":\n  loss.backward()\nif __name__ == "__main__":\n  pass\n',
    'if __name__ == "__main__":',
  ],
];

for (const [what, text, anchor] of small) test(what, () => expect(anchorText(text)).toBe(anchor));

const importing = 'from lab.app import main\nif __name__ == "__main__":\n    main()\n';
const named: readonly (readonly [file: string, trains: boolean])[] = [
  ["train.py", true],
  ["/a/b c/train_gpt2.py", true],
  ["file:///a/run-pretraining.py", true],
  ["C:\\a\\finetune.py", true],
  ["fine_tune_lora.py", true],
  ["retrain.py", true],
  ["train/app.py", false],
  ["train_utils.py", false],
  ["test_train.py", false],
  ["training_data.py", false],
  ["constrain.py", false],
  ["trains.py", false],
];

for (const [file, trains] of named)
  test(`${file} whose work is imported ${trains ? "trains" : "does not"}`, () => {
    expect(anchorText(importing, file)).toBe(trains ? 'if __name__ == "__main__":' : null);
    expect(anchorText("from lab.app import main\n", file)).toBeNull();
    expect(anchorText(`import pytest\n${importing}`, file)).toBeNull();
  });

test("10,000 lines, deep nesting and long chains are read", () => {
  const body = Array.from(
    { length: 3_333 },
    (_, at) => `def f${at}(x):\n    y = {"loss": x}\n    return y\n`,
  ).join("");
  expect(anchorText(`${body}for step in range(9):\n    print(f"loss {step}")\n`)).toBe("def f0(x):");
  expect(anchorText(`${"(".repeat(5_000)}1${")".repeat(5_000)}\n`)).toBeNull();
  expect(anchorText(`x = a${".b(1)".repeat(2_000)}\n`)).toBeNull();
  expect(anchorText("#".repeat(2_000_001))).toBeNull();
});

test("any prefix of a script is read without a throw", () => {
  const text = readFileSync(path.join(import.meta.dirname, "scripts/plain_argparse.py"), "utf8");
  for (let end = 0; end < text.length; end += 7) readScript(grammar, text.slice(0, end));
});
