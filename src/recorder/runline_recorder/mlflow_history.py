"""The history of a metric, read back from the journal: it holds every point, so that memory need not."""

import json
import os

from .mlflow_errors import invalid
from .mlflow_values import spelled

_MOST = 25000


def history(book, fields):
    """Points by time, step and value, each once, as MLflow's server has them; a token is the offset at which the
    next ones begin. They are put in order page by page, since they are logged as time goes by."""
    run = book.find(fields.run_id())
    key = fields.text("metric_key", required=True)
    most = fields.whole("max_results", _MOST)
    if most <= 0:
        text = "Invalid value %d for parameter 'max_results' supplied. It must be a positive integer."
        raise invalid(text % most)
    token = fields.text("page_token") or "0"
    if not token.isdigit():
        raise invalid("Invalid page token, decoding failed")
    path = os.path.join(run.directory, "journal.jsonl")
    found, after = _points(path, key, int(token), min(most, _MOST))
    answer = {"metrics": found} if found else {}
    if after is not None:
        answer["next_page_token"] = str(after)
    return answer


def _points(path, key, offset, most):
    """(points, the offset at which there may be more or None)."""
    named = json.dumps(key).encode("ascii") + b":"
    # By what tells them apart: clients log the last point once more, for the model that they log then.
    found = {}
    with open(path, "rb") as source:
        source.seek(offset)
        for line in source:
            if line.startswith(b'{"kind":"metric"') and line.endswith(b"\n") and named in line:
                place, point = _point(line, key)
                if place is not None and place not in found:
                    if len(found) == most:
                        return _in_order(found), offset
                    found[place] = point
            offset += len(line)
    return _in_order(found), None


def _in_order(found):
    return [found[place] for place in sorted(found)]


def _point(line, key):
    """(place in the order, point); None twice where the line has none."""
    record = json.loads(line.decode("utf-8"))
    if record.get("source") != "mlflow" or key not in record["values"]:
        return None, None
    value = float(record["values"][key])
    point = {
        "key": key,
        "value": spelled(value),
        "timestamp": record["time"],
        "step": record["step"],
    }
    is_number = value == value
    # Without a number it stands where 0 stands, as in MLflow's database.
    return (record["time"], record["step"], value if is_number else 0.0, is_number), point


ROUTES = {("GET", "metrics/get-history"): history}
