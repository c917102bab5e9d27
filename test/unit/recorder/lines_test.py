"""What a line of output means. Tables: a text of one or more lines, and the points it must give; no points
where it must give none."""

import math
import unittest

from runline_recorder.lines import MAX_LINE, Lines, compiled

# name, output, expected [(step, {key: value})]
POINTS = [
    ("plain step", "step 100: loss 2.3", [(100, {"loss": 2.3})]),
    ("sample script", "step 3: val_acc 0.943", [(3, {"val_acc": 0.943})]),
    ("several", "step=5 loss=0.5 acc=0.9 lr=1e-3", [(5, {"loss": 0.5, "acc": 0.9, "lr": 0.001})]),
    ("commas", "Step 7, Loss: 0.25, Accuracy: 91.5%", [(7, {"Loss": 0.25, "Accuracy": 91.5})]),
    ("pipes", "| step 10 | loss 1.5 | ppl 4.48 | lr 0.1 |", [(10, {"loss": 1.5, "ppl": 4.48, "lr": 0.1})]),
    ("epoch of", "epoch 3/10 loss=0.1 acc=0.9", [(3, {"loss": 0.1, "acc": 0.9})]),
    ("epoch in brackets", "Epoch [3/10], Loss: 0.4", [(3, {"Loss": 0.4})]),
    ("epoch and step of", "Epoch [2/5], Step [100/600], Loss: 0.5", [(700, {"Loss": 0.5})]),
    ("epoch and global step", "epoch 2 step 100 loss 0.5", [(100, {"loss": 0.5})]),
    (
        "nanoGPT iter",
        "iter 100: loss 2.3456, time 123.45ms, mfu 12.30%",
        [(100, {"loss": 2.3456, "time": 123.45, "mfu": 12.3})],
    ),
    ("nanoGPT eval", "step 250: train loss 2.1, val loss 2.2", [(250, {"train_loss": 2.1, "val_loss": 2.2})]),
    (
        "PyTorch MNIST example",
        "Train Epoch: 1 [640/60000 (1%)]\tLoss: 0.512000",
        [(640, {"Train_Loss": 0.512})],
    ),
    (
        "PyTorch MNIST test",
        "Test set: Average loss: 0.0267, Accuracy: 9914/10000 (99%)",
        [(None, {"Test_Average_loss": 0.0267, "Test_Accuracy": 0.9914})],
    ),
    (
        "PyTorch ImageNet example",
        "Epoch: [0][  10/5005]\tTime  0.345 ( 0.512)\tLoss 6.9123e+00 (6.9534e+00)\tAcc@1   0.00 (  0.12)",
        [(10, {"Time": 0.345, "Loss": 6.9123, "Acc@1": 0.0})],
    ),
    ("torchvision tutorial", "train Loss: 0.5 Acc: 0.8", [(None, {"train_Loss": 0.5, "train_Acc": 0.8})]),
    ("no step", "loss: 0.1 - acc: 0.9", [(None, {"loss": 0.1, "acc": 0.9})]),
    ("phase", "val: loss=0.1 acc=0.5", [(None, {"val_loss": 0.1, "val_acc": 0.5})]),
    ("qualifiers", "Final test accuracy: 97.5%", [(None, {"Final_test_accuracy": 97.5})]),
    ("two words", "F1 score: 0.8183", [(None, {"F1_score": 0.8183})]),
    ("two words that are names", "ROC AUC: 0.90", [(None, {"ROC_AUC": 0.9})]),
    ("spread", "CV accuracy: 0.817 (+/- 0.022)", [(None, {"CV_accuracy": 0.817})]),
    ("bare spread", "CV accuracy: 0.817 +/- 0.022", [(None, {"CV_accuracy": 0.817})]),
    ("three words", "Mean absolute error: 0.25", [(None, {"Mean_absolute_error": 0.25})]),
    ("phase and words", "test F1 score = 0.5", [(None, {"test_F1_score": 0.5})]),
    ("words after a step", "Epoch 3: F1 score: 0.5, loss: 0.1", [(3, {"F1_score": 0.5, "loss": 0.1})]),
    ("indented words", "  - Model A accuracy: 0.5", [(None, {"Model_A_accuracy": 0.5})]),
    ("a name with a digit", "val_f1: 0.5", [(None, {"val_f1": 0.5})]),
    ("figures and a rate", "loss 0.5 12 it/s", [(None, {"loss": 0.5})]),
    ("four words", "one two three accuracy: 0.5", [(None, {"accuracy": 0.5})]),
    ("words of a sentence", "The new loss: 0.5", [(None, {"loss": 0.5})]),
    ("words of a logger", "INFO accuracy: 0.5", [(None, {"accuracy": 0.5})]),
    ("words of a phase", "Test set accuracy: 0.5", [(None, {"Test_accuracy": 0.5})]),
    (
        "learning rate",
        "epoch 4: learning rate 0.01, grad norm 1.5",
        [(4, {"learning_rate": 0.01, "grad_norm": 1.5})],
    ),
    ("scientific", "step 1: loss 1.5e-05", [(1, {"loss": 1.5e-05})]),
    ("minus", "step 1: reward -12.5", [(1, {"reward": -12.5})]),
    ("infinite", "step 2: loss inf, val_loss -inf", [(2, {"loss": math.inf, "val_loss": -math.inf})]),
    ("not a number", "step 2: loss nan", [(2, {"loss": math.nan})]),
    ("NaN spelled big", "step 2: loss=NaN acc=0.1", [(2, {"loss": math.nan, "acc": 0.1})]),
    (
        "torch value",
        "step 2: loss=tensor(0.5432, device='cuda:0', grad_fn=<NllLossBackward0>)",
        [(2, {"loss": 0.5432})],
    ),
    ("numpy value", "step 2: loss=np.float64(0.5)", [(2, {"loss": 0.5})]),
    ("logger", "2026-01-02 12:00:00,123 INFO train: step 100 loss 0.5", [(100, {"loss": 0.5})]),
    ("logging default", "INFO:root:step 4 loss=0.5", [(4, {"loss": 0.5})]),
    ("hydra logger", "[2026-01-02 12:00:00,123][train][INFO] - step 4 loss=0.5", [(4, {"loss": 0.5})]),
    ("rank", "[rank0]: step 4 loss 0.5", [(4, {"loss": 0.5})]),
    ("colours", "\x1b[32mstep 4\x1b[0m loss \x1b[1m0.5\x1b[0m", [(4, {"loss": 0.5})]),
    ("best at", "Best accuracy: 0.95 at epoch 7", [(7, {"Best_accuracy": 0.95})]),
    ("thousands", "step 1,000: loss 0.5", [(1000, {"loss": 0.5})]),
    ("sentence end", "The final loss: 0.25.", [(None, {"final_loss": 0.25})]),
    ("xgboost", "[3]\ttrain-rmse:0.48\teval-rmse:0.50", [(3, {"train-rmse": 0.48, "eval-rmse": 0.5})]),
    (
        "lightgbm",
        "[10]\tvalid_0's l2: 0.24\tvalid_0's auc: 0.9",
        [(10, {"valid_0/l2": 0.24, "valid_0/auc": 0.9})],
    ),
    (
        "catboost",
        "0:\tlearn: 0.6\ttest: 0.5\tbest: 0.5 (0)\ttotal: 50ms\tremaining: 1s",
        [(0, {"learn": 0.6, "test": 0.5, "best": 0.5})],
    ),
    ("JSON", '{"step": 3, "loss": 0.5, "name": "x", "ok": true}', [(3, {"loss": 0.5})]),
    ("JSON global step", '{"global_step": 30, "epoch": 1, "loss": 0.5}', [(30, {"loss": 0.5})]),
    ("JSON epoch", '{"epoch": 2, "loss": 0.5}', [(2, {"loss": 0.5})]),
    (
        "JSON nested",
        '{"step": 1, "train": {"loss": 0.5}, "val": {"loss": 0.6}}',
        [(1, {"train/loss": 0.5, "val/loss": 0.6})],
    ),
    (
        "JSON not finite",
        '{"step": 1, "loss": NaN, "x": "-Infinity"}',
        [(1, {"loss": math.nan, "x": -math.inf})],
    ),
    (
        "JSON time is no metric",
        '{"step": 1, "loss": 0.5, "timestamp": 1700000000.5, "pid": 12}',
        [(1, {"loss": 0.5})],
    ),
    ("JSON after text", 'metrics: {"step": 1, "loss": 0.5}', [(1, {"loss": 0.5})]),
    (
        "Trainer",
        "{'loss': 1.2345, 'grad_norm': 0.5, 'learning_rate': 5e-05, 'epoch': 0.5}",
        [(None, {"loss": 1.2345, "grad_norm": 0.5, "learning_rate": 5e-05, "epoch": 0.5})],
    ),
    (
        "Trainer text values",
        "{'loss': '1.5', 'eval_loss': 0.5, 'epoch': 1.0}",
        [(None, {"eval_loss": 0.5, "epoch": 1.0})],
    ),
    ("dict not a number", "{'loss': nan, 'epoch': 3}", [(3, {"loss": math.nan})]),
    ("dict numpy 2", "{'step': 4, 'loss': np.float64(0.25)}", [(4, {"loss": 0.25})]),
    ("dict nested", "{'step': 4, 'val': {'acc': 0.5, 'names': ['a']}}", [(4, {"val/acc": 0.5})]),
    (
        "tqdm postfix",
        " 12%|█▏        | 12/100 [00:01<00:08, 10.0it/s, loss=0.5, acc=0.9]",
        [(12, {"loss": 0.5, "acc": 0.9})],
    ),
    (
        "tqdm with epochs",
        "Epoch 1:  10%|█ | 1/10 [00:01<00:08, 1it/s, loss=0.5]\n"
        "Epoch 2:  20%|█ | 2/10 [00:01<00:08, 1it/s, loss=0.4]",
        [(1, {"loss": 0.5}), (12, {"loss": 0.4})],
    ),
    (
        "Lightning",
        "Epoch 0:  50%|█████     | 50/100 [00:01<00:01, 40.0it/s, v_num=0, train_loss=0.5]",
        [(50, {"train_loss": 0.5})],
    ),
    (
        "MLflow's evaluation",
        "Evaluating: 100%|███| 3/3 [Elapsed: 00:01, Remaining: 00:00] [predict_fn: 75%, scorers: 25%]",
        [],
    ),
    (
        "a bar that repeats itself",
        "100%|██| 2/2 [00:01<00:00, 1it/s, loss=0.5]\r100%|██| 2/2 [00:01<00:00, 1it/s, loss=0.5]",
        [(2, {"loss": 0.5})],
    ),
    (
        "Keras 2",
        "Epoch 3/10\n  1/938 [....] - ETA: 3s - loss: 0.9 - accuracy: 0.1\n"
        "938/938 [==============================] - 3s 3ms/step - loss: 0.2 - accuracy: 0.9 - val_loss: 0.1",
        [(3, {"loss": 0.2, "accuracy": 0.9, "val_loss": 0.1})],
    ),
    (
        "Keras 3",
        "Epoch 1/2\n\x1b[1m938/938\x1b[0m \x1b[32m━━━━━━━━━━\x1b[0m\x1b[37m\x1b[0m \x1b[1m3s\x1b[0m"
        " 3ms/step - accuracy: 0.9 - loss: 0.3",
        [(1, {"accuracy": 0.9, "loss": 0.3})],
    ),
    (
        "Keras quiet",
        "Epoch 2/2\n938/938 - 3s - loss: 0.26 - accuracy: 0.92 - 3s/epoch - 3ms/step",
        [(2, {"loss": 0.26, "accuracy": 0.92})],
    ),
    (
        "repetition makes a metric",
        "alpha=0.5, beta=0.3\nalpha=0.6, beta=0.2",
        [(None, {"alpha": 0.5, "beta": 0.3}), (None, {"alpha": 0.6, "beta": 0.2})],
    ),
    ("JSON without names we know", '{"a": 1.5}\n{"a": 2.5}', [(None, {"a": 1.5}), (None, {"a": 2.5})]),
]

