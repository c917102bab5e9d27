"""Calls by chance, few of whose names and values differ, so that they meet: doubled, out of order, refused, about runs that have ended.
Not among them is the deletion of runs: a recorder keeps the record of what was done."""

import random

from replay_client import *

STATUSES = ("FINISHED", "FAILED", "KILLED")


class Play:
    def __init__(self, seed):
        self.dice = random.Random(seed)
        begin("chance")
        self.runs = [made("run0")]
        self.models = []
        self.names = 0

    def one(self, *choices):
        return self.dice.choice(choices)

    def run(self):
        return self.dice.choice(self.runs)

    def name(self, kind):
        self.names += 1
        return "%s%d" % (kind, self.names)

    def point(self):
        more = {}
        if self.models and self.dice.random() < 0.3:
            more["model_id"] = self.dice.choice(self.models)
            if self.dice.random() < 0.5:
                more.update(dataset_name="eval", dataset_digest=self.one("a", "b"))
        value = self.one(0, 0.5, 1, -1, "NaN", "Infinity", "-Infinity", 1e-300)
        return metric(self.one("a", "b", "c/d"), value, self.dice.randint(-1, 4), T + self.dice.randint(0, 3), **more)

    def pairs(self, most):
        keys = self.dice.sample(["k1", "k2", "k3", "k4"], self.dice.randint(0, most))
        return [{"key": key, "value": self.one("", "1", "x", "y" * 9000)} for key in keys]

    def log(self):
        post("metric", "runs/log-metric", run_id=self.run(), **self.point())

    def batch(self):
        points = [self.point() for _ in range(self.dice.randint(0, 30))]
        post("batch", "runs/log-batch", run_id=self.run(), metrics=points, params=self.pairs(2), tags=self.pairs(3))

    def parameter(self):
        post("parameter", "runs/log-parameter", run_id=self.run(), key=self.one("k1", "k2", "k3"), value=self.one("1", "x"))

    def tag(self):
        post("tag", "runs/set-tag", run_id=self.run(), key=self.one("t1", "t2"), value=self.one("1", "", "\u00e4\n"))

    def untag(self):
        post("untag", "runs/delete-tag", run_id=self.run(), key=self.one("t1", "t2", "k1"))

    def rename(self):
        run_id = self.run()
        name = self.name("renamed")
        if self.dice.random() < 0.5:
            post("rename", "runs/update", run_id=run_id, run_name=name)
        else:
            post("name", "runs/set-tag", run_id=run_id, key="mlflow.runName", value=name)
        NAMES[run_id] = "<%s>" % name

    def new(self):
        if len(self.runs) < 8:
            parent = [{"key": "mlflow.parentRunId", "value": self.run()}] if self.dice.random() < 0.7 else []
            self.runs.append(made(self.name("run"), tags=parent + self.pairs(2), user_id=self.one("", "ada")))

    def status(self):
        """Of those that the script has made beside its own, whose end its process tells."""
        if len(self.runs) > 1:
            run_id = self.dice.choice(self.runs[1:])
            if self.dice.random() < 0.6:
                post("ends", "runs/update", run_id=run_id, status=self.one(*STATUSES), end_time=T + self.dice.randint(0, 99))
            else:
                post("goes on", "runs/update", run_id=run_id, status=self.one("RUNNING", "SCHEDULED"))

    def inputs(self):
        found = [
            {"dataset": dataset(self.one("x", "y"), digest=self.one("1", "2"), source=self.one("p", "q"), schema=self.one("", "{}")), "tags": pairs(**{"mlflow.data.context": self.one("train", "eval")})}
            for _ in range(self.dice.randint(0, 3))
        ]
        models = [{"model_id": each} for each in self.models[:2]]
        post("inputs", "runs/log-inputs", run_id=self.run(), datasets=found, models=models)

    def outputs(self):
        models = [{"model_id": each, "step": self.dice.randint(0, 2)} for each in self.models[-2:]]
        post("outputs", "runs/outputs", run_id=self.run(), models=models)

    def make_model(self):
        if len(self.models) < 5:
            self.models.append(model(self.name("model"), source_run_id=self.run(), params=pairs(a="1"), tags=pairs(a="1")))

    def change_model(self):
        if not self.models:
            return
        each = self.dice.choice(self.models)
        what = self.dice.randint(0, 5)
        if what == 0:
            of_model("status", "PATCH", each, {"status": self.one("LOGGED_MODEL_READY", "LOGGED_MODEL_UPLOAD_FAILED")})
        elif what == 1:
            of_model("tags", "PATCH", each + "/tags", {"tags": pairs(a=self.one("1", "2"), b="3")})
        elif what == 2:
            of_model("untag", "DELETE", each + "/tags/" + self.one("a", "b"))
        elif what == 3:
            of_model("params", "POST", each + "/params", {"params": pairs(a=self.one("1", "2"), c="3")})
        elif what == 4 and self.dice.random() < 0.3:
            of_model("delete", "DELETE", each)
        else:
            of_model("get", "GET", each)

    def file(self):
        place = "%s/%s/artifacts/%s" % (EXPERIMENT[0], self.run(), self.one("a", "b", "d/e", "a/under", ""))
        if self.models and self.dice.random() < 0.3:
            place = "%s/models/%s/artifacts/%s" % (EXPERIMENT[0], self.dice.choice(self.models), self.one("MLmodel", "d/e"))
        say(["put", put(place, self.one(b"", b"1", b"22"))[0]])

    def old_model(self):
        old = dict(artifact_path=self.one("m", "n"), flavors={}, utc_time_created="2026", run_id="r")
        post("old model", "runs/log-model", run_id=self.run(), model_json=json.dumps(old))


ACTIONS = (
    [Play.log, Play.batch, Play.change_model] * 4
    + [Play.parameter, Play.tag, Play.status, Play.file] * 2
    + [Play.untag, Play.rename, Play.new, Play.inputs, Play.outputs, Play.make_model, Play.old_model]
)


def play(seed, calls, killed_after=None, goes_on=True):
    """After as many calls whoever tests kills the recorder, and the script too where it does not go on."""
    game = Play(seed)
    for at in range(calls):
        if at == killed_after and not goes_on:
            print("KILL ME", flush=True)
            until(lambda: "RUNLINE_RUN_DIR" not in os.environ)
            return
        if at == killed_after and "RUNLINE_RUN_DIR" in os.environ:
            print("KILL ME", flush=True)
            until(lambda: os.path.exists("killed"))
            state.clear()
        game.dice.choice(ACTIONS)(game)
    for run_id in game.runs[::-1]:
        post("ends", "runs/update", run_id=run_id, status="FINISHED", end_time=T + 100)
