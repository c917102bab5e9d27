"""Runs put straight into the tables of an MLflow database, which would take its API an hour: mlflow_fill.py <database> <experiment> <runs>
<metrics> <points of the long series>. Prints the id of the run with the long series."""

import math
import sqlite3
import sys

path, name, runs, metrics, points = sys.argv[1], sys.argv[2], *map(int, sys.argv[3:6])
start = 1700000000000
long_run = "f" * 32


def value(step, seed):
    noise = abs(math.sin((step + seed * 131) * 12.9898) * 43758.5453) % 1
    return round(2 / (1 + step / 500) + noise * 0.2, 4)


with sqlite3.connect(path) as database:
    experiment = database.execute("select experiment_id from experiments where name = ?", (name,)).fetchone()[0]
    ids = ["%032x" % number for number in range(runs)] + [long_run]
    database.executemany(
        "insert into runs (run_uuid, name, source_type, user_id, status, start_time, end_time, lifecycle_stage,"
        " artifact_uri, experiment_id) values (?, ?, 'LOCAL', 'ana', 'FINISHED', ?, ?, 'active', ?, ?)",
        (
            (each, "run-%05d" % at, start + at * 1000, start + at * 1000 + 40, "mlflow-artifacts:/" + each, experiment)
            for at, each in enumerate(ids)
        ),
    )
    every = [
        ("metric_%d" % at, value(0, run + at * 7919), start, 0, 0, each)
        for run, each in enumerate(ids[:-1])
        for at in range(metrics)
    ]
    every.append(("loss", value(points - 1, 0), start, points - 1, 0, long_run))
    columns = "(key, value, timestamp, step, is_nan, run_uuid) values (?, ?, ?, ?, ?, ?)"
    database.executemany("insert into latest_metrics " + columns, every)
    database.executemany("insert into metrics " + columns, every[:-1])
    database.executemany(
        "insert into metrics " + columns,
        (("loss", value(step, 0), start + step * 40, step, 0, long_run) for step in range(points)),
    )
    names = ("learning_rate", "batch_size", "depth", "optimizer", "seed")
    database.executemany(
        "insert into params (key, value, run_uuid) values (?, ?, ?)",
        ((key, str(run * (at + 3) % 17), each) for run, each in enumerate(ids) for at, key in enumerate(names)),
    )
    database.executemany(
        "insert into tags (key, value, run_uuid) values ('mlflow.runName', ?, ?)",
        (("run-%05d" % at, each) for at, each in enumerate(ids)),
    )
print(long_run)
