"""Calls about experiments."""

from .mlflow_errors import Refusal, invalid
from .mlflow_search import Shown, parse
from .mlflow_values import check_length, check_name

_TAG = 20000


def get(book, fields):
    return {"experiment": book.find_experiment(fields.text("experiment_id", required=True)).json()}


def get_by_name(book, fields):
    name = fields.text("experiment_name", required=True)
    found = _named(book, name)
    if found is None:
        text = "Could not find experiment with name '%s'" % name
        raise Refusal("RESOURCE_DOES_NOT_EXIST", text, elsewhere=True)
    return {"experiment": found.json()}


def create(book, fields):
    name = fields.text("name", required=True)
    if not name.strip():
        raise invalid("Invalid experiment name: '%s'" % name)
    check_length("name", 500, name)
    if _named(book, name) is not None:
        text = "Experiment(name=%s) already exists." % name
        raise Refusal("RESOURCE_ALREADY_EXISTS", text)
    made = book.experiment(name, fields.pairs("tags", _tag))
    return {"experiment_id": made.id}


def search(book, fields):
    """Those that this run knows."""
    comparisons = parse(fields.text("filter") or "")
    most = fields.whole("max_results", 1000)
    if not 0 < most <= 50000:
        raise invalid(
            "Invalid value %d for parameter 'max_results' supplied: It must be at most 50000" % most
        )
    found = [experiment.json() for experiment in book.experiments.values()]
    shown = [(each, Shown({"info": each, "data": {"tags": each.get("tags", ())}})) for each in found]
    fitting = [each for each, seen in shown if all(seen.fits(*comparison) for comparison in comparisons)]
    return {"experiments": fitting[:most]} if fitting else {}


def set_tag(book, fields):
    """Answered for the script's own reads; experiments have no record of their own in a run."""
    found = book.find_experiment(fields.text("experiment_id", required=True))
    key, value = _tag(fields.text("key", required=True), fields.words("value"))
    found.tags[key] = value
    text = "Tags that the script gave to an experiment are not kept; those of runs are."
    book.notice("mlflow_experiment_tags", text)
    return {}


def delete_tag(book, fields):
    found = book.find_experiment(fields.text("experiment_id", required=True))
    key = fields.text("key", required=True)
    if found.tags.pop(key, None) is None:
        text = "No tag with name: %s in experiment with id %s" % (key, found.id)
        raise Refusal("RESOURCE_DOES_NOT_EXIST", text)
    return {}


def _named(book, name):
    return next((found for found in book.experiments.values() if found.name == name), None)


def _tag(key, value, path=""):
    check_name(key, (path + "." if path else "") + "key")
    return check_length("key", 250, key), check_length("value", _TAG, value)


ROUTES = {
    ("GET", "experiments/get"): get,
    ("GET", "experiments/get-by-name"): get_by_name,
    ("POST", "experiments/create"): create,
    ("GET", "experiments/search"): search,
    ("POST", "experiments/search"): search,
    ("POST", "experiments/set-experiment-tag"): set_tag,
    ("POST", "experiments/delete-experiment-tag"): delete_tag,
}
