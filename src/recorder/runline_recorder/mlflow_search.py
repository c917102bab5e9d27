"""Search among the runs of this script, in MLflow's grammar: comparisons joined by AND."""

import re

from .mlflow_errors import invalid

_TOKEN = re.compile(
    r"""\s*(?:(?P<text>'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")|(?P<operator>!=|<=|>=|=|<|>)"""
    r"""|(?P<mark>[(),])|(?P<word>(?:[^\s'"`=<>!(),]|`[^`]*`|"[^"]*")+(?:\.(?:"[^"]*"|`[^`]*`))?))"""
)
_KINDS = {
    "metric": "metric",
    "metrics": "metric",
    "param": "parameter",
    "params": "parameter",
    "parameter": "parameter",
    "parameters": "parameter",
    "tag": "tag",
    "tags": "tag",
    "attribute": "attribute",
    "attributes": "attribute",
    "attr": "attribute",
    "run": "attribute",
}
_TEXTS = ("=", "!=", "LIKE", "ILIKE", "IN", "NOT IN", "IS NULL", "IS NOT NULL")
_NUMBERS = ("=", "!=", "<", "<=", ">", ">=", "IS NULL", "IS NOT NULL")
_TIMES = ("start_time", "end_time", "created", "creation_time", "last_update_time")
_ATTRIBUTES = {
    "Run Name": "run_name",
    "run name": "run_name",
    "Created": "start_time",
    "created": "start_time",
}


def parse(text):
    """(kind, key, operator, value) of each comparison; raises Refusal."""
    tokens = _tokens(text)
    found = []
    at = 0
    while at < len(tokens):
        if found:
            if tokens[at].upper() != "AND":
                raise invalid("Invalid clause(s) in filter string: %r. Expected 'AND'." % tokens[at])
            at += 1
        comparison, at = _comparison(tokens, at, text)
        found.append(comparison)
    return found


def _tokens(text):
    found = []
    at = 0
    while text[at:].strip():
        token = _TOKEN.match(text, at)
        if token is None:
            raise invalid(
                "Invalid filter string %r: it can't be read from %r on." % (text, text[at : at + 20])
            )
        found.append(token.group().strip())
        at = token.end()
    return found


def _comparison(tokens, at, text):
    words = tokens[at : at + 4] + ["", "", "", ""]
    kind, key = _identifier(words[0], text)
    upper = [word.upper() for word in words]
    if upper[1:3] == ["IS", "NULL"]:
        return (kind, key, "IS NULL", None), at + 3
    if upper[1:4] == ["IS", "NOT", "NULL"]:
        return (kind, key, "IS NOT NULL", None), at + 4
    if upper[1:3] == ["NOT", "IN"]:
        value, after = _list(tokens, at + 3, text)
        return (kind, key, "NOT IN", value), after
    if upper[1] == "IN":
        value, after = _list(tokens, at + 2, text)
        return (kind, key, "IN", value), after
    numeric = kind == "metric" or (kind == "attribute" and key in _TIMES)
    if upper[1] not in (_NUMBERS if numeric else _TEXTS):
        raise invalid("Invalid comparator %r for %s %r in filter string." % (words[1], kind, key))
    return (kind, key, upper[1], _number(words[2]) if numeric else _text(words[2], kind)), at + 3


def _identifier(word, text):
    name, dot, key = word.partition(".")
    if not dot:
        key, name = name, "attribute"
    if name not in _KINDS or not key:
        raise invalid("Invalid entity type %r in filter string %r." % (name, text))
    if key[:1] in '`"' and key[-1:] == key[:1] and len(key) > 1:
        key = key[1:-1]
    kind = _KINDS[name]
    return kind, _ATTRIBUTES.get(key, key) if kind == "attribute" else key


def _text(word, kind):
    if len(word) > 1 and word[0] in "'\"" and word[-1] == word[0]:
        return word[1:-1]
    text = "Expected a quoted string value for %s. Got value %s"
    raise invalid(text % (kind + "s", word))


def _number(word):
    try:
        return float(word)
    except ValueError:
        raise invalid("Expected numeric value type for metric. Found %s" % word) from None


def _list(tokens, at, text):
    end = tokens.index(")", at) if ")" in tokens[at:] else -1
    if end < 0 or tokens[at] != "(":
        raise invalid("Invalid filter string %r: a list of values has no end." % text)
    return [_text(word, "attribute") for word in tokens[at + 1 : end] if word != ","], end + 1


