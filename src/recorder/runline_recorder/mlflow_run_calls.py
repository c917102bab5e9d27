"""Calls about runs: what a script says of them."""

import json

from . import mlflow_values as values
from .mlflow_book import PARENT_TAG
from .mlflow_errors import Refusal, invalid, missing
from .mlflow_journal import fits
from .mlflow_port import MADE_BY_TAG
from .mlflow_run import NAME_TAG, STATUSES, line_of
from .rundir import now

_NUMBERED = {1: "RUNNING", 2: "SCHEDULED", 3: "FINISHED", 4: "FAILED", 5: "KILLED"}
_MODELS_TAG = "mlflow.log-model.history"
# What tells a data set from others.
_OF_DATASET = ("name", "digest")
_MODEL_MEMBERS = ("artifact_path", "flavors", "utc_time_created", "run_id")
# The latest time that a date can be made of.
LATEST = 8640000000000000


def create(book, fields):
    tags = dict(fields.pairs("tags", values.tag))
    name = fields.text("run_name")
    if name and tags.get(NAME_TAG) and name != tags[NAME_TAG]:
        text = "Both 'run_name' argument and 'mlflow.runName' tag are specified, but with different values"
        raise invalid("%s (run_name='%s', mlflow.runName='%s')." % (text, name, tags[NAME_TAG]))
    name = line_of(name or tags.pop(NAME_TAG, ""))
    tags.pop(NAME_TAG, None)
    experiment = book.find_experiment(fields.text("experiment_id") or book.own.experiment.id)
    started = fields.whole("start_time") or now()
    if not 0 <= started <= LATEST:
        fields.refuse("start_time", "It must be a time in milliseconds.")
    try:
        run = book.create(experiment, name, tags.get(PARENT_TAG), started, fields.words("user_id"))
    except OSError as error:
        raise Refusal("STORAGE_FULL", "The run can't be kept: %s." % error.strerror) from None
    if run.child is not None:
        tags.setdefault(MADE_BY_TAG, book.own.id)
    run.set_tags(tags.items())
    return {"run": run.json()}, run


def get(book, fields):
    return {"run": book.find(fields.run_id()).json()}


def update(book, fields):
    run_id = fields.run_id()
    status = _status(fields)
    ended = fields.whole("end_time")
    if ended is not None and not 0 <= ended <= LATEST:
        fields.refuse("end_time", "It must be a time in milliseconds.")
    name = fields.text("run_name")
    run = book.writable(run_id)
    if status is not None:
        run.journal.write("run", status=STATUSES[status])
        book.set_status(run, status, ended)
    elif ended is not None:
        run.ended = ended
    run.rename(name)
    return {"run_info": run.info()}, run


def _status(fields):
    value = fields.raw("status")
    if value is None or value == "":
        return None
    found = _NUMBERED.get(value) if isinstance(value, int) else value
    if found not in _NUMBERED.values():
        raise fields.odd("status", value)
    # There is nothing here that a run would wait for.
    return "RUNNING" if found == "SCHEDULED" else found


def delete(book, fields):
    """The run's record stays: what a script does must not take away what it has done."""
    run = book.find(fields.run_id())
    book.runs.setdefault(run.id, run)
    run.deleted = True
    book.notice("mlflow_run_deleted", "The script deleted the run %s; its record is kept here." % run.name)
    return {}


def restore(book, fields):
    book.find(fields.run_id()).deleted = False
    return {}


def log_metric(book, fields):
    run_id = fields.run_id()
    point = values.Metric(fields)
    return _log(book, run_id, [point], (), ())


def log_parameter(book, fields):
    run_id = fields.run_id()
    key, value = values.parameter(fields.text("key", required=True), fields.words("value"))
    known = book.find(run_id).parameters.get(key, value)
    if known != value:
        text = "Changing param values is not allowed. Param with key='%s' was already logged with value='%s'"
        text += " for run ID='%s'. Attempted logging new value '%s'."
        raise invalid(text % (key, known, run_id, value))
    return _log(book, run_id, (), [(key, value)], ())


def set_tag(book, fields):
    run_id = fields.run_id()
    pair = values.tag(fields.text("key", required=True), fields.words("value"))
    return _log(book, run_id, (), (), [pair])


def log_batch(book, fields):
    """All of it or nothing of it."""
    run_id = fields.run_id()
    points = [values.Metric(item, "metrics[%d]." % at) for at, item in enumerate(fields.items("metrics"))]
    parameters = fields.pairs("params", values.parameter)
    tags = fields.pairs("tags", values.tag)
    values.check_batch(len(points), len(parameters), len(tags))
    keys = [key for key, _ in parameters]
    if len(set(keys)) < len(keys):
        twice = [key for at, key in enumerate(keys) if key in keys[:at]]
        text = "Duplicate parameter keys have been submitted: %s. Please ensure the request contains only one"
        raise invalid((text + " param value per param key.") % twice)
    return _log(book, run_id, points, parameters, tags)


