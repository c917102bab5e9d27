"""Parameters of the run: as argparse or click understood them, else as the command line spells them."""

import re
import time

from .redaction import redacted

PATIENCE_SECONDS = 5
MAX_PARAMETERS = 2000
_ASSIGNMENT = re.compile(r"^[A-Za-z_+~][\w./@-]*=")


class Parameters:
    """Writes each parameter once. The command line's own spelling is used when no parser has spoken for a
    while, or at the end."""

    name = "parameters"
    handle = None

    def __init__(self, spec, journal):
        self._argv = spec["argv"][1:]
        self._journal = journal
        self._written = {}
        self._spoken = False
        self._deadline = time.monotonic() + PATIENCE_SECONDS

    def parsed(self, source, values):
        """What a parser of the script found; the first process that says it counts."""
        self._spoken = True
        for key, value in values.items():
            self._write(source, key, value)

    def tick(self):
        if time.monotonic() > self._deadline:
            self.finish()

    def finish(self):
        if self._spoken:
            return
        self._spoken = True
        for key, value in from_argv(self._argv):
            self._write("argv", key, value)

    def _write(self, source, key, value):
        rank = 0 if source == "argv" else 1
        if len(key) > 250 or self._written.get(key, -1) >= rank or len(self._written) >= MAX_PARAMETERS:
            return
        self._written[key] = rank
        self._journal.write("parameter", key=key, value=redacted(key, value), source=source)


def from_argv(arguments):
    """(key, value) of `--key value`, `--key=value`, `--flag` and `key=value` (as Hydra takes them)."""
    found = []
    waiting = None
    for argument in arguments:
        if argument.startswith("--") and len(argument) > 2:
            if waiting is not None:
                found.append((waiting, "True"))
            key, separator, value = argument[2:].partition("=")
            waiting = None if separator else key
            if separator:
                found.append((key, value))
        elif waiting is not None:
            if argument.startswith("-") and not re.match(r"^-[\d.]", argument):
                found.append((waiting, "True"))
            else:
                found.append((waiting, argument))
            waiting = None
        elif _ASSIGNMENT.match(argument):
            key, _, value = argument.partition("=")
            found.append((key.lstrip("+~"), value))
    if waiting is not None:
        found.append((waiting, "True"))
    return [(key.replace("-", "_"), value) for key, value in found if key]
