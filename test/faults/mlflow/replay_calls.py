"""All that a script may say of runs and logged models, by the calls as they stand, also those that are refused."""

from replay_client import *

begin("vision/\u03b2")
base = made(
    "base",
    user_id="ada",
    tags=pairs(team="vision", empty="") + [{"key": "mlflow.source.name", "value": "/work/train.py"}, {"key": "mlflow.user", "value": "ada"}],
)

# Metrics.
for at, point in enumerate([
    metric("loss", 1.0),
    metric("loss", 0.5, 1, T + 1),
    metric("loss", 0.5, 1, T + 1),
    metric("loss", "NaN", 2, T + 2),
    metric("loss", "Infinity", 3, T + 3),
    metric("loss", "-Infinity", 3, T + 3),
    metric("loss", 0.25, -1, T + 4),
    metric("late", 2, 5, T + 5),
    metric("late", 1, 5, T + 4),
    metric("late", 3, 5, T + 5),
    metric("zero", 0.0),
    metric("zero", -0.0),
    metric("big", 1e300, 2**53 - 1),
    metric("text", "1.5", "7", str(T)),
    metric("a/b c-d.e:f", 1),
    metric("\u00e4\u00df\u4e2d", 1),
    metric("x" * 250, 1),
    metric("x" * 251, 1),
    metric("bad\nname", 1),
    metric("../up", 1),
    metric("", 1),
    metric("early", 1, 0, -1),
    metric("far", 1, 2**53),
    metric("word", "many"),
    {"key": "none", "timestamp": T},
    {"key": "never", "value": 1},
    {"key": "stepless", "value": 1, "timestamp": T},
]):
    post("metric %d" % at, "runs/log-metric", run_id=base, **point)
post("metric by uuid", "runs/log-metric", run_uuid=base, **metric("uuid", 1))
post("metric of nobody", "runs/log-metric", run_id="0" * 32, **metric("loss", 1))

# Parameters.
for key, value in (("lr", "0.1"), ("lr", "0.1"), ("lr", "0.2"), ("none", ""), ("long", "x" * 6001), ("emoji", "\U0001f600" * 3), ("api_key", "sk-abcdef"), ("token_dim", "512"), ("x" * 251, "1"), ("bad\tname", "1")):
    post("parameter %s %s" % (key[:10], value[:10]), "runs/log-parameter", run_id=base, key=key, value=value)
post("parameter without", "runs/log-parameter", run_id=base, key="void")

# Tags.
for key, value in (("stage", "one"), ("stage", "two"), ("blank", ""), ("long", "y" * 8001), ("password", "hunter2"), ("mlflow.note.content", "# Note"), ("mlflow.runName", "base line"), ("url", "https://u:pw@h/x?token=abc")):
    post("tag %s" % key, "runs/set-tag", run_id=base, key=key, value=value)
post("untag", "runs/delete-tag", run_id=base, key="blank")
post("untag again", "runs/delete-tag", run_id=base, key="blank")
post("tag again", "runs/set-tag", run_id=base, key="blank", value="back")

