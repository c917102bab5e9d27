"""Lines of `key=value`, `key: value` and `key value`, with the step they belong to."""

import re

from .figures import NUMBER, number, unwrapped, whole
from .metric_names import strength
from .name_words import whole_name
from .shapes import Shapes

_QUALIFIER = (
    r"(?:train(?:ing)?|val(?:id(?:ation)?)?|test(?:ing)?|eval(?:uation)?|dev|best|avg|average|mean|total|running|final|moving"
    r"|epoch|episode|global|smoothed|learning|grad(?:ient)?|policy|value|top-?[15])"
)
_KEY = r"(?:" + _QUALIFIER + r"[ ]){0,3}[A-Za-z_][\w.@/^-]{0,80}"
_UNIT = r"(?:%|ms|us|µs|s|secs?|min|h|it/s|s/it|[KMGT]i?B|ms/step|s/step|s/epoch)?"
_PAIR = re.compile(
    r"(?<![\w./\\@%$#:'\"<>~-])(?P<key>" + _KEY + r")(?P<sep>\s*(?:[=:]|->|:=)\s*|\s+)"
    r"(?P<value>" + NUMBER + r")(?:/(?P<total>\d+))?(?P<unit>" + _UNIT + r")"
    r"(?=\.?(?:$|[\s,;|)\]}(]))(?!\s*(?:[*<>^=]|\+(?!/-)))",
    re.IGNORECASE,
)
# A row of a table goes on with cells to its end.
_MORE_CELLS = re.compile(r"(?:\s+(?:" + NUMBER + r"))+\s*$")
_BOOST = re.compile(r"(\w+)'s ([\w@.]+): (" + NUMBER + ")")
_MARK = re.compile(
    r"(?<![\w/.-])(global[ _]step|train[ _]step|step|iter|iteration|update|batch|epoch|ep|episode|round"
    r"|trial)s?"
    r"\s*[:=#]?\s*[\[(#]?\s*(\d{1,3}(?:,\d{3})+|\d+)(?![\w.,]*\d|\w|\.\d)(?:\s*(?:/|of)\s*(\d+))?\s*[\])]?",
    re.IGNORECASE,
)
_BRACKET = re.compile(r"\[\s*(\d+)\s*/\s*(\d+)(?:\s*\(\s*[\d.]+%\s*\))?\s*\]")
_ROUND = re.compile(r"^(?:\[(\d+)\]|(\d+):)\s*\t|^\[(\d+)\]\s+(?=\S+:)")
_TIME = re.compile(
    r"^\W*\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?\]?[\s:-]*"
    r"|^\W*\d\d:\d\d:\d\d(?:[.,]\d+)?\W+"
)
_LOGGER = re.compile(r"^(?:DEBUG|INFO|WARNING|ERROR|CRITICAL):[\w.]+:")
_CALL = re.compile(r"\w\(\s*\w+\s*=")
_WORD = re.compile(r"[A-Za-z]{2,}")
_AVERAGE = re.compile(r"\(\s*(?:" + NUMBER + r")\s*%?\s*\)")
_PHASE = re.compile(
    r"[\s|>*#-]*(train(?:ing)?|val(?:id(?:ation)?)?|test|eval(?:uation)?|dev)\b\W", re.IGNORECASE
)
_SPACE_WITHOUT_STEP = ("strong",)
_SPACE_WITH_STEP = ("strong", "ambiguous", "weak")

_WORDS_WITH_STEP = 8
_WORDS_UNKNOWN = 2
_WORDS_WITHOUT = 3


def parse(line, epochs):
    """(step or None, {key: number}, sure) of a line, else None. `sure` is False when only repetition would
    tell that it is a metric."""
    return _shapes.parse(_LOGGER.sub("", _TIME.sub("", line)), epochs)


def _read(line, epochs):
    if "(" in line:
        line = unwrapped(line)
        if _CALL.search(line):
            return None
    marked, step, rest = _step(line, epochs)
    values, rest, kinds, fraction = _values(rest, marked)
    if not values:
        return None
    words = len(_WORD.findall(rest))
    if marked:
        limit = _WORDS_WITH_STEP if kinds - {"plain"} else _WORDS_UNKNOWN
        return (step, values, True) if words <= limit else None
    if "strong" in kinds or ("ambiguous" in kinds and fraction):
        return (None, values, True) if words <= _WORDS_WITHOUT else None
    return (None, values, False) if words == 0 and fraction else None


