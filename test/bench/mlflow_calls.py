"""Times calls of MLflow's protocol: mlflow_calls.py <URI> <process group of the server> <experiment's name> <run of the long series> <its
key> <how often the slow ones>.

Prints [milliseconds until the answer, milliseconds of processor time of the server] by call, for bare requests and under "client" for
MLflow's own client. The second is the same on a busy machine."""

import http.client
import json
import logging
import os
import sys
import time
from statistics import median
from urllib.parse import urlencode, urlsplit

logging.disable(logging.WARNING)

import mlflow  # noqa: E402
from mlflow.entities import Metric  # noqa: E402

uri, group, experiment_name, long_run, long_key, often = sys.argv[1:7]
often = int(often)
tick_ms = 1000 / os.sysconf("SC_CLK_TCK")
os.environ["MLFLOW_TRACKING_URI"] = uri
place = urlsplit(uri)
connection = http.client.HTTPConnection(place.hostname, place.port, timeout=300)
headers = {"Content-Type": "application/json"}
token = os.environ.get("MLFLOW_TRACKING_TOKEN")
if token:
    headers["Authorization"] = "Bearer " + token
client = mlflow.MlflowClient(uri)
experiment = client.get_experiment_by_name(experiment_name).experiment_id


def call(method, name, body=None, **query):
    target = "/api/2.0/mlflow/" + name + ("?" + urlencode(query) if query else "")
    connection.request(method, target, json.dumps(body) if body is not None else None, headers)
    answer = connection.getresponse()
    data = answer.read()
    if answer.status != 200:
        raise SystemExit("%s: %d %s" % (name, answer.status, data[:500]))
    return data


def processor_ms():
    """What all processes of the server have used so far."""
    ticks = 0
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open("/proc/%s/stat" % name) as source:
                fields = source.read().rpartition(")")[2].split()
        except OSError:
            continue
        if fields[2] == group:
            ticks += sum(map(int, fields[11:13]))
    return ticks * tick_ms


def timed(times, work):
    """The middle of so many, and the processor time of one. What is quick is called once before, which does not count."""
    if times > 5:
        work(times)
    found = []
    before = processor_ms()
    for at in range(times):
        began = time.perf_counter()
        work(at)
        found.append((time.perf_counter() - began) * 1000)
    return median(found), (processor_ms() - before) / times


def search(limit, **more):
    return dict(experiment_ids=[experiment], max_results=limit, **more)


def walk(_):
    token, count = None, 0
    while True:
        page = json.loads(call("POST", "runs/search", search(1000, **({"page_token": token} if token else {}))))
        count += len(page["runs"])
        token = page.get("next_page_token")
        if not token:
            walked.append(count)
            return


walked = []
now = 1700000000000
condition = "metrics.metric_3 < 2.1 and params.depth = '4'"
order = ["metrics.metric_7 DESC"]
run = json.loads(call("POST", "runs/create", {"experiment_id": experiment, "start_time": now}))["run"]["info"]["run_id"]
point = lambda at: dict(key="loss", value=at / 7, timestamp=now + at, step=at)  # noqa: E731
batch = lambda at: {"run_id": run, "metrics": [point(at * 1000 + step) for step in range(1000)]}  # noqa: E731
wide = lambda at: {"run_id": run, "metrics": [dict(point(at), key="wide_%d" % name) for name in range(1000)]}  # noqa: E731
points = lambda at: [Metric("own", step / 7, now + step, at * 1000 + step) for step in range(1000)]  # noqa: E731
history = {"run_id": long_run, "metric_key": long_key, "max_results": 25000}
store = client._tracking_client.store

found = {
    "create": timed(20, lambda _: call("POST", "runs/create", {"experiment_id": experiment, "start_time": now})),
    "metric": timed(100, lambda at: call("POST", "runs/log-metric", dict(run_id=run, **point(at)))),
    "batch": timed(10, lambda at: call("POST", "runs/log-batch", batch(at))),
    "wide": timed(10, lambda at: call("POST", "runs/log-batch", wide(at))),
    # A few milliseconds each, of which the processor's clock tells tens.
    "search": timed(5 * often, lambda _: call("POST", "runs/search", search(100))),
    "ordered": timed(often, lambda _: call("POST", "runs/search", search(100, order_by=order))),
    "filtered": timed(5 * often, lambda _: call("POST", "runs/search", search(100, filter=condition))),
    "walk": timed(1, walk),
    "history": timed(often, lambda _: call("GET", "metrics/get-history", **history)),
    "client": {
        "metric": timed(100, lambda at: client.log_metric(run, "other", at, step=at)),
        "batch": timed(10, lambda at: client.log_batch(run, points(at))),
        "ordered": timed(often, lambda _: client.search_runs([experiment], order_by=order, max_results=100)),
        "history": timed(often, lambda _: store.get_metric_history(long_run, long_key, 25000, None)),
    },
    "walked": walked[-1],
}
print(json.dumps(found))