def _log(book, run_id, points, parameters, tags):
    run = book.writable(run_id)
    changed = [
        {"key": key, "old_value": run.parameters[key], "new_value": value}
        for key, value in parameters
        if run.parameters.get(key, value) != value
    ]
    if changed:
        text = "Changing param values is not allowed. Params were already logged='%s' for run ID='%s'."
        raise invalid(text % (changed, run_id))
    if run.child is None:
        book.claim_metrics(point.key for point in points)
    run.log_parameters(parameters)
    run.log_metrics(points)
    run.set_tags(tags)
    for point in points:
        if point.model in book.models:
            book.models[point.model].log_metric(point, run.id)
    return {}, run


def delete_tag(book, fields):
    run_id = fields.run_id()
    key = fields.text("key", required=True)
    run = book.writable(run_id)
    if run.tags.pop(key, None) is None:
        text = "No tag with name: %s in run with id %s" % (key, run_id)
        raise Refusal("RESOURCE_DOES_NOT_EXIST", text)
    run.journal.write("tag", key=key, value=None)
    return {}, run


def log_model(book, fields):
    """How clients of the second generation say that they have stored a model among the run's artifacts."""
    run_id = fields.run_id()
    try:
        model = json.loads(fields.text("model_json", required=True))
    except ValueError:
        raise invalid(
            "Malformed model info. \n %s \n is not a valid JSON." % fields.text("model_json")
        ) from None
    if not isinstance(model, dict):
        raise invalid("Malformed model info. \n %s \n is not a valid JSON." % fields.text("model_json"))
    lacking = [name for name in _MODEL_MEMBERS if name not in model]
    if lacking:
        raise invalid("Model json is missing mandatory fields: {%s}" % ", ".join(map(repr, lacking)))
    run = book.writable(run_id)
    known = json.loads(run.tags.get(_MODELS_TAG, "[]"))
    text = json.dumps(known + [_brief(model)])
    if len(text) <= 100000:
        run.set_tags([(_MODELS_TAG, text)])
    return {}, run


def _brief(model):
    """Without the configuration of its flavors, as MLflow keeps it in the tag."""
    flavors = model["flavors"] if isinstance(model["flavors"], dict) else {}
    brief = {
        name: {key: value for key, value in flavor.items() if key != "config"}
        for name, flavor in flavors.items()
        if isinstance(flavor, dict)
    }
    return dict(model, flavors=brief)


def log_inputs(book, fields):
    """Data sets and logged models that a run read."""
    run_id = fields.run_id()
    found = []
    for item in fields.items("datasets"):
        dataset = item.within("dataset", "datasets.dataset.")
        described = {
            name: values.check_length(name, limit, dataset.text(name, required=name in _OF_DATASET) or "")
            for name, limit in (("name", 500), ("digest", 36), ("source_type", 500), ("source", 65535))
        }
        described["schema"] = values.check_length("schema", 1048575, dataset.words("schema")) or None
        described["profile"] = values.check_length("profile", 16777215, dataset.words("profile")) or None
        found.append((_as_line(described), dict(item.pairs("tags", _input_tag))))
    models = [item.text("model_id", required=True) for item in fields.items("models")]
    run = book.writable(run_id)
    for described, tags in found:
        run.journal.write("input", tags=tags, **described)
        shown = {name: value for name, value in described.items() if value is not None}
        # The first word about it stands.
        found = {"dataset": shown, "tags": [{"key": key, "value": value} for key, value in tags.items()]}
        run.inputs.setdefault((described["name"], described["digest"]), found)
    for model in models:
        run.models_read[model] = 0
        run.journal.write("model_input", model=model[:500], step=0)
    return {}, run


def _as_line(described):
    """A description that would be too long to be read again is shortened."""
    if not fits(described):
        described["profile"] = None
    if not fits(described):
        described["schema"] = None
        described["source"] = described["source"][:1000]
    return described


def _input_tag(key, value, path=""):
    return values.check_length(path + ".key", 255, key), values.check_length(path + ".value", 500, value)


def log_outputs(book, fields):
    """Logged models that a run made."""
    run_id = fields.text("run_id", required=True)
    models = [
        (item.text("model_id", required=True), item.whole("step", 0)) for item in fields.items("models")
    ]
    if fields.raw("models") is None:
        raise missing("models")
    run = book.writable(run_id)
    for model, step in models:
        run.models_made[model] = step
        run.journal.write("model_output", model=model[:500], step=step)
    return {}, run


ROUTES = {
    ("POST", "runs/create"): create,
    ("GET", "runs/get"): get,
    ("POST", "runs/update"): update,
    ("POST", "runs/delete"): delete,
    ("POST", "runs/restore"): restore,
    ("POST", "runs/log-metric"): log_metric,
    ("POST", "runs/log-parameter"): log_parameter,
    ("POST", "runs/set-tag"): set_tag,
    ("POST", "runs/delete-tag"): delete_tag,
    ("POST", "runs/log-batch"): log_batch,
    ("POST", "runs/log-model"): log_model,
    ("POST", "runs/log-inputs"): log_inputs,
    ("POST", "runs/outputs"): log_outputs,
}
