"""The history of a metric, read back from the journal: it holds every point, so that memory need not."""

import json
import os

from .mlflow_errors import invalid
from .mlflow_values import spelled

_MOST = 25000


def history(book, fields):
    """Points in the order in which they were logged; a token is the offset at which the next ones begin."""
    run = book.find(fields.run_id())
    key = fields.text("metric_key", required=True)
    most = fields.whole("max_results", _MOST) or _MOST
    token = fields.text("page_token") or "0"
    if not token.isdigit():
        raise invalid("Invalid page token, decoding failed")
    path = os.path.join(run.directory, "journal.jsonl")
    found, after = _points(path, key, int(token), max(1, min(most, _MOST)))
    answer = {"metrics": found} if found else {}
    if after is not None:
        answer["next_page_token"] = str(after)
    return answer


def _points(path, key, offset, most):
    """(points, the offset at which there may be more or None)."""
    named = json.dumps(key).encode("ascii") + b":"
    found = []
    with open(path, "rb") as source:
        source.seek(offset)
        for line in source:
            if line.startswith(b'{"kind":"metric"') and line.endswith(b"\n") and named in line:
                point = _point(line, key)
                if point is not None and len(found) == most:
                    return found, offset
                if point is not None:
                    found.append(point)
            offset += len(line)
    return found, None


def _point(line, key):
    record = json.loads(line.decode("utf-8"))
    if record.get("source") != "mlflow" or key not in record["values"]:
        return None
    value = record["values"][key]
    return {
        "key": key,
        "value": spelled(float(value)),
        "timestamp": record["time"],
        "step": record["step"],
    }


ROUTES = {("GET", "metrics/get-history"): history}
