"""Ending a run that somebody wants to end: politely first, then by force, then whoever fled from the
group."""

import os
import signal
import time

from . import processes

SWEEP_SECONDS = 10


class Cancel:
    """SIGINT to the group, grace, SIGTERM, grace, SIGKILL; then the same in short for processes that only
    the mark still finds."""

    def __init__(self, pid, spec, without):
        self._group = pid
        self._run_id = spec["run_id"]
        self._without = without  # Who carries the mark too, but does the work.
        interrupt, terminate = spec.get("grace_seconds") or (30, 10)
        now = time.monotonic()
        self._plan = [
            (now, signal.SIGINT),
            (now + interrupt, signal.SIGTERM),
            (now + interrupt + terminate, signal.SIGKILL),
        ]
        self._leftover_grace = min(terminate, 5)
        self._sweep_started = None

    def step(self):
        """Sends the next signal when its time has come. SIGINT goes to the group alone: launchers tell
        their workers themselves."""
        if not self._plan or time.monotonic() < self._plan[0][0]:
            return
        number = self._plan.pop(0)[1]
        _send(os.killpg, self._group, number)
        if number != signal.SIGINT:
            self._send_marked(number)
        if number == signal.SIGKILL:
            self._plan = [(time.monotonic() + 1, signal.SIGKILL)]

    def swept(self):
        """After the script's end: true once no process of the run is left, or nothing more can be done
        about it."""
        self._plan = []
        left = processes.marked(self._run_id, self._without())
        if not left:
            return True
        current = time.monotonic()
        if self._sweep_started is None:
            self._sweep_started = current
            self._send_marked(signal.SIGTERM)
        elif current - self._sweep_started > self._leftover_grace:
            self._send_marked(signal.SIGKILL)
        return current - self._sweep_started > self._leftover_grace + SWEEP_SECONDS

    def _send_marked(self, number):
        for pid in processes.marked(self._run_id, self._without()):
            _send(os.kill, pid, number)


def _send(how, pid, number):
    try:
        how(pid, number)
    except OSError:
        return  # It is gone already.
