"""The recorder was killed while its script goes on: a process that answers the script's MLflow calls from
then on. Without it a client tries each call again for minutes, and then ends the script.

It is forked by the pump, which notices the end of the recorder and holds the address for this case. What the
script has said so far it has from the journals, and it goes on with them."""

import os
import select
import sys
import threading
import time
from _socket import socket

from . import processes
from .attempts import end_line
from .metrics import Metrics
from .mlflow_files import drop_drafts
from .mlflow_journal import SharedJournal
from .mlflow_port import Offer
from .mlflow_restored import restore
from .mlflow_service import Service

_LOOK_SECONDS = 0.25


def take_over(directory, spec, listener, token, handles):
    """Forks the process, in the pump. The handles are those that only the pump may hold: it alone reads the
    script's output."""
    pump = os.getpid()
    if os.fork():
        os.close(listener)
        return
    try:
        for handle in handles:
            os.close(handle)
        # Whoever read what the recorder complained about may have gone with it.
        sys.stderr = open(os.devnull, "w")
        _serve(directory, spec, listener, token, {os.getpid(), pump})
    finally:
        os._exit(0)


def _serve(directory, spec, listener, token, own):
    """To the end of everything that may still call."""

    def lives():
        return _lives(*script) or _left(directory, spec, own)

    def called():
        return bool(select.select([listener], [], [], _LOOK_SECONDS)[0])

    script = _script(directory)
    is_called = called()
    if not is_called and not _lives(*script):
        return  # Killed together, as most are.
    end_line(directory.file("journal.jsonl"))
    journal = SharedJournal(directory.append("journal.jsonl"))
    service = Service(directory, spec, journal, Metrics(journal), Offer(socket(fileno=listener), token))
    restore(service.book, directory)
    drop_drafts(service.book.runs.values())
    while not is_called and lives():
        is_called = called()
    if is_called:
        text = "The recorder of this run was killed. What the script logs to MLflow is still kept."
        service.book.notice("recorder_killed", text)
        threading.Thread(target=service.serve, daemon=True).start()
    while lives():
        time.sleep(_LOOK_SECONDS)
        service.book.settle()
        journal.tick()
    service.stop(None)
    journal.close()


def _script(directory):
    """(pid, start ticks) of the script; 0 where the recorder was killed before it could say them."""
    try:
        start = directory.read_json("start.json")
        return start["pid"], start["start_ticks"]
    except (OSError, ValueError, KeyError):
        return 0, 0


def _left(directory, spec, own):
    """Whether processes of the script outlive it, and no next attempt has begun, which has their mark."""
    following = directory.file("claim-%d" % (directory.attempt + 1))
    return not os.path.exists(following) and bool(processes.marked(spec["run_id"], own))


def _lives(pid, ticks):
    if ticks or not pid:
        return processes.alive(pid) and processes.start_ticks(pid) == ticks
    try:
        os.kill(pid, 0)  # Where there is no /proc.
        return True
    except OSError:
        return False