NOTHING = """
I wrote loss 5 times
Epoch 00001: val_loss improved from inf to 0.25, saving model to best.h5
Epoch 5: reducing learning rate of group 0 to 1.0000e-04.
Gradient overflow. Skipping step, loss scaler 0 reducing loss scale to 32768.0
EarlyStopping counter: 3 out of 10
step 5: saving the model to out: 3 files
Epoch 1: train.csv: 500 rows
INFO 12:30:45 worker 3: 12 tasks
HTTP request took 0.25 seconds
loaded 3 shards in 0.5s (6.0/s)
GPU 0: NVIDIA A100, 40 C, 80 W
Loading 60000 images from data/train
Found 10 images in 3 folders
Downloading: 45%
Downloading: 100%|██████████| 170M/170M [00:04<00:00, 35MB/s]
100%|██████████| 10/10 [00:00<00:00, 5.0it/s]
Batch size: 32
Learning rate: 0.001
Namespace(lr=0.1, epochs=10, loss='ce')
Namespace(lr=0.1, loss=0.5)
SGD(lr=0.1, momentum=0.9)
Linear(in_features=10, out_features=5, bias=True)
  (fc): Linear(in_features=10, out_features=5, bias=True)
Serving on http://localhost:6006/
listening on host:8080
http://user:pass@example.org:8080/loss=1
Saving to runs/lr=0.1/ckpt-3.pt
saved models/step=100-loss=0.25.ckpt
Saved checkpoint at step 100
Epoch 3 finished in 12.3s
Epoch 3/10
Step 3 of 5: installing 12 packages
[12/100] Building CXX object foo.o
Traceback (most recent call last):
  File "/home/u/train.py", line 42, in <module>
train.py:42: UserWarning: lr_scheduler.step() called 3 times
ValueError: expected 3 values, got 4
RuntimeError: CUDA out of memory. Tried to allocate 2.00 GiB (GPU 0; 79.15 GiB total capacity)
Error: 404 Not Found
return code: 1
process exited with exit code=1
    return 0
    accuracy                           0.82       600
   macro avg       0.82      0.81      0.81       600
accuracy 0.82 600
loss 0.5 0.4 0.3
version: 1.2.3
torch==2.1.0
Python 3.11.4 (main, Jun  7 2023, 10:13:09) [GCC 12.2.0]
date: 2026-01-02
time: 12:30:45
2026-01-02 12:30:45,123 INFO starting run 5
The loss is computed over 3 batches
a loss of 3 points
loss function: 3 terms and many more words than a metric line would have here
learning rate will be 0.1
{"lr": 0.1, "epochs_total": 10, "batch_size": 32}
{'a': 1}
{not json}
{}
[1, 2, 3]
key: value
seed=42
seed: 1234
params: 1,234,567
Model size: 12.3 MB
eta: 0:10:00
GPU 0: 40 C
10.0.0.1 - - [02/Jan/2026] "GET / HTTP/1.1" 200 5
total 48
-rw-r--r-- 1 u u 1234 Jan 2 12:00 loss.txt
loss.py:42: note
diff --git a/loss.py b/loss.py
@@ -1,3 +1,4 @@ loss = 0.5 * x
  loss = 0.5 * x
""".strip("\n").split("\n")