def search(book, fields, others=()):
    """Runs of this script; `others` are runs that a server found for the same question, as JSON."""
    experiments = set(fields.texts("experiment_ids"))
    comparisons = parse(fields.text("filter") or "")
    for kind, key, _, _ in comparisons:
        if kind == "attribute" and key not in Shown.ATTRIBUTES:
            text = "Invalid attribute key '{%s}' specified. Valid keys are '%s'"
            raise invalid(text % (key, set(Shown.ATTRIBUTES)))
    orders = [_order(text) for text in fields.texts("order_by")]
    view = fields.text("run_view_type") or "ACTIVE_ONLY"
    most = fields.whole("max_results", 1000)
    if not 0 < most <= 50000:
        text = "Invalid value %d for parameter 'max_results' supplied: It must be at most 50000"
        raise invalid(text % most)
    skipped = fields.text("page_token") or "0"
    if not skipped.isdigit():
        raise invalid("Invalid page token, decoding failed")
    own = [
        Shown(run.json())
        for run in book.runs.values()
        if run.experiment.id in experiments and (view == "ALL" or run.deleted == (view == "DELETED_ONLY"))
    ]
    found = [run for run in own if all(run.fits(*comparison) for comparison in comparisons)]
    # What this run knows of its own is newer than what a server has read.
    found += [Shown(run) for run in others if run["info"]["run_id"] not in book.runs]
    found.sort(key=lambda shown: shown.info["run_id"])
    found.sort(key=lambda shown: -shown.info.get("start_time", 0))
    for kind, key, ascending in reversed(orders):
        found.sort(key=lambda shown, kind=kind, key=key: shown.rank(kind, key), reverse=not ascending)
        found.sort(key=lambda shown, kind=kind, key=key: shown.is_missing(kind, key))
    start = int(skipped)
    answer = {"runs": [shown.json for shown in found[start : start + most]]}
    if len(found) > start + most:
        answer["next_page_token"] = str(start + most)
    return answer


def _order(text):
    """(kind, key, ascending) of one `order_by`."""
    words = text.strip().rsplit(None, 1)
    if not words:
        raise invalid("Invalid order_by clause %r." % text)
    direction = words[-1].upper()
    named = len(words) == 2 and direction in ("ASC", "DESC")
    kind, key = _identifier(words[0] if named else text.strip(), text)
    return kind, key, not (named and direction == "DESC")


class Shown:
    """A run, as JSON, as searches see it."""

    ATTRIBUTES = ("run_id", "run_name", "status", "user_id", "artifact_uri", "start_time", "end_time")

    def __init__(self, json):
        self.json = json
        self.info = json["info"]
        self._values = {}

    def value(self, kind, key):
        if kind == "attribute":
            return self.info.get(key)
        name = {"metric": "metrics", "parameter": "params", "tag": "tags"}[kind]
        if name not in self._values:
            pairs = self.json.get("data", {}).get(name, ())
            self._values[name] = {pair["key"]: pair.get("value", "") for pair in pairs}
        value = self._values[name].get(key)
        return float(value) if name == "metrics" and value is not None else value

    def fits(self, kind, key, operator, wanted):
        value = self.value(kind, key)
        if operator == "IS NULL":
            return value is None
        if value is None:
            return False
        if operator in ("LIKE", "ILIKE"):
            pattern = "".join(".*" if c == "%" else "." if c == "_" else re.escape(c) for c in wanted)
            flags = re.DOTALL | (re.IGNORECASE if operator == "ILIKE" else 0)
            return re.fullmatch(pattern, value, flags) is not None
        return {
            "IS NOT NULL": lambda: True,
            "IN": lambda: value in wanted,
            "NOT IN": lambda: value not in wanted,
            "=": lambda: value == wanted,
            "!=": lambda: value != wanted,
            "<": lambda: value < wanted,
            "<=": lambda: value <= wanted,
            ">": lambda: value > wanted,
            ">=": lambda: value >= wanted,
        }[operator]()

    def is_missing(self, kind, key):
        """Runs without the value come last, in either direction; NaN is no value to sort by."""
        value = self.value(kind, key)
        return value is None or value != value

    def rank(self, kind, key):
        value = self.value(kind, key)
        if value is None or value != value:
            return 0 if kind == "metric" or key in _TIMES else ""
        return value


ROUTES = {("POST", "runs/search"): search}
