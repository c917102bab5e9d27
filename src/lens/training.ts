/** Does a script train something when it is run? Decided from its text, and rather no than a wrong yes. */

import type { Node } from "web-tree-sitter";
import type { Emission } from "./metricMentions.ts";
import type { Call, Scan, Scope } from "./scan.ts";

export interface Training {
  readonly isTraining: boolean;
  /** Line of the first call that trains as a whole (`trainer.fit(…)`, `xgb.train(…)`), from 0. */
  readonly trainCall: number | null;
}

const frameworks =
  "torch tensorflow keras sklearn xgboost lightgbm catboost transformers lightning pytorch_lightning fastai jax flax optax trl peft accelerate ultralytics sentence_transformers setfit deepspeed composer paddle mxnet spacy statsmodels gluonts stable_baselines3 ray skorch tabpfn autogluon implicit surprise mlx tinygrad chainer prophet darts sktime neuralforecast hmmlearn pgmpy gensim imblearn cuml flaml tpot lifelines pyod pytorch_tabnet ignite mmengine detectron2 rfdetr unsloth".split(
    " ",
  );
const interfaces = [
  "argparse",
  "click",
  "hydra",
  "typer",
  "fire",
  "tyro",
  "absl",
  "simple_parsing",
  "omegaconf",
  "jsonargparse",
  "docopt",
  "tap",
  "sacred",
  "cyclopts",
  "draccus",
  "pyrallis",
  "pydantic_settings",
  "configargparse",
  "ml_collections",
];

/** Packages whose models have a `train(data, …)` of their own. */
const trainsByArguments = ["ultralytics", "gensim", "rfdetr"];

/** Things with a `fit` that prepare data and learn nothing worth a run of its own: by their class, or by the name they go by. */
const preparingClass =
  /(?:Scaler|LabelEncoder|HotEncoder|OrdinalEncoder|TargetEncoder|Vectorizer|Imputer|Binarizer|PCA|SVD|Discretizer|Normalizer|SelectKBest|Tokenizer|(?:Column|Function|Power|Quantile|Spline)Transformer)$/;
const preparingName =
  /(?:^|_)(?:scaler|encoder|le|ohe|vectori[sz]er|imputer|binarizer|pca|tokenizer|normalizer|discretizer|preprocessor)\d*$/;
const trainingName =
  /^(?:train|fit|finetune|fine_tune|pretrain|train_model|fit_model|train_epoch|train_one_epoch|train_and_eval\w*|run_training|train_loop|training_loop|train_worker|main_train)$/;
const falling = /(?:^|[\W_])(?:loss|cost|nll|perplexity|ppl|elbo)(?:$|[\W_])|loss$/i;
const quality =
  /(?:^|[\W_])(?:acc|accuracy|auc|auroc|f1|mse|rmse|mae|r2|iou|dice|bleu|rouge|wer|reward|return|score|precision|recall|error|map)(?:$|[\W_\d])/i;
const counting =
  /(?:^|[^a-z])(?:step|epoch|iter|iteration|batch|round|episode|update|generation|trial)s?(?:$|[^a-z])/i;

/**
 * Reads the decision off a scan. A script counts when code that trains is reached from the module level or from the main guard; one whose
 * file is named for it counts by its main guard alone, since what it starts may all be imported.
 */
export function training(scan: Scan, emitted: readonly Emission[], text: string, file: string): Training {
  const isTest = scan.imports.has("pytest") || scan.imports.has("unittest");
  const reached = reachedFunctions(scan, text);
  const runs = (scope: Scope) =>
    scope.function === null || scan.guardSwallowed || reached.has(scope.function);
  const wholes = scan.calls.filter((call) => trainsWhole(call, scan));
  const evidence = [
    ...wholes.map((call) => call.scope),
    ...scan.calls.filter((call) => updatesWeights(call, scan)).map((call) => call.scope),
    ...emitted.filter(isTrainingLoop).map(({ call }) => call.scope),
  ];
  const named = hasContext(scan, emitted) ? scan.calls.filter((call) => isTrainingName(call, scan)) : [];
  const isNamed = scan.guardLine !== null && isTrainingFile(file);
  const isTraining = !isTest && (isNamed || [...evidence, ...named.map((call) => call.scope)].some(runs));
  const at = wholes.find(({ scope }) => runs(scope)) ?? named.find(({ scope }) => runs(scope));
  return { isTraining, trainCall: isTraining ? (at?.node.startPosition.row ?? null) : null };
}

