"""Lines that are an object: JSON, or a Python dictionary as Trainer prints it. A text before the object is
allowed."""

import ast
import json
import re

from .figures import NUMBER, number, unwrapped
from .metric_names import EPOCH_NAMES, NEVER, STEP_NAMES, strength

_FLAT = re.compile(r"\{\s*(?:'[^'\\]*'\s*:\s*(?:" + NUMBER + r")\s*(?:,\s*|(?=\})))+\}")
_ITEM = re.compile(r"'([^'\\]*)'\s*:\s*(" + NUMBER + r")")
_NON_FINITE = re.compile(r"(?<![\w'\"])(-?)(nan|inf)(?![\w'\"])")
_DEPTH = 3


def parse(line):
    """(step or None, {key: number}, sure) of an object line, else None. `sure` is False for objects that
    may be a configuration."""
    if not line.endswith("}"):
        return None
    text = line[line.find("{") :]
    found = _json(text)
    if found is None:
        found = _python(text)
    if not found:
        return None
    return split_step(found)


def _json(text):
    if text[1:2] == "'":
        return None
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return _numbers(value, "", _DEPTH)


def _python(text):
    text = unwrapped(text)
    if _FLAT.fullmatch(text):
        return {key: _literal(value) for key, value in _ITEM.findall(text)}
    if len(text) > 16384:
        return None
    try:
        value = ast.literal_eval(_NON_FINITE.sub(r"'\1\2'", text))
    except (ValueError, SyntaxError, RecursionError, MemoryError, TypeError):
        return None
    return _numbers(value, "", _DEPTH)


def _literal(text):
    return int(text) if text.isdigit() else number(text)


def _numbers(value, prefix, depth):
    """The numbers of an object by path; text is left out, except where it spells a number that JSON can't."""
    if not isinstance(value, dict) or depth == 0:
        return None
    found = {}
    for key, item in value.items():
        if not isinstance(key, str) or not key or len(key) > 250:
            continue
        name = prefix + key
        if isinstance(item, bool) or key.lower() in NEVER:
            continue
        if isinstance(item, (int, float)):
            found[name] = item
        elif isinstance(item, str) and item.lower() in ("nan", "inf", "-inf", "infinity", "-infinity"):
            found[name] = float(item)
        elif isinstance(item, dict):
            found.update(_numbers(item, name + "/", depth - 1) or {})
    return found


def split_step(found):
    """Takes the step out of named numbers: the finest one; an epoch only when it is whole and nothing is
    finer."""
    step = None
    sure = False
    for name in STEP_NAMES:
        if name in found:
            value = found[name]
            if value >= 0 and value == value and value < 2**53 and value == int(value):
                del found[name]
                if step is None:
                    step = int(value)
    for name in EPOCH_NAMES:
        if name in found:
            sure = True
            if isinstance(found[name], int) and found[name] >= 0:
                value = found.pop(name)
                if step is None:
                    step = value
    sure = sure or step is not None or any(strength(key) == "strong" for key in found)
    values = {}
    for key, value in found.items():
        try:
            values[key] = float(value)
        except OverflowError:
            continue
    return (step, values, sure) if values else None
