"""Progress bars: tqdm's postfix and Keras' lines."""

import re

from . import pairs
from .figures import NUMBER, number, unwrapped
from .metric_names import strength

_TQDM = re.compile(
    r"^(?P<text>.*?)\s*\d{1,3}%\|[^|]*\|\s*(?P<at>\d+)/(?P<total>\d+)\s*\[(?P<state>.*)\](?P<after>.*)$"
)
_KERAS = re.compile(r"^\s*(?P<at>\d+)/(?P<total>\d+)\s+(?:\[[=>.]+\]|[━╸╺ ]*━[━╸╺ ]*|-\s)")
_KERAS_PAIR = re.compile(r"(?:^|\s-\s)\s*([A-Za-z_][\w./@-]*(?: [\w./@-]+)?): (" + NUMBER + r")(?=\s|$)")
_POSTFIX = re.compile(r"(?:^|,\s*)([A-Za-z_][\w ./@-]*?)\s*[=:]\s*(" + NUMBER + r")(?=%?\s*(?:,|$))")
# MLflow's evaluation says which part of its time each step took: nothing that was measured of a model.
_SHARES = re.compile(r"\] \[predict_fn: \d+%, scorers: \d+%$")
_EPOCH = re.compile(r"^\s*Epoch:?\s*\[?(\d+)(?:\s*/\s*\d+)?\]?:?\s*$", re.IGNORECASE)
_IN_TEXT = re.compile(r"\b(?:epoch|ep)\b\s*[:=#]?\s*\[?\s*(\d+)", re.IGNORECASE)


def epoch_line(line):
    """The epoch that a line like `Epoch 3/10` announces, else None."""
    found = _EPOCH.match(line)
    return int(found.group(1)) if found else None


def parse(line, epochs):
    """(step or None, {key: number}) of a bar with figures, an empty tuple for a bar without, None for a
    line that is no bar."""
    found = _TQDM.match(line)
    if found:
        return _tqdm(found, epochs)
    found = _KERAS.match(line)
    return _keras(found, line, epochs) if found else None


def _tqdm(found, epochs):
    text = found.group("text")
    state = unwrapped(found.group("state"))
    at, total = int(found.group("at")), int(found.group("total"))
    comma = state.find(",")
    postfix = state[state.find(",", comma + 1) + 1 :] if state.count(",") > 1 else ""
    if _SHARES.search(state):
        postfix = ""
    values = {}
    for key, value in _POSTFIX.findall(postfix.strip() + found.group("after")):
        if strength(key) != "never":
            values[key.strip().replace(" ", "_")] = number(value)
    described = (
        pairs.parse(text.rstrip(": ").replace("]:", "] "), epochs)
        if any(mark.isdigit() for mark in text)
        else None
    )
    if described:
        for key, value in described[1].items():
            values.setdefault(key, value)
    if not values:
        return ()
    epoch = _IN_TEXT.search(text)
    number_of = int(epoch.group(1)) if epoch else epochs.current
    return (at if number_of is None else epochs.within(number_of, at, total), values)


def _keras(found, line, epochs):
    """Only the last frame of an epoch counts: the figures before it are running means of the same epoch."""
    if found.group("at") != found.group("total"):
        return ()
    values = {}
    for key, value in _KERAS_PAIR.findall(line[found.end() - 2 :]):
        if strength(key) != "never":
            values[key.replace(" ", "_")] = number(value)
    return (epochs.current, values) if values else ()
