"""Fills an MLflow store by MLflow's own client and prints, as JSON, what was logged: told by the calls, not read back."""

import json
import math
import sys

import mlflow
from mlflow.entities import Metric, Param, RunTag
from mlflow.tracking import MlflowClient

BEGAN = 1_700_000_000_000
POINTS = 1500


def main(uri):
    mlflow.set_tracking_uri(uri)
    mlflow.set_registry_uri(uri)
    client = MlflowClient()
    said = {"runs": {}, "models": {}}
    vision = client.create_experiment("vision/sizes ä", tags={"team": "seeing"})
    other = client.create_experiment("other")

    def run(experiment, name, status=None, tags=None):
        made = client.create_run(experiment, start_time=BEGAN, tags={**(tags or {}), "mlflow.user": "ada"}, run_name=name)
        told = said["runs"][made.info.run_id] = {
            "name": name,
            "status": status or "RUNNING",
            "experiment": client.get_experiment(experiment).name,
            "metrics": {},
            "parameters": {},
            "tags": dict(tags or {}),
        }
        return made.info.run_id, told

    def metric(run_id, told, key, value, time, step):
        client.log_metric(run_id, key, value, time, step)
        told["metrics"].setdefault(key, []).append([step, time, number(value)])

    first, told = run(vision, "first", "FINISHED", {"mlflow.source.name": "train.py", "mlflow.note.content": "It # was: good"})
    points = [Metric("loss", 1 / (at + 1), BEGAN + at * 10, at) for at in range(POINTS)]
    for at in range(0, POINTS, 500):
        client.log_batch(first, metrics=points[at : at + 500])
    told["metrics"]["loss"] = [[each.step, each.timestamp, number(each.value)] for each in points]
    for at, value in enumerate([0.5, math.nan, 0.25, -1e-300, 1e300]):
        metric(first, told, "val/acc rate", value, BEGAN + at, at)
    for step in (7, 3, 3, 5, -2):
        metric(first, told, "unordered", step * 1.5, BEGAN + step, step)
    # A point that is logged twice is one, though files have it twice.
    told["metrics"]["unordered"].pop(1)
    parameters = {"lr": "0.001", "layers": "[64, 32]", "note/size": "two\nlines", "empty": "", "yes": "yes", "number": "007"}
    client.log_batch(first, params=[Param(key, value) for key, value in parameters.items()], tags=[RunTag("stage", "a: b # c")])
    told["parameters"] = parameters
    told["tags"]["stage"] = "a: b # c"
    client.log_text(first, "hello\n", "notes/readme.txt")
    told["artifacts"] = {"notes/readme.txt": "hello\n"}
    data_set(client, first, told)
    client.set_terminated(first, "FINISHED", BEGAN + 60_000)

    child, told = run(vision, "child", "FAILED", {"mlflow.parentRunId": first})
    metric(child, told, "loss", 3.5, BEGAN, 0)
    client.set_terminated(child, "FAILED", BEGAN + 1_000)
    killed, told = run(other, "killed", "KILLED")
    client.set_terminated(killed, "KILLED", BEGAN + 2_000)
    _, told = run(other, "still running")
    gone, _ = run(other, "deleted")
    client.delete_run(gone)
    del said["runs"][gone]

    models(client, first, said["models"])
    if hasattr(client, "create_logged_model"):
        logged_models(client, vision, first, said)
    print(json.dumps(said))


def number(value):
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value


def data_set(client, run_id, told):
    from mlflow.entities import Dataset, DatasetInput, InputTag

    entity = Dataset("iris", "abc123", "local", '{"uri": "data/iris.csv"}', '{"columns": 4}', '{"rows": 150}')
    client.log_inputs(run_id, [DatasetInput(entity, [InputTag("mlflow.data.context", "training")])])
    told["inputs"] = [["iris", "abc123", "training"]]


def models(client, run_id, said):
    name = "iris model"
    client.create_registered_model(name, tags={"owner": "ada"}, description="Tells flowers apart.")
    source = client.get_run(run_id).info.artifact_uri + "/notes"
    for text in ("first", "second", "third"):
        client.create_model_version(name, source, run_id, description=text, tags={"n": text})
    client.delete_model_version(name, "2")
    client.set_registered_model_alias(name, "champion", "3")
    said[name] = {"versions": {"1": "first", "3": "third"}, "aliases": {"champion": 3}, "tags": {"owner": "ada"}, "run": run_id}
    client.create_registered_model("empty")
    said["empty"] = {"versions": {}, "aliases": {}, "tags": {}, "run": None}


def logged_models(client, experiment, run_id, said):
    from mlflow.entities import LoggedModelOutput

    model = client.create_logged_model(experiment, name="net", source_run_id=run_id, params={"depth": "3"}, tags={"kind": "cnn"}, model_type="agent")
    client.log_outputs(run_id, [LoggedModelOutput(model.model_id, 4)])
    client.log_batch(
        run_id,
        metrics=[Metric("f1", 0.75, BEGAN, 4, model_id=model.model_id, dataset_name="iris", dataset_digest="abc123", run_id=run_id)],
    )
    client.finalize_logged_model(model.model_id, "READY")
    said["runs"][run_id]["metrics"]["f1"] = [[4, BEGAN, 0.75]]
    said["loggedModels"] = {model.model_id: {"name": "net", "run": run_id, "f1": 0.75, "parameters": {"depth": "3"}, "tags": {"kind": "cnn"}}}


if __name__ == "__main__":
    main(*sys.argv[1:])
