"""The run directory: its files, written so that neither a kill nor a full disk leaves half a record."""

import _thread
import json
import os
import sys
import time

from . import VERSION, processes
from .output_log import OutputLog, total

EXIT_BYTES = 1024
# Given back at the end of a run whose disk is full: room for the last records, lineage among them.
SPARE_BYTES = 256 << 10


def now():
    """Host epoch in whole milliseconds, as in every record."""
    return time.time_ns() // 1000000


class NotStarted(Exception):
    """Why the script will not be started, in words for a person."""


class RunDirectory:
    """Paths and small records of one run directory. Methods raise OSError; the caller knows what that
    means."""

    def __init__(self, path, attempt=1):
        self.path = path
        self.attempt = attempt
        self.leases = None
        self.job = None  # What Slurm says of itself, in a job of its own.

    def file(self, name):
        return os.path.join(self.path, name)

    def read_spec(self):
        """The parsed `spec.json`; raises OSError, ValueError or KeyError when it is not one."""
        spec = self.read_json("spec.json")
        if not isinstance(spec, dict) or not spec["argv"] or not spec["run_id"] or not spec["cwd"]:
            raise ValueError("it is not a run specification")
        return spec

    def read_json(self, name):
        with open(self.file(name), encoding="utf-8") as source:
            return json.load(source)

    def claim(self):
        """True for exactly one of all who ask for an attempt, on any file system: mkdir is atomic."""
        try:
            os.mkdir(self.file(self._claim_name()), 0o700)
            return True
        except FileExistsError:
            return False

    def claimed(self):
        return os.path.isdir(self.file(self._claim_name()))

    def _claim_name(self):
        return "claim" if self.attempt == 1 else "claim-%d" % self.attempt

    def first_record(self):
        """What the one who holds the claim has said so far: its start record, else why it waits, else only
        that it is claimed."""
        for name in ("start.json", "queue.json"):
            try:
                return self.read_json(name)
            except (OSError, ValueError):
                continue
        return {"claimed": True}

    def open_log(self):
        """Opens the output for appending, and keeps it as `log`. Raises OSError."""
        self.log = OutputLog(self.file("output.log"))
        return self.log

    def append(self, name):
        return os.open(self.file(name), os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)

    def write_json(self, name, value):
        """Replaces a small record in one step: readers see the old one or the new one. `sync` makes it
        last, which on a busy disk may take seconds: what waits for the record need not wait for that."""
        temporary = self.file("%s.tmp-%d" % (name, os.getpid()))
        data = json.dumps(value, ensure_ascii=False).encode("utf-8", "replace")
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        try:
            os.write(handle, data)
        finally:
            os.close(handle)
        os.rename(temporary, self.file(name))

    def sync(self, *names):
        """Forces records to the disk, beside everything else. Where it fails nothing more could be done."""

        def settle():
            for name in names:
                try:
                    handle = os.open(self.file(name), os.O_RDONLY | os.O_CLOEXEC)
                    os.fsync(handle)
                    os.close(handle)
                except OSError:
                    continue

        _thread.start_new_thread(settle, ())

    def write_start(self, run_id, pid):
        """Writes `start.json`. Returns None, or the error: the script runs already, so a missing record
        must not stop it."""
        record = {
            "run_id": run_id,
            "attempt": self.attempt,
            "pid": pid,
            "pgid": pid,
            "start_ticks": processes.start_ticks(pid),
            "recorder_pid": os.getpid(),
            "recorder_start_ticks": processes.start_ticks(os.getpid()),
            "boot_id": processes.boot_id(),
            "host": processes.host(),
            "gpus": processes.gpu_ids() if self.leases is None else self.leases.uuids,
            "log_offset": self.log.start,
            "recorder_version": VERSION,
            "python": "%d.%d.%d" % sys.version_info[:3],
            "time": now(),
            "uptime": processes.uptime(),
        }
        if self.job is not None:
            record["slurm"] = {"job": self.job.id, "restarts": self.job.restarts}
        try:
            self.write_json("start.json", record)
            return None
        except OSError as error:
            return error


class ExitReserve:
    """`exit.json`, whose space is taken at the start: overwriting it in place works on a full disk."""

    def __init__(self, directory, run_id):
        self._directory = directory
        self._run_id = run_id
        self._handle = os.open(directory.file("exit.json"), os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
        os.pwrite(self._handle, b" " * EXIT_BYTES, 0)

    def settle(self):
        """Takes the spare room and forces the reserve to the disk. Done after the start of the script,
        since it may take milliseconds."""
        spare = os.open(self._directory.file("spare"), os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            os.write(spare, b"\0" * SPARE_BYTES)
        finally:
            os.close(spare)
        self._directory.sync("start.json", "exit.json")

    def release(self):
        """Gives the spare room back, for what is still to be written."""
        try:
            os.unlink(self._directory.file("spare"))
        except FileNotFoundError:
            return

    def write(self, reason, exit_code, signal_name, error=None):
        """The last thing a recorder does."""
        record = {
            "run_id": self._run_id,
            "attempt": self._directory.attempt,
            "exit_code": exit_code,
            "signal": signal_name,
            "reason": reason,
            "error": error,
            "time": now(),
            "uptime": processes.uptime(),
            "journal_bytes": self._size("journal.jsonl"),
            "log_bytes": total(self._directory.file("output.log")),
        }
        data = json.dumps(record, ensure_ascii=False).encode("utf-8", "replace")
        if len(data) > EXIT_BYTES:
            record["error"] = error[:100]
            data = json.dumps(record, ensure_ascii=False).encode("utf-8", "replace")
        os.pwrite(self._handle, data.ljust(EXIT_BYTES), 0)
        os.fsync(self._handle)

    def _size(self, name):
        try:
            return os.stat(self._directory.file(name)).st_size
        except OSError:
            return 0
