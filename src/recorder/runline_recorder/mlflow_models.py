"""Logged models, as MLflow's third generation has them: each with an id, a state and files of its own."""

from . import mlflow_values as values
from .mlflow_errors import Refusal, invalid
from .mlflow_ids import new_model_id
from .mlflow_journal import portions
from .mlflow_run import as_pairs
from .rundir import now

_STATUSES = {1: "PENDING", 2: "READY", 3: "UPLOAD_FAILED"}
_WORDS = {"PENDING": "pending", "READY": "ready", "UPLOAD_FAILED": "failed"}


class LoggedModel:
    """`run` is the one whose journal and run directory hold it."""

    def __init__(self, name, kind, run, experiment, source):
        self.id = new_model_id()
        self.name = name or self.id
        self.kind = kind
        self.run = run
        self.experiment = experiment
        self.source = source
        self.status = "PENDING"
        self.deleted = False
        self.created = self.updated = now()
        self.parameters = {}
        self.tags = {}
        self.metrics = {}

    def log_metric(self, point, run_id):
        known = self.metrics.get((point.key, point.dataset, run_id))
        if known is None or point.order >= known[0].order:
            self.metrics[point.key, point.dataset, run_id] = (point, run_id)

    def write(self, parameters=None, tags=None, **said):
        """One record, or as many as it takes lines."""
        self.updated = now()
        for name, parts in (("parameters", parameters), ("tags", tags)):
            for portion in portions(parts or {}):
                if portion:
                    self.run.journal.write("model", id=self.id, **{name: portion})
        if said:
            self.run.journal.write("model", id=self.id, **said)

    def json(self):
        info = {
            "model_id": self.id,
            "experiment_id": self.experiment.id,
            "name": self.name,
            "creation_timestamp_ms": self.created,
            "last_updated_timestamp_ms": self.updated,
            "artifact_uri": "mlflow-artifacts:/%s/models/%s/artifacts" % (self.experiment.id, self.id),
            "status": "LOGGED_MODEL_" + self.status,
        }
        for name, value in (("model_type", self.kind), ("source_run_id", self.source)):
            if value:
                info[name] = value
        if self.tags:
            info["tags"] = as_pairs(self.tags)
        data = {"params": as_pairs(self.parameters)} if self.parameters else {}
        if self.metrics:
            data["metrics"] = [point.json_of_model(run_id) for point, run_id in self.metrics.values()]
        return {"info": info, "data": data}


def create(book, fields):
    experiment = book.find_experiment(fields.text("experiment_id", required=True))
    name = fields.text("name")
    if name and (len(name) > 500 or any(letter in name for letter in "/:.%\"'")):
        text = "Invalid model name ({!r}) provided. Model name must be a non-empty string and cannot contain"
        raise invalid(text.format(name) + " the following characters: ('/', ':', '.', '%', '\"', \"'\")")
    parameters = dict(fields.pairs("params", values.parameter))
    tags = dict(fields.pairs("tags", values.tag))
    source = fields.text("source_run_id")
    run = book.find(source) if source else book.own
    model = LoggedModel(name, fields.words("model_type"), run, experiment, source)
    model.parameters.update(parameters)
    model.tags.update(tags)
    book.models[model.id] = model
    model.write(name=model.name[:500], type=model.kind[:500], status="pending")
    model.write(parameters, tags)
    return {"model": model.json()}, model.run


def find(book, model_id, deleted_too=True):
    """One that is deleted can still be changed, as at the server."""
    found = book.models.get(model_id)
    if found is None or (found.deleted and not deleted_too):
        text = "Logged model with ID '%s' not found." % model_id
        raise Refusal("RESOURCE_DOES_NOT_EXIST", text, elsewhere=True)
    return found


def get(book, fields, model_id):
    deleted_too = str(fields.raw("allow_deleted")).lower() == "true"
    return {"model": find(book, model_id, deleted_too).json()}


def finalize(book, fields, model_id):
    model = find(book, model_id)
    given = fields.raw("status")
    status = (
        _STATUSES.get(given) if isinstance(given, int) else str(given or "").replace("LOGGED_MODEL_", "", 1)
    )
    if status not in _WORDS:
        raise fields.odd("status", given)
    model.status = status
    model.write(status=_WORDS[status])
    return {"model": model.json()}, model.run


def delete(book, fields, model_id):
    model = find(book, model_id)
    model.deleted = True
    model.write(status="deleted")
    return {}, model.run


def set_tags(book, fields, model_id):
    model = find(book, model_id)
    tags = dict(fields.pairs("tags", values.tag))
    model.tags.update(tags)
    model.write(tags=tags)
    return {}, model.run


def delete_tag(book, fields, model_id, key):
    model = find(book, model_id)
    if model.tags.pop(key, None) is None:
        raise Refusal(
            "RESOURCE_DOES_NOT_EXIST", "No tag with key '%s' found for model with ID '%s'." % (key, model_id)
        )
    model.write(tags={key: None})
    return {}, model.run


def log_parameters(book, fields, model_id):
    model = find(book, model_id)
    parameters = dict(fields.pairs("params", values.parameter))
    model.parameters.update(parameters)
    model.write(parameters)
    return {}, model.run


def search(book, fields):
    """Those of this script, the newest first; clients ask by name and run."""
    experiments = set(fields.texts("experiment_ids"))
    wanted = _conditions(fields.text("filter"))
    found = [
        model.json()
        for model in reversed(list(book.models.values()))
        if not model.deleted
        and model.experiment.id in experiments
        and all(_shown(model, name) == value for name, value in wanted)
    ]
    most = fields.whole("max_results", 50) or 50
    return {"models": found[:most]} if found else {}


def _conditions(text):
    """(attribute, value) of `name = 'x' AND source_run_id = 'y'`."""
    from .mlflow_search import parse

    found = []
    for kind, key, operator, value in parse(text or ""):
        if (
            kind != "attribute"
            or operator != "="
            or key not in ("name", "model_id", "model_type", "source_run_id")
        ):
            text = "Logged models can't be searched by %s from within a run: no server is reachable." % key
            raise Refusal("NOT_IMPLEMENTED", text, elsewhere=True)
        found.append((key, value))
    return found


def _shown(model, name):
    return {
        "name": model.name,
        "model_id": model.id,
        "model_type": model.kind,
        "source_run_id": model.source,
    }[name]


ROUTES = {
    ("POST", "logged-models"): create,
    ("POST", "logged-models/search"): search,
}
# The part after `logged-models/<id>`.
PART_ROUTES = {
    ("GET", ""): get,
    ("PATCH", ""): finalize,
    ("DELETE", ""): delete,
    ("PATCH", "tags"): set_tags,
    ("POST", "params"): log_parameters,
}
