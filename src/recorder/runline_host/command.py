"""From a question to its answer. Only the file that answers is imported."""

import importlib
import json
import os
import sys

from .files import Refused

VERBS = {
    "look": "looking",
    "list_runs": "looking",
    "read": "looking",
    "paths": "looking",
    "prepare": "starting",
    "launch": "starting",
    "cancel": "starting",
    "discard": "starting",
    "missing": "code",
    "put": "code",
    "put_part": "code",
    "make_tree": "code",
    "work": "code",
    "interpreter": "interpreters",
    "program": "interpreters",
    "probe": "interpreters",
    "check": "machine",
    "slurm_submit": "slurm",
    "slurm_note": "slurm",
    "slurm_cancel": "slurm",
    "slurm_end": "slurm",
}


def main(verb):
    """Reads a JSON line and the bytes after it from standard input; writes the same way."""
    os.umask(0o077)
    source = sys.stdin.buffer
    ask = json.loads(source.readline().decode("utf-8"))
    work = getattr(importlib.import_module("runline_host." + VERBS[verb]), verb)
    try:
        answer, bodies = work(ask, source.read())
    except Refused as refused:
        answer, bodies = {"refused": refused.answer}, []
    target = sys.stdout.buffer
    target.write(json.dumps(answer).encode("utf-8") + b"\n")
    for body in bodies:
        target.write(body)
    target.flush()
