"""Drives MLflow's own client against the server that MLFLOW_TRACKING_URI names, and prints what it read back as JSON."""

import json
import math
import os
import sys
import tempfile

import mlflow
from mlflow.tracking import MlflowClient

client = MlflowClient()
generation = int(mlflow.__version__.split(".")[0])
seen = {}


def write(path, text):
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def fluent():
    experiment = mlflow.set_experiment("fluent")
    with mlflow.start_run(run_name="outer", tags={"given": "yes"}) as outer:
        mlflow.log_param("lr", 0.1)
        mlflow.log_params({"depth": 3, "text": "a b"})
        for step in range(20):
            mlflow.log_metric("loss", 1 / (step + 1), step=step)
        mlflow.log_metrics({"acc": 0.9, "nan": math.nan, "inf": math.inf})
        mlflow.set_tags({"a": "1", "b": "2"})
        mlflow.log_text("hällo", "notes/a.txt")
        mlflow.log_dict({"x": 1}, "config.json")
        with tempfile.TemporaryDirectory() as folder:
            write(os.path.join(folder, "one.txt"), "1")
            write(os.path.join(folder, "two.txt"), "22")
            mlflow.log_artifacts(folder, "many")
        with mlflow.start_run(nested=True, run_name="inner") as inner:
            mlflow.log_metric("loss", 5)
    run = mlflow.get_run(outer.info.run_id)
    with mlflow.start_run(run_id=outer.info.run_id):
        mlflow.log_metric("again", 1)
    seen["fluent"] = {
        "experiment": experiment.name == "fluent" and mlflow.get_experiment(experiment.experiment_id).name,
        "status": run.info.status,
        "params": run.data.params,
        "loss": run.data.metrics["loss"],
        "nan": math.isnan(run.data.metrics["nan"]),
        "inf": run.data.metrics["inf"] > 1e308,
        "tags": {key: run.data.tags[key] for key in ("given", "a", "b", "mlflow.runName")},
        "parent": mlflow.get_run(inner.info.run_id).data.tags["mlflow.parentRunId"] == outer.info.run_id,
        "history": len(client.get_metric_history(outer.info.run_id, "loss")),
        "files": sorted(file.path for file in client.list_artifacts(outer.info.run_id)),
        "many": sorted((file.path, file.file_size) for file in client.list_artifacts(outer.info.run_id, "many")),
        "text": mlflow.artifacts.load_text("runs:/%s/notes/a.txt" % outer.info.run_id),
        "resumed": mlflow.get_run(outer.info.run_id).data.metrics["again"],
    }
    return experiment.experiment_id


def searching(experiment_id):
    for at in range(25):
        run = client.create_run(experiment_id, run_name="s%02d" % at)
        client.log_batch(
            run.info.run_id,
            metrics=[mlflow.entities.Metric("score", at % 7, 1, 0)],
            params=[mlflow.entities.Param("odd", str(at % 2))],
        )
        client.set_terminated(run.info.run_id)
    names, token = [], None
    while True:
        page = client.search_runs(
            [experiment_id],
            filter_string="params.odd = '1' and attributes.run_name LIKE 's%'",
            order_by=["metrics.score DESC", "attributes.run_name ASC"],
            max_results=5,
            page_token=token,
        )
        names += [run.info.run_name for run in page]
        token = page.token
        if not token:
            break
    expected = sorted((at for at in range(25) if at % 2), key=lambda at: (-(at % 7), at))
    seen["search"] = {"pages": names == ["s%02d" % at for at in expected], "count": len(names)}
    frame_free = mlflow.search_runs([experiment_id], "metrics.score > 5", output_format="list")
    seen["search"]["high"] = len(frame_free)


def clients():
    experiment_id = client.create_experiment("client api", tags={"k": "v"})
    run = client.create_run(experiment_id, start_time=1000)
    run_id = run.info.run_id
    client.log_param(run_id, "p", "1")
    try:
        client.log_param(run_id, "p", "2")
        seen["once"] = "no"
    except mlflow.exceptions.MlflowException as error:
        seen["once"] = error.error_code
    client.set_tag(run_id, "t", "v")
    client.delete_tag(run_id, "t")
    client.update_run(run_id, status="FAILED", name="renamed")
    client.rename_experiment(experiment_id, "client api 2")
    client.delete_run(run_id)
    gone = [found.info.run_id for found in client.search_runs([experiment_id])]
    client.restore_run(run_id)
    client.set_experiment_tag(experiment_id, "more", "x")
    experiment = client.get_experiment_by_name("client api 2")
    found = client.get_run(run_id)
    seen["client"] = {
        "gone": gone,
        "run": [found.info.run_name, found.info.status, "t" in found.data.tags],
        "tags": experiment.tags,
    }
    try:
        client.get_run("nothing")
    except mlflow.exceptions.MlflowException as error:
        seen["missing"] = [error.error_code, str(error)[-30:]]


def asynchronous():
    if not hasattr(mlflow, "flush_async_logging"):
        return
    with mlflow.start_run() as run:
        for step in range(50):
            mlflow.log_metric("async", step, step=step, synchronous=False)
        mlflow.flush_async_logging()
    seen["async"] = len(client.get_metric_history(run.info.run_id, "async"))


def data_sets():
    if generation < 3:
        return
    from mlflow.data.http_dataset_source import HTTPDatasetSource
    from mlflow.data.meta_dataset import MetaDataset

    with mlflow.start_run() as run:
        mlflow.log_input(MetaDataset(HTTPDatasetSource("https://example.com/a.csv"), name="meta"), context="train")
    inputs = client.get_run(run.info.run_id).inputs.dataset_inputs
    seen["inputs"] = [[one.dataset.name, [[tag.key, tag.value] for tag in one.tags]] for one in inputs]


def models():
    if generation < 3:
        return
    import numpy
    from mlflow import sklearn
    from sklearn.linear_model import LinearRegression

    os.environ["MLFLOW_ENABLE_SYSTEM_METRICS_LOGGING"] = "false"
    mlflow.autolog(log_datasets=False, silent=True)
    features = numpy.arange(20).reshape(10, 2)
    with mlflow.start_run() as run:
        LinearRegression().fit(features, features.sum(axis=1))
    autologged = client.get_run(run.info.run_id)
    mlflow.autolog(disable=True)
    with mlflow.start_run() as run:
        fitted = LinearRegression().fit(features, features.sum(axis=1))
        info = sklearn.log_model(fitted, name="model")
        mlflow.log_metric("rmse", 0.1, model_id=info.model_id)
    loaded = mlflow.pyfunc.load_model(info.model_uri)
    by_run = mlflow.pyfunc.load_model("runs:/%s/model" % run.info.run_id)
    found = mlflow.search_logged_models(
        experiment_ids=[run.info.experiment_id], filter_string="metrics.rmse < 1", output_format="list"
    )
    seen["models"] = {
        "autolog": "training_score" in autologged.data.metrics,
        "outputs": len(autologged.outputs.model_outputs),
        "loaded": round(float(loaded.predict(features)[3])),
        "by_run": round(float(by_run.predict(features)[3])),
        "status": str(mlflow.get_logged_model(info.model_id).status.value),
        "found": [model.name for model in found],
    }


experiment_id = fluent()
searching(experiment_id)
clients()
asynchronous()
data_sets()
models()
sys.stdout.write("\n" + json.dumps(seen) + "\n")
