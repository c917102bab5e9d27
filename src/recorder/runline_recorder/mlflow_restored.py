"""What a script has said over MLflow's protocol, read back from the journals by a process that has not heard
it itself."""

import json
import os

from .mlflow_children import ChildDirectory
from .mlflow_models import LoggedModel
from .mlflow_run import STATUSES, Run
from .mlflow_values import Metric
from .redaction import HIDDEN
from .rundir import RunDirectory

# Of a longer journal only the last points are read: the latest of a metric is among them.
POINTS_BYTES = 64 << 20
_STATUS_OF = {word: status for status, word in STATUSES.items()}
_MODEL_STATUS = {"pending": "PENDING", "ready": "READY", "failed": "UPLOAD_FAILED"}
_ID_DIGITS = 32


def restore(book, directory):
    """Fills the book of a run. A journal that can't be read is a run that nothing is known of."""
    own = book.own
    if _read(book, own):
        book.runs[own.id] = own
    for run in _children(book, os.path.dirname(directory.path)):
        book.runs[own.id] = own
        book.runs[run.id] = run
        _read(book, run)
        end = run.child.former_end()
        if end is not None:
            run.status, run.ended = end
        elif run.status != "RUNNING":
            book.set_status(run, run.status, run.ended)
        else:
            run.child.adopt(run.started)


def _children(book, folder):
    """Runs that the script has made beside its own: those whose line of parents leads to it. Ids sort by
    time, so none of them comes before it."""
    known = {book.own.id}
    for name in sorted(os.listdir(folder)):
        if name <= book.own.id or len(name) != _ID_DIGITS:
            continue
        path = os.path.join(folder, name)
        try:
            spec = RunDirectory(path).read_json("spec.json")
            start = RunDirectory(path).read_json("start.json")
            if spec["argv"] or spec.get("parent") not in known:
                continue
            child = ChildDirectory.existing(path, name, start["attempt"])
            experiment = book.experiment(spec["experiment"])
            run = Run(name, spec["name"], experiment, path, child.journal, start["time"], child)
        except (OSError, ValueError, KeyError, TypeError):
            continue
        known.add(name)
        yield run


def _read(book, run):
    """Takes in what its journal says; True when the script has said anything of the run in its last
    attempt."""
    path = os.path.join(run.directory, "journal.jsonl")
    found = False
    try:
        with open(path, "rb") as source:
            points_from = os.fstat(source.fileno()).st_size - POINTS_BYTES
            offset = 0
            for line in source:
                offset += len(line)
                if not line.endswith(b"}\n"):
                    continue
                if line.startswith(b'{"kind":"metric"') and (
                    offset < points_from or b'"source":"mlflow"' not in line
                ):
                    continue
                record = json.loads(line.decode("ascii"))
                if record["kind"] == "attempt" and run.child is None:
                    _forget(run)
                    found = False
                else:
                    found = _take(book, run, record) or found
    except (OSError, ValueError):
        return found
    return found


def _take(book, run, record):
    take = _TAKERS.get(record["kind"])
    # Parameters come from elsewhere too; an input names the kind of its source there.
    if take is None or (record["kind"] == "parameter" and record["source"] != "mlflow"):
        return False
    try:
        take(book, run, record)
        return True
    except (KeyError, TypeError, ValueError, AttributeError):
        return False


def _forget(run):
    """What the script has said in an earlier attempt is not of this one."""
    for known in (run.parameters, run.tags, run.metrics, run.inputs, run.models_read, run.models_made):
        known.clear()


def _run(book, run, record):
    run.name = record.get("name", run.name)
    run.user = record.get("user", run.user)
    if "experiment" in record:
        run.experiment = book.experiment(record["experiment"])
    if "status" in record:
        run.status = _STATUS_OF[record["status"]]
        run.ended = None if run.status == "RUNNING" else record["time"]


def _metric(book, run, record):
    about = record.get("dataset")
    dataset = (about["name"], about["digest"]) if about else None
    for key, value in record["values"].items():
        point = Metric.known(key, float(value), record["time"], record["step"], record.get("model"), dataset)
        run.keep(point)
        if point.model in book.models:
            book.models[point.model].log_metric(point, run.id)


def _parameter(_, run, record):
    # One that was hidden can't be compared with what the script says next.
    if HIDDEN not in record["value"]:
        run.parameters[record["key"]] = record["value"]


def _tag(_, run, record):
    if record["value"] is None:
        run.tags.pop(record["key"], None)
    else:
        run.tags[record["key"]] = record["value"]


def _input(_, run, record):
    names = ("name", "digest", "source_type", "source", "schema", "profile")
    shown = {name: record[name] for name in names if record.get(name) is not None}
    tags = [{"key": key, "value": value} for key, value in record["tags"].items()]
    run.inputs.setdefault((record["name"], record["digest"]), {"dataset": shown, "tags": tags})


def _model_input(_, run, record):
    run.models_read[record["model"]] = 0


def _model_output(_, run, record):
    run.models_made[record["model"]] = record["step"]


def _model(book, run, record):
    model = book.models.get(record["id"])
    if model is None:
        model = LoggedModel(record.get("name"), record.get("type", ""), run, run.experiment, run.id)
        model.id = record["id"]
        model.created = record["time"]
        book.models[model.id] = model
    model.updated = record["time"]
    model.status = _MODEL_STATUS.get(record.get("status"), model.status)
    model.deleted = model.deleted or record.get("status") == "deleted"
    model.parameters.update(record.get("parameters") or {})
    for key, value in (record.get("tags") or {}).items():
        if value is None:
            model.tags.pop(key, None)
        else:
            model.tags[key] = value


_TAKERS = {
    "run": _run,
    "metric": _metric,
    "parameter": _parameter,
    "tag": _tag,
    "input": _input,
    "model_input": _model_input,
    "model_output": _model_output,
    "model": _model,
}
