"""One run as MLflow's clients see it: what the script has said of it, for their reads. What is said is
written to its journal first."""

from .mlflow_journal import metric_records
from .redaction import clean_values, redacted

STATUSES = {
    "RUNNING": "running",
    "FINISHED": "finished",
    "FAILED": "failed",
    "KILLED": "cancelled",
}
NAME_TAG = "mlflow.runName"
_NUMBER = 40


class Run:
    """`directory` is where its files are kept; `child` its ChildDirectory, None for the run itself."""

    def __init__(self, run_id, name, experiment, directory, journal, started, child=None):
        self.id = run_id
        self.name = name
        self.experiment = experiment
        self.directory = directory
        self.journal = journal
        self.child = child
        self.started = started
        self.user = ""
        self.status = "RUNNING"
        self.ended = None
        self.deleted = False
        self.parameters = {}
        self.tags = {}
        self.metrics = {}
        self.inputs = {}
        self.models_read = {}
        self.models_made = {}

    @property
    def artifact_uri(self):
        return "mlflow-artifacts:/%s/%s/artifacts" % (self.experiment.id, self.id)

    def log_metrics(self, points):
        """Writes points and keeps the latest."""
        for fields in metric_records(points):
            self.journal.write("metric", **fields)
        for point in points:
            self.keep(point)

    def keep(self, point):
        """The latest point of each key is what reads answer."""
        known = self.metrics.get(point.key)
        if known is None or point.order >= known.order:
            self.metrics[point.key] = point

    def log_parameters(self, pairs):
        """Writes those that are new; the caller has seen to it that none changes."""
        for key, value in pairs:
            if key not in self.parameters:
                self.parameters[key] = value
                self.journal.write("parameter", key=key, value=_clean(key, value), source="mlflow")

    def set_tags(self, pairs):
        """The tag with the run's name is its name."""
        for key, value in pairs:
            if key == NAME_TAG and line_of(value):
                self.rename(value)
            else:
                self.tags[key] = value
                self.journal.write("tag", key=key, value=_clean(key, value))

    def rename(self, name):
        name = line_of(name)
        if name and name != self.name:
            self.name = name
            self.journal.write("run", name=name)

    def info(self):
        found = {
            "run_uuid": self.id,
            "run_id": self.id,
            "run_name": self.name,
            "experiment_id": self.experiment.id,
            "user_id": self.user,
            "status": self.status,
            "start_time": self.started,
            "artifact_uri": self.artifact_uri,
            "lifecycle_stage": "deleted" if self.deleted else "active",
        }
        if self.ended is not None:
            found["end_time"] = self.ended
        return found

    def json(self):
        """The whole run, as `runs/get` and `runs/search` answer it."""
        found = {"info": self.info(), "data": self._data(), "inputs": {}, "outputs": {}}
        if self.inputs:
            found["inputs"]["dataset_inputs"] = list(self.inputs.values())
        if self.models_read:
            found["inputs"]["model_inputs"] = [{"model_id": model} for model in self.models_read]
        if self.models_made:
            found["outputs"]["model_outputs"] = [
                {"model_id": model, "step": step} for model, step in self.models_made.items()
            ]
        return found

    def _data(self):
        tags = dict(self.tags, **{NAME_TAG: self.name})
        found = {
            "metrics": [point.json() for point in self.metrics.values()],
            "params": as_pairs(self.parameters),
            "tags": as_pairs(tags),
        }
        return {name: value for name, value in found.items() if value}


def line_of(name):
    """A name of a run is one line of text, and not a long one."""
    return " ".join((name or "").split())[:250]


def as_pairs(values):
    """A mapping as MLflow spells it."""
    return [{"key": key, "value": value} for key, value in values.items()]


def _clean(key, value):
    """What was logged on purpose stays as it is when it is a plain number: `token_dim = 512` is no secret. What
    programs say to each other in tags of MLflow's own is JSON now and then: it only loses what leaves it so."""
    if _is_number(value):
        return value
    return clean_values(value) if key.startswith("mlflow.") else redacted(key, value)


def _is_number(value):
    try:
        return len(value) <= _NUMBER and float(value) is not None
    except ValueError:
        return False
