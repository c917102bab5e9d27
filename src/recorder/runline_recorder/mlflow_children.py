"""Runs that a script makes beside its own: each has a run directory like any other, next to that of the run
whose script it is, so that every reader reads it as it stands. It has no process: the script says when it
ends."""

import os
import sys
from shutil import rmtree

from . import VERSION, processes
from .mlflow_journal import ChildJournal
from .rundir import RunDirectory, now

# Nothing of it is watched: all that is known of it the script has said.
NO_CAPTURE = {
    "stdout": False,
    "patterns": [],
    "tensorboard": False,
    "parameters": False,
    "files": False,
    "data_folders": [],
    "artifacts": [],
    "artifact_limit_bytes": 0,
    "system_interval_seconds": 0,
}
EXITS = {"FINISHED": ("reported", 0), "FAILED": ("reported", 1), "KILLED": ("cancelled", None)}


class ChildDirectory:
    """The run directory of one child. `create` raises OSError; later troubles with the disk are borne, as
    those of the run itself are."""

    def __init__(self, parent, run_id):
        self.path = os.path.join(os.path.dirname(parent.path), run_id)
        self.journal = ChildJournal(os.path.join(self.path, "journal.jsonl"))
        self.id = run_id
        self._directory = RunDirectory(self.path)

    @classmethod
    def existing(cls, path, run_id, attempt):
        """One that a recorder before has made; `attempt` is its last."""
        child = cls(RunDirectory(path), run_id)
        child._directory.attempt = attempt
        return child

    def create(self, spec, name, experiment, parent, started, said):
        """Makes it beside the others and moves it in whole: whoever looks finds all of it or nothing. `spec`
        is that of the run whose script it is; `said` are the first fields of its `run` record."""
        own = {
            "version": 1,
            "run_id": self.id,
            "name": name,
            "experiment": experiment,
            "argv": [],
            "shown_argv": [],
            "cwd": spec["cwd"],
            "workspace": spec.get("workspace") or spec["cwd"],
            "script": spec.get("script"),
            "env_names": [],
            "created": now(),
            "code": None,
            "queue": None,
            "capture": NO_CAPTURE,
            "grace_seconds": [0, 0],
            "parent": parent,
        }
        draft = os.path.join(os.path.dirname(self.path), ".%s.new" % self.id)
        os.makedirs(os.path.join(draft, "claim"), mode=0o700)
        try:
            RunDirectory(draft).write_json("spec.json", own)
            RunDirectory(draft).write_json("start.json", self._start(started))
            os.rename(draft, self.path)
        except OSError:
            rmtree(draft, ignore_errors=True)
            raise
        self.journal.write("attempt", attempt=1)
        self.journal.write("run", name=name, experiment=experiment, **said)
        self.journal.flush()

    def _start(self, started):
        return {
            "run_id": self.id,
            "attempt": self._directory.attempt,
            "pid": 0,
            "pgid": 0,
            "start_ticks": 0,
            "recorder_pid": os.getpid(),
            "recorder_start_ticks": processes.start_ticks(os.getpid()),
            "boot_id": processes.boot_id(),
            "host": processes.host(),
            "gpus": [],
            "recorder_version": VERSION,
            "python": "%d.%d.%d" % sys.version_info[:3],
            "time": started,
            "uptime": processes.uptime(),
        }

    def begin_again(self, started):
        """A client goes on with a run that had ended: the next attempt of what began then."""
        self._directory.attempt += 1
        self.journal.write("attempt", attempt=self._directory.attempt)
        self.journal.flush()
        try:
            self._directory.write_json("start.json", self._start(started))
        except OSError:
            return  # The attempt's record of the journal says it too.

    def adopt(self, started):
        """Its recorder was killed, and the process that goes on in its place says so."""
        try:
            self._directory.write_json("start.json", self._start(started))
        except OSError:
            return  # Readers take it for lost until its end is written.

    def former_end(self):
        """(status, time) of its exit record; None while it goes on."""
        try:
            record = self._directory.read_json("exit.json")
            if record["attempt"] < self._directory.attempt:
                return None
            end = record["reason"], record["exit_code"]
            return [status for status, each in EXITS.items() if each == end][0], record["time"]
        except (OSError, ValueError, KeyError, IndexError):
            return None

    def end(self, status, time, error=None):
        """Writes the exit record, or writes it anew: the script may go on about a run that has ended."""
        reason, code = EXITS[status]
        self.journal.flush()
        record = {
            "run_id": self.id,
            "attempt": self._directory.attempt,
            "exit_code": code,
            "signal": None,
            "reason": reason,
            "error": error,
            "time": time,
            "uptime": processes.uptime(),
            "journal_bytes": self._journal_bytes(),
            "log_bytes": 0,
        }
        try:
            self._directory.write_json("exit.json", record)
        except OSError:
            return

    def _journal_bytes(self):
        try:
            return os.stat(self._directory.file("journal.jsonl")).st_size
        except OSError:
            return 0