# Batches: all of one or nothing of it.
post("batch", "runs/log-batch", run_id=base, metrics=[metric("m%d" % (at % 5), at, at // 5, T + at) for at in range(40)], params=pairs(depth="3", width="4"), tags=pairs(kind="batch"))
post("batch again", "runs/log-batch", run_id=base, metrics=[metric("m%d" % (at % 5), at, at // 5, T + at) for at in range(40)], params=pairs(depth="3", width="4"), tags=pairs(kind="batch"))
post("batch that changes", "runs/log-batch", run_id=base, metrics=[metric("unseen", 1)], params=pairs(depth="4", fresh="1"), tags=pairs(unseen="1"))
post("batch of doubled", "runs/log-batch", run_id=base, params=[{"key": "twice", "value": "1"}, {"key": "twice", "value": "2"}])
post("batch of too many", "runs/log-batch", run_id=base, params=[{"key": "p%d" % at, "value": "1"} for at in range(101)])
post("batch with one bad", "runs/log-batch", run_id=base, metrics=[metric("unseen", 1), metric("bad\nname", 1)])
post("batch of one name", "runs/log-batch", run_id=base, metrics=[metric("one", at, 0, T) for at in range(4)])
post("batch of nothing", "runs/log-batch", run_id=base)

# Data sets.
post("inputs", "runs/log-inputs", run_id=base, datasets=[
    {"dataset": dataset("train", schema="{}", profile='{"rows": 3}'), "tags": pairs(**{"mlflow.data.context": "training"})},
    {"dataset": dataset("eval"), "tags": []},
])
post("inputs again", "runs/log-inputs", run_id=base, datasets=[{"dataset": dataset("train", source="y.csv"), "tags": pairs(**{"mlflow.data.context": "again"})}])
post("inputs without a name", "runs/log-inputs", run_id=base, datasets=[{"dataset": {"digest": "d", "source_type": "l", "source": "x"}}])

# Logged models, and what is measured on them.
net = model("net", source_run_id=base, model_type="Agent", params=pairs(alpha="1"), tags=pairs(a="1", b="2"))
of_model("ready", "PATCH", net, {"status": "LOGGED_MODEL_READY"})
of_model("tags", "PATCH", net + "/tags", {"tags": pairs(a="3", c="4")})
of_model("untag", "DELETE", net + "/tags/b")
of_model("untag again", "DELETE", net + "/tags/b")
of_model("params", "POST", net + "/params", {"params": pairs(beta="2")})
bad = model("bad", source_run_id=base)
of_model("failed", "PATCH", bad, {"status": "LOGGED_MODEL_UPLOAD_FAILED"})
gone = model("gone", source_run_id=base)
of_model("delete", "DELETE", gone)
of_model("delete again", "DELETE", gone)
of_model("get deleted", "GET", gone)
post("model with a bad name", "logged-models", experiment_id=EXPERIMENT[0], name="a/b", source_run_id=base)
post("linked", "runs/log-batch", run_id=base, metrics=[metric("loss", 0.5, 1, T + 1, model_id=net), metric("m0", 35, 7, T + 35, model_id=net)])
post("measured", "runs/log-metric", run_id=base, **metric("acc", 0.9, 1, T + 9, model_id=net, dataset_name="eval", dataset_digest="d1"))
post("measured later", "runs/log-metric", run_id=base, **metric("acc", 0.8, 2, T + 10, model_id=net, dataset_name="eval", dataset_digest="d1"))
post("outputs", "runs/outputs", run_id=base, models=[{"model_id": net, "step": 3}, {"model_id": bad, "step": 0}])
post("outputs again", "runs/outputs", run_id=base, models=[{"model_id": net, "step": 3}])
post("outputs of nothing", "runs/outputs", run_id=base, models=[])
old = dict(artifact_path="model", flavors={"sklearn": {"version": "1", "config": {}}}, utc_time_created="2026-01-01", run_id="r")
post("old model", "runs/log-model", run_id=base, model_json=json.dumps(old))
post("old model again", "runs/log-model", run_id=base, model_json=json.dumps(dict(old, artifact_path="other")))
post("old model without flavors", "runs/log-model", run_id=base, model_json=json.dumps({"artifact_path": "m"}))
post("old model no json", "runs/log-model", run_id=base, model_json="{")

# Children, as searches make them, and one that another run reads a model in.
parent = [{"key": "mlflow.parentRunId", "value": base}]
for name, status in (("finished", "FINISHED"), ("failed", "FAILED"), ("killed", "KILLED"), ("scheduled", "SCHEDULED")):
    child = made(name, tags=parent)
    post("log " + name, "runs/log-metric", run_id=child, **metric("score", 1))
    post("end " + name, "runs/update", run_id=child, status=status, **({} if status == "SCHEDULED" else {"end_time": T + 60}))
    if name != "scheduled": continue
    post("really ends", "runs/update", run_id=child, status="FINISHED", end_time=T + 70)
grand = made("grand", tags=[{"key": "mlflow.parentRunId", "value": child}])
post("reads", "runs/log-inputs", run_id=grand, models=[{"model_id": net}])
post("grand ends", "runs/update", run_id=grand, status="FINISHED", end_time=T + 80)
again = made("again")
post("again logs", "runs/log-batch", run_id=again, metrics=[metric("loss", 1, 0), metric("loss", 0.5, 1, T + 1)], params=pairs(lr="1"))
post("again ends", "runs/update", run_id=again, status="FAILED", end_time=T + 50)
post("after its end", "runs/log-metric", run_id=again, **metric("after", 1))
post("goes on", "runs/update", run_id=again, status="RUNNING")
post("said again", "runs/log-metric", run_id=again, **metric("loss", 0.5, 1, T + 1))
post("more", "runs/log-metric", run_id=again, **metric("loss", 0.25, 2, T + 2))
post("renamed", "runs/update", run_id=again, run_name="once more")
post("ends well", "runs/update", run_id=again, status="FINISHED", end_time=T + 90)
post("wrong status", "runs/update", run_id=again, status="DONE")
NAMES[again] = "<once more>"
lone = made("lone")
post("lone ends", "runs/update", run_id=lone, status="FINISHED", end_time=T + 1)

# Files.
for run_id, name, data in ((base, "a.txt", b"one"), (base, "a.txt", b"two"), (base, "deep/er/b.bin", bytes(range(256))), (base, "empty", b""), (base, "\u00e4 b.txt", b"u"), (base, "gone.txt", b"x"), (lone, "model/MLmodel", b"flavors: {}")):
    say(["put " + name, put("%s/%s/artifacts/%s" % (EXPERIMENT[0], run_id, urllib.parse.quote(name)), data)[0]])
say(["delete", send("DELETE", "/api/2.0/mlflow-artifacts/artifacts/%s/%s/artifacts/gone.txt" % (EXPERIMENT[0], base))[0]])
for name in ("MLmodel", "code/x.py"):
    say(["model file", put("%s/models/%s/artifacts/%s" % (EXPERIMENT[0], net, name), name.encode())[0]])
for name in ("../up", "a.txt/under", "%2e%2e/up"):
    say(["put " + name, put("%s/%s/artifacts/%s" % (EXPERIMENT[0], base, name), b"x")[0]])
post("end", "runs/update", run_id=base, status="FINISHED", end_time=T + 100)
