"""Logs with TensorBoard's writer, W&B offline or DVCLive and prints, as JSON, what was logged: told by the calls, not read back."""

import json
import math
import os
import struct
import sys


def tensorboard(folder):
    from tensorboardX import SummaryWriter

    said = {"metrics": {}, "parameters": {"lr": "0.01", "layers": "3", "opt": "adam", "bias": "true"}}
    writer = SummaryWriter(os.path.join(folder, "runs", "exp1"))
    for step in range(2000):
        value = math.sin(step / 50) if step != 700 else math.nan
        writer.add_scalar("train/loss", value, step, walltime=1_700_000_000 + step / 4)
        put(said, "train/loss", step, 1_700_000_000_000 + step * 250, single(value))
    writer.add_scalar("größe", 1e30, 5, walltime=1_700_000_000.5)
    put(said, "größe", 5, 1_700_000_000_500, single(1e30))
    writer.add_text("note", "some words")
    writer.add_histogram("weights", [1.0, 2.0, 3.0], 1)
    writer.add_hparams({"lr": 0.01, "layers": 3, "opt": "adam", "bias": True}, {"final": 0.5}, name="1700000000.25")
    put(said, "final", 0, None, 0.5)
    writer.close()
    return said


def wandb(folder):
    import wandb as client

    os.environ["WANDB_SILENT"] = "true"
    said = {"metrics": {}, "parameters": {"lr": "0.1", "model.depth": "4", "layers": "[1,2]", "name": "größe"}}
    run = client.init(
        mode="offline", project="flowers", name="first", dir=folder, tags=["a", "b"], notes="It was good.",
        config={"lr": 0.1, "model": {"depth": 4}, "layers": [1, 2], "name": "größe"},
    )
    for step in range(1200):
        run.log({"loss": 1 / (step + 1), "val": {"acc": step / 7}})
        put(said, "loss", step, None, 1 / (step + 1))
        put(said, "val.acc", step, None, step / 7)
    run.log({"odd": math.nan}, step=1300)
    put(said, "odd", 1300, None, math.nan)
    run.log({"odd": -math.inf, "words": "text"}, step=1301)
    put(said, "odd", 1301, None, -math.inf)
    run.finish()
    return said


def dvclive(folder):
    from dvclive import Live

    said = {"metrics": {}, "parameters": {"lr": "0.1", "model.depth": "4"}}
    os.chdir(folder)
    with Live(save_dvc_exp=False, report=None, dvcyaml=None) as live:
        live.log_params({"lr": 0.1, "model": {"depth": 4}})
        for step in range(30):
            live.log_metric("loss", 1 / (step + 1))
            live.log_metric("val/acc", step / 7)
            put(said, "loss", step, None, 1 / (step + 1))
            put(said, "val/acc", step, None, step / 7)
            live.next_step()
        live.log_metric("test", 0.25, plot=False)
        put(said, "test", 29, None, 0.25)
    return said


def single(value):
    return struct.unpack("f", struct.pack("f", value))[0]


def put(said, key, step, time, value):
    said["metrics"].setdefault(key, []).append([step, time, str(value) if not math.isfinite(value) else value])


if __name__ == "__main__":
    print(json.dumps({"tensorboard": tensorboard, "wandb": wandb, "dvclive": dvclive}[sys.argv[1]](os.getcwd())))