const fileOfTraining = /(?:^|[^a-z])(?:pre|re)?train(?:ing)?(?:[^a-z]|$)|fine[_-]?tun(?:e|ing)/;
const fileOfOther =
  /(?:^|[^a-z])(?:tests?|utils?|helpers?|common|configs?|data|datasets?|arg(?:ument)?s|plots?|report|eval|predict|serve)(?:[^a-z]|$)/;

/** `train.py`, `train_gpt2.py`, `run-pretraining.py`; not `train_utils.py`. */
function isTrainingFile(file: string): boolean {
  const name = file.slice(Math.max(file.lastIndexOf("/"), file.lastIndexOf("\\")) + 1).toLowerCase();
  return fileOfTraining.test(name.replace(/\.py$/, "")) && !fileOfOther.test(name);
}

/** A call that does the whole training by itself. */
function trainsWhole({ node, name, last }: Call, { imports, assigned }: Scan): boolean {
  if (last === "LightningCLI") return true;
  if (last === "cross_val_score" || last === "cross_validate") return imports.has("sklearn");
  if (!name.includes(".")) return false;
  const receiver = name.slice(0, -last.length - 1);
  const made = madeBy(receiver, assigned);
  if (last === "fit" || last === "fit_one_cycle" || last === "fine_tune" || last === "partial_fit")
    return frameworks.some((each) => imports.has(each)) && !prepares(receiver, made);
  if (last === "learn") return imports.has("stable_baselines3");
  if (last === "run") return imports.has("ignite") && /trainer$/i.test(receiver);
  if (last !== "train") return false;
  if (/^(?:xgb|xgboost|lgb|lightgbm)$/.test(receiver)) return true;
  if (/trainer(?:\(\))?$/i.test(receiver) || /(?:Trainer|Estimator|Tuner)$/.test(made)) return true;
  if (imports.has("mmengine") && /runner$/i.test(receiver)) return true;
  // Without arguments it only switches a mode.
  const hasArguments = (node.childForFieldName("arguments")?.namedChildCount ?? 0) > 0;
  return hasArguments && trainsByArguments.some((each) => imports.has(each));
}

function prepares(receiver: string, made: string): boolean {
  return made === "" ? preparingName.test(receiver) : preparingClass.test(made);
}