def _step(line, epochs):
    """Whether the line names its step, the step if it can be told, and the line without it."""
    place = {}
    rest = line
    for found in _MARK.finditer(line):
        name = found.group(1).lower().replace(" ", "_")
        name = "epoch" if name in ("epoch", "ep") else "batch" if name == "batch" else "step"
        total = int(found.group(3)) if found.group(3) else None
        place.setdefault(name, (int(found.group(2).replace(",", "")), total))
    if place:
        rest = _MARK.sub(" | ", line)
    bracket = _BRACKET.search(rest)
    if bracket and ("epoch" in place or not rest[: bracket.start()].strip()):
        place.setdefault("batch", (int(bracket.group(1)), int(bracket.group(2))))
        rest = _BRACKET.sub(" | ", rest, count=1)
    boosting = _ROUND.match(line) if not place else None
    if boosting:
        return True, int(boosting.group(1) or boosting.group(2) or boosting.group(3)), line[boosting.end() :]
    if not place:
        return False, None, line
    return True, epochs.step(place), rest


def _values(line, marked):
    """The pairs of a line that may be metrics, the line without them, how sure their names are, and
    whether one is not whole."""
    values = {}
    kinds = set()
    fraction = False
    rest = []
    end = 0
    phase = _PHASE.match(line)
    spaced = _SPACE_WITH_STEP if marked else _SPACE_WITHOUT_STEP
    if "'s " in line:
        line = _BOOST.sub(r"\1/\2: \3", line)
    for found in _PAIR.finditer(line):
        key, separator, text = found.group("key"), found.group("sep"), found.group("value")
        kind = strength(key)
        tight = separator == ":" and (kind == "plain" or (kind == "weak" and not marked))  # host:8080
        if kind == "never" or (not separator.strip() and kind not in spaced) or tight:
            continue
        if not (separator.strip() or marked) and _MORE_CELLS.match(line, found.end()):
            continue
        name = key.replace(" ", "_")
        known = kind in ("strong", "ambiguous")
        longer = whole_name(line[: found.start()], key) if known and not end and separator.strip() else None
        if longer:
            name = longer
        elif known and phase and phase.end() <= found.start() and not _has_phase(key):
            name = phase.group(1) + "_" + name
        value = number(text)
        if found.group("total"):
            if not known or not int(found.group("total")):
                continue
            value = value / int(found.group("total"))
        fraction = fraction or bool(found.group("total")) or not whole(text)
        if separator.strip() or marked or not whole(text):  # "loss 5" alone may be prose.
            kinds.add(kind)
        values.setdefault(name, value)
        rest.append(line[end : found.start()])
        end = found.end()
    rest.append(line[end:])
    return values, _AVERAGE.sub(" ", " ".join(rest)), kinds, fraction


def _has_phase(key):
    return _PHASE.match(key + " ") is not None or any(
        part in key.lower() for part in ("train", "val", "test", "eval", "dev")
    )


class Epochs:
    """Turns "epoch 3, batch 50 of 500" into one growing step."""

    def __init__(self):
        self._first = None
        self.current = None

    def step(self, place):
        """The step for positions by name: `step` as it is, `batch` within its epoch, else the epoch. None
        when it can't be told."""
        epoch = place.get("epoch")
        fine = place.get("step") or place.get("batch")
        if fine is None:
            return epoch[0]
        if epoch is None or ("step" in place and fine[1] is None):
            return fine[0]
        return self.within(epoch[0], fine[0], fine[1])

    def within(self, epoch, position, total):
        """The step of a position in an epoch of known length; None when the length is unknown, since steps
        would then repeat."""
        if total is None:
            return None
        if self._first is None:
            self._first = 0 if epoch == 0 else 1
        return max(0, epoch - self._first) * total + position


_shapes = Shapes(_read, Epochs)
