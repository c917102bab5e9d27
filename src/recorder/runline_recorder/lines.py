"""One line of output to metric points. Careful by intent: an unseen metric can be given a pattern, a false
one spoils every chart."""

import re

from . import pairs, progress, structured
from .figures import number

MAX_LINE = 1 << 16
MAX_TEXT_LINE = 4096
_ANSI = re.compile(r"\x1b\[[0-9;?]{0,40}[ -/]{0,4}[@-~]|\x1b\][^\x07\x1b]{0,400}\x07|[\x08\x00]")
# Runs of blanks are what makes patterns slow, and none needs more than two.
_BLANKS = re.compile(r"\s{3,}")
_FRAME = re.compile(r'^\s*File "[^"]*", line \d+')
_ANY_NUMBER = re.compile(r"\d|nan|inf", re.IGNORECASE)
_REMEMBERED = 200


class Lines:
    """Parses line after line; remembers the epoch announced last, and lines that only repetition makes a
    metric."""

    def __init__(self, patterns=()):
        self._patterns = patterns
        self._epochs = pairs.Epochs()
        self._unsure = {}
        self._in_frame = False
        self._bars = {}

    def parse(self, line):
        """[(step or None, {key: float})] of one line without its end. Never raises for any text."""
        if "\x1b" in line or "\x08" in line or "\x00" in line:
            line = _ANSI.sub("", line)
        line = line.strip()
        code = self._in_frame
        self._in_frame = line.startswith("File") and _FRAME.match(line) is not None
        if code or self._in_frame or len(line) < 3 or not _ANY_NUMBER.search(line):
            return []
        for pattern in self._patterns:
            found = _by_pattern(pattern, line[:MAX_TEXT_LINE])
            if found:
                return found
        if line[-1] == "}" and "{" in line:
            return self._if_sure(structured.parse(line))
        if len(line) > MAX_TEXT_LINE:
            return []
        line = _BLANKS.sub("  ", line)
        epoch = progress.epoch_line(line) if line[0] in "Ee" else None
        if epoch is not None:
            self._epochs.current = epoch
            return []
        bar = progress.parse(line, self._epochs) if "/" in line else None
        if bar is not None:
            return self._changed(*bar) if bar else []
        return self._if_sure(pairs.parse(line, self._epochs))

    def _if_sure(self, found):
        """A line that may be a metric counts from its second appearance with another value; the first is
        then given too."""
        if found is None:
            return []
        step, values, sure = found
        if sure:
            return [(step, values)]
        signature = tuple(values)
        former = self._unsure.get(signature)
        if former == "metric":
            return [(step, values)]
        if former is None or former[1] == values:
            if len(self._unsure) < _REMEMBERED:
                self._unsure[signature] = (step, values)
            return []
        self._unsure[signature] = "metric"
        return [former, (step, values)]

    def _changed(self, step, values):
        """Bars repeat themselves: a frame that says what the one before said is no new point."""
        fresh = {key: value for key, value in values.items() if self._bars.get(key) != (step, value)}
        for key, value in fresh.items():
            self._bars[key] = (step, value)
        return [(step, fresh)] if fresh else []


def compiled(patterns):
    """The project's patterns as ([compiled], [what is wrong with the others]). `(?<name>…)` is understood
    as well as `(?P<name>…)`."""
    good = []
    problems = []
    for text in patterns:
        try:
            pattern = re.compile(re.sub(r"\(\?<(?![=!])", "(?P<", text))
            if not pattern.groupindex:
                raise ValueError("it has no named group")
            good.append(pattern)
        except (re.error, ValueError) as error:
            problems.append("The pattern %s is not used: %s." % (text, error))
    return good, problems


def _by_pattern(pattern, line):
    points = []
    for found in pattern.finditer(line):
        groups = found.groupdict()
        step = groups.pop("step", None)
        if "key" in groups and "value" in groups:
            groups = {groups["key"]: groups["value"]}
        values = {}
        for key, text in groups.items():
            try:
                if key and text is not None:
                    values[key] = number(text.strip().rstrip("%"))
            except ValueError:
                continue
        if values:
            points.append((int(step) if step and step.isdigit() else None, values))
    return points
