"""Names, values and limits as MLflow has them."""

import os
import posixpath
import re
from functools import lru_cache

from .mlflow_errors import invalid, invalid_value

MOST_METRICS = 1000
MOST_OTHERS = 100
MOST_TOGETHER = 1000
KEY = 250
PARAMETER = 6000
TAG = 8000
_NAME = re.compile(r"[/\w.\- :]*\Z")
_BAD_NAME = (
    "Names may only contain alphanumerics, underscores (_), dashes (-), periods (.), spaces ( ), colon(:)"
    " and slashes (/)."
)
_BAD_PATH = (
    "Names may be treated as files in certain cases, and must not resolve to other names when treated as"
    " such. This name would resolve to %r"
)
# The latest time that a record may have.
_LATEST = 8640000000000000
_LARGEST = 1.7976931348623157e308


def check_name(name, path):
    """A key of a metric, a parameter or a tag."""
    why = _fault(name)
    if why is not None:
        raise invalid_value(path, name, why)


@lru_cache(maxsize=4096)
def _fault(name):
    """What is wrong with a name, or None. Scripts log the same names again and again."""
    if not _NAME.match(name):
        return _BAD_NAME
    normal = posixpath.normpath(name)
    if normal != name or normal == "." or normal.startswith(("..", "/")):
        return _BAD_PATH % normal
    return None


def check_length(what, limit, value, truncate=False):
    """The value, cut where MLflow cuts and refused where it refuses."""
    if len(value) <= limit:
        return value
    if truncate and os.environ.get("MLFLOW_TRUNCATE_LONG_VALUES", "true").lower() not in ("false", "0"):
        return value[:limit]
    raise invalid("'%s' exceeds the maximum length of %d characters" % (what, limit))


def parameter(key, value, path=""):
    where = path + "." if path else ""
    check_name(key, where + "key")
    return check_length("Param key", KEY, key), check_length("Param value", PARAMETER, value, truncate=True)


def tag(key, value, path=""):
    where = path + "." if path else ""
    check_name(key, where + "key")
    return check_length(where + "key", KEY, key), check_length(where + "value", TAG, value, truncate=True)


class Metric:
    """One point as a client gives it."""

    __slots__ = ("dataset", "key", "model", "step", "time", "value")

    def __init__(self, fields, path=""):
        self.key = fields.text("key", required=True)
        check_name(self.key, path + "name")
        self.value = fields.number("value")
        self.time = fields.whole("timestamp", required=True)
        self.step = fields.whole("step", 0)
        if not 0 <= self.time <= _LATEST:
            why = "metric '%s' (value=%s). Timestamp must be a nonnegative long (64-bit integer) "
            raise invalid_value(path + "timestamp", self.time, why % (self.key, self.value))
        check_length("Metric name", KEY, self.key)
        self.model = fields.text("model_id")
        name, digest = fields.text("dataset_name"), fields.text("dataset_digest")
        self.dataset = (name, digest or "?") if name else None

    @classmethod
    def known(cls, key, value, time, step, model, dataset):
        """One that was checked before: it stood in a journal."""
        point = cls.__new__(cls)
        point.key, point.value, point.time, point.step = key, value, time, step
        point.model, point.dataset = model, dataset
        return point

    @property
    def order(self):
        """The latest of a key is the greatest by this."""
        number = self.value == self.value
        return self.step, self.time, number, self.value if number else 0.0

    def json(self):
        """As a run shows it."""
        return {"key": self.key, "value": spelled(self.value), "timestamp": self.time, "step": self.step}

    def json_of_model(self, run_id):
        """As a logged model shows it, with what it was measured on."""
        found = dict(self.json(), model_id=self.model, run_id=run_id)
        if self.dataset:
            found["dataset_name"], found["dataset_digest"] = self.dataset
        return found


def spelled(value):
    """A double in JSON; an infinity is the largest double, as MLflow's database keeps it."""
    if value != value:
        return "NaN"
    return max(-_LARGEST, min(_LARGEST, value))


def check_batch(metrics, parameters, tags):
    """The limits of one log-batch."""
    together = metrics + parameters + tags
    for what, found, limit in (
        ("metrics", metrics, MOST_METRICS),
        ("params", parameters, MOST_OTHERS),
        ("tags", tags, MOST_OTHERS),
        ("metrics, params, and tags", together, MOST_TOGETHER),
    ):
        if found > limit:
            text = "A batch logging request can contain at most %d %s. Got %d %s."
            text += " Please split up %s across multiple requests and try again."
            raise invalid(text % (limit, what, found, what, what))
