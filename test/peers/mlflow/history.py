"""MLflow's metric history in SQLite: history.py <folder> <values file> <series> <points>.

The rows are put into its tables directly, since its own way of logging would take minutes; what is timed is its own reading, as its
page and its client ask for it, and the logging of a few points as its client does it."""

import json
import logging
import sqlite3
import struct
import sys
import time

logging.disable(logging.WARNING)

from mlflow.entities import Metric  # noqa: E402
from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore  # noqa: E402

PAGE_ASKS = 320
LOGGED = 2000

folder, source, series, points = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
store = SqlAlchemyStore("sqlite:///" + folder + "/mlflow.db", folder + "/artifacts")


def new_run(name):
    return store.create_run("0", "bench", 1700000000000, [], name).info.run_id


def timed(work):
    began = time.perf_counter()
    result = work()
    return time.perf_counter() - began, result


runs = [new_run("run%d" % index) for index in range(series)]
database = sqlite3.connect(folder + "/mlflow.db")
with open(source, "rb") as file, database:
    for run in runs:
        values = struct.unpack("<%df" % points, file.read(4 * points))
        database.executemany(
            "insert into metrics (key, value, timestamp, run_uuid, step, is_nan) values ('loss', ?, ?, ?, ?, 0)",
            ((value, 1700000000000 + 40 * step, run, step) for step, value in enumerate(values)),
        )
database.close()

page = lambda: store.get_metric_history_bulk_interval(runs, "loss", PAGE_ASKS, None, None)  # noqa: E731
first_seconds, _ = timed(page)
again = sorted(timed(page)[0] for _ in range(3))
kept = {run: [] for run in runs}
for metric in page():
    kept[metric.run_id].append([metric.step, metric.value])
whole_seconds, whole = timed(lambda: [list(store.get_metric_history(run, "loss")) for run in runs])

logged = new_run("logged")
batch = [Metric("loss", 0.5, 1700000000000 + step, step) for step in range(LOGGED)]
log_seconds, _ = timed(
    lambda: [store.log_batch(logged, batch[at : at + 1000], [], []) for at in range(0, LOGGED, 1000)]
)

print(
    json.dumps(
        {
            "page": {"seconds": again[1], "first": first_seconds, "runs": list(kept.values())},
            "whole": {
                "seconds": whole_seconds,
                "runs": [[[metric.step, metric.value] for metric in run] for run in whole],
            },
            "logged_per_second": LOGGED / log_seconds,
        }
    )
)