def points(text, patterns=()):
    lines = Lines(compiled(patterns)[0])
    found = []
    for line in text.replace("\r", "\n").split("\n"):
        found.extend(lines.parse(line))
    return found


def plain(found):
    """NaN equals nothing; as text it can be compared."""
    return [(step, {key: repr(value) for key, value in values.items()}) for step, values in found]


class Table(unittest.TestCase):
    maxDiff = None


def _add(name, text, expected):
    def case(self):
        self.assertEqual(
            plain(points(text)),
            plain([(step, {k: float(v) for k, v in values.items()}) for step, values in expected]),
        )

    setattr(Table, "test_" + name, case)


for _name, _text, _expected in POINTS:
    _add("metric: " + _name, _text, _expected)
for _line in NOTHING:
    _add("no metric: " + _line.strip(), _line, [])


class Rules(unittest.TestCase):
    def test_traceback_lines_of_code_are_no_metrics(self):
        self.assertEqual(points('  File "a.py", line 3, in f\n    loss = 0.5\nValueError: no'), [])

    def test_a_configuration_printed_once_is_no_metric(self):
        self.assertEqual(points("alpha=0.5, beta=0.3\nalpha=0.5, beta=0.3"), [])

    def test_project_pattern_with_key_and_value(self):
        self.assertEqual(
            points("K<loss>=0.5 @7", [r"K<(?<key>\w+)>=(?<value>\S+) @(?<step>\d+)"]), [(7, {"loss": 0.5})]
        )

    def test_project_pattern_with_names(self):
        self.assertEqual(points("wer was 12.5%", [r"wer was (?P<wer>[\d.]+%)"]), [(None, {"wer": 12.5})])

    def test_invalid_patterns_are_said_and_left_out(self):
        good, problems = compiled(["(", r"no group \d+", r"(?P<a>\d)"])
        self.assertEqual((len(good), len(problems)), (1, 2))

    def test_any_text_is_survived_in_time(self):
        """Shapes on which careless patterns take for ever: found by their hanging, not by a clock."""
        pieces = [
            "{",
            "{'a': ",
            "=",
            "loss=",
            "a",
            "1 ",
            "loss 1 ",
            "a ",
            "step ",
            "step:",
            "[",
            "[ ",
            "(",
            "tensor(1,",
            "\x1b]",
            "\x1b[1",
            "1,234",
            "a=",
            "%|",
            "1/",
            "'",
        ]
        for size in (300, 4000, MAX_LINE):
            for piece in pieces:
                body = piece * (size // len(piece))
                for text in (
                    body,
                    "step" + body + "1",
                    body + "}",
                    "loss" + body + "1/2 10%|x| 1/2 [a",
                    "x" + " " * size + piece,
                ):
                    points(text)

    def test_huge_whole_numbers(self):
        self.assertEqual(points('{"step": 1, "loss": 1' + "0" * 400 + "}"), [])


if __name__ == "__main__":
    unittest.main()