/** What a name was made by: `trainer = SFTTrainer(…)` → SFTTrainer, and `PCA()` itself → PCA; empty where the text does not tell. */
function madeBy(receiver: string, assigned: Scan["assigned"]): string {
  if (receiver.endsWith("()")) return receiver.slice(0, -2);
  const assignment = assigned.get(receiver)?.text.slice(0, 300) ?? "";
  return /^[\w.]+\s*(?::[^=]*)?=\s*([\w.]+)\(/.exec(assignment)?.[1] ?? "";
}

/** One step of gradient descent, in the words of the frameworks. */
function updatesWeights({ name, last }: Call, { imports }: Scan): boolean {
  if (last === "backward" || last === "apply_gradients" || last === "manual_backward")
    return name.includes(".");
  if (last === "step") return /(?:^|\.|_)(?:optim\w*|opt|trainer)\.step$/.test(name);
  return imports.has("jax") && (last === "value_and_grad" || last === "apply_updates");
}

/** A loop that counts and prints a metric, or prints a loss at all: how a trainer without any framework looks. */
function isTrainingLoop({ call, mentions, text }: Emission): boolean {
  const loop = call.scope.loop;
  if (loop === null) return false;
  if (mentions.some(({ key }) => falling.test(key) && !/^(?:test|eval)/i.test(key))) return true;
  return mentions.some(({ key }) => quality.test(key)) && (counting.test(loop) || counting.test(text));
}

/** Whether it is given anything on its command line, as far as its text tells. */
export function readsCommandLine({ imports, calls }: Scan, text: string): boolean {
  const parses = /^(?:parse(?:_known)?_args|get_args|LightningCLI|HfArgumentParser|TrlParser)$/;
  if (interfaces.some((each) => imports.has(each)) || calls.some(({ last }) => parses.test(last)))
    return true;
  return /\bsys\.argv\s*(?:\[|\))/.test(text);
}

/** `train(args)`, `engine.train_one_epoch(…)` of an imported module; `model.train()` only switches a mode. */
function isTrainingName({ name, last }: Call, { imports }: Scan): boolean {
  return trainingName.test(last) && (name === last || imports.has(name.slice(0, -last.length - 1)));
}

/** "train(…)" means training only in a file that has something else to do with it. */
function hasContext({ imports }: Scan, emitted: readonly Emission[]): boolean {
  if ([...frameworks, ...interfaces].some((each) => imports.has(each))) return true;
  return emitted.some(({ mentions }) => mentions.some(({ key }) => falling.test(key) || quality.test(key)));
}

/**
 * Functions that a run of the file gets to, by name: called, or handed over (`app.run(main)`, `study.optimize(objective)`). Methods
 * count by their name alone, which is enough to tell a library from a script.
 */
function reachedFunctions(
  { calls, functions, classes, definitions, decorated }: Scan,
  text: string,
): ReadonlySet<string> {
  const mentioned = new Map<string | null, Set<string>>();
  for (const { node, last, scope } of calls) {
    const names = mentioned.get(scope.function) ?? new Set<string>();
    mentioned.set(scope.function, names);
    if (functions.has(last)) names.add(last);
    const handed = handedOver(node, text);
    for (const name of handed) if (functions.has(name)) names.add(name);
    // Without an argument it offers every function of the file, with a class what that one can do.
    if (last === "Fire" && node.text.endsWith("Fire()"))
      for (const name of definitions.keys()) names.add(name);
    else if (last === "Fire" && handed.some((name) => classes.has(name)))
      for (const name of functions) if (!definitions.has(name)) names.add(name);
  }
  const reached = new Set<string>(commands(decorated, calls));
  const open: (string | null)[] = [null, ...reached];
  for (let at = 0; at < open.length; at++) {
    for (const name of mentioned.get(open[at] ?? null) ?? []) {
      if (reached.has(name)) continue;
      reached.add(name);
      open.push(name);
    }
  }
  return reached;
}

/** Names given as arguments: `mp.spawn(train, nprocs=4)`, `wandb.agent(id, function=train)`, `CLI([train, test])`, `Fire({"fit": train})`. */
function handedOver(call: Node, text: string): readonly string[] {
  const given = text.slice(call.startIndex, Math.min(call.endIndex, call.startIndex + 200));
  return given.match(/(?<=[(,=[:]\s*)[A-Za-z_]\w*(?=\s*[,)\]}])/g) ?? [];
}

/**
 * Functions that nothing names but their decorator: subcommands (`@cli.command() def train()`) of a command line that is started at module
 * level, and what Sacred starts by itself (`@ex.automain`).
 */
function commands(decorated: readonly Node[], calls: readonly Call[]): readonly string[] {
  const started = new Set(calls.filter(({ scope }) => scope.function === null).map(({ name }) => name));
  return decorated.flatMap((node) => {
    const start = node.text.slice(0, 4_000);
    const [, owner = "", kind] = /^@(\w+)\.(command|default|callback|automain)\b/.exec(start) ?? [];
    const name = /^\s*(?:async\s+)?def\s+(\w+)/m.exec(start)?.[1];
    return name !== undefined && (kind === "automain" || started.has(owner)) ? [name] : [];
  });
}
