"""Where every source delivers its points: steps for those that have none, one owner per name, then the
journal."""

import json

from .rundir import now

# What one line of a hostile or broken log may add.
MAX_KEY = 250
MAX_KEYS = 100000


class Metrics:
    """Gives each point a step and writes it. The first source that uses a name owns it; another source's
    is told apart by a prefix."""

    def __init__(self, journal):
        self._journal = journal
        self._next = {}
        self._owner = {}
        self._quoted = {}
        self._full = False
        self._long = False

    def add(self, source, step, values, time=None):
        """`step` None: the script printed none, so each name counts its own from 0. `time` in epoch
        milliseconds, now if None."""
        named = {}
        for key, value in values.items():
            owner = self._owner.setdefault(key, source) if len(self._owner) < MAX_KEYS else self._known(key)
            if len(key) > MAX_KEY:
                self._say_long(key)
            elif owner is not None:
                named[key if owner == source else source + "/" + key] = value
        if step is not None:
            if named:
                self._write(time or now(), step, named, source)
            return
        by_step = {}
        for key, value in named.items():
            count = self._next.get(key, 0)
            self._next[key] = count + 1
            by_step.setdefault(count, {})[key] = value
        for count, group in by_step.items():
            self._write(time or now(), count, group, source)

    def claim(self, source, keys):
        """A source that names its metrics on purpose owns their names from now on, whoever came first."""
        for key in keys:
            if self._owner.get(key) != source and (key in self._owner or len(self._owner) < MAX_KEYS):
                self._owner[key] = source

    def _say_long(self, key):
        if not self._long:
            self._long = True
            text = "Metrics whose names have more than %d characters are not kept, such as “%s…”."
            self._journal.notice("metric_name_long", text % (MAX_KEY, key[:40]))

    def _known(self, key):
        if not self._full:
            self._full = True
            self._journal.notice("too_many_metrics", "Only the first %d metric names are kept." % MAX_KEYS)
        return self._owner.get(key)

    def _write(self, time, step, values, source):
        # Written by hand: at a million points the general encoder is most of the cost.
        inner = ",".join([self._name(key) + _text(value) for key, value in values.items()])
        line = '{"kind":"metric","time":%d,"step":%d,"values":{%s},"source":"%s"}\n' % (
            time,
            step,
            inner,
            source,
        )
        self._journal.write_line(line.encode("ascii", "replace"))

    def _name(self, key):
        """A key as JSON, with its colon."""
        quoted = self._quoted.get(key)
        if quoted is None:
            quoted = self._quoted[key] = json.dumps(key) + ":"
        return quoted


def _text(value):
    text = repr(float(value))
    if text[-1] in "nf":
        return '"NaN"' if value != value else '"Infinity"' if value > 0 else '"-Infinity"'
    return text
