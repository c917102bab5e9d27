"""The same run once more: requeued by its scheduler, or begun again after a kill. What the attempt before
has left is put aside, and what it has said stays."""

import os
import time

from . import processes

PUMP_SECONDS = 2


def asked(words, directory_path):
    """The number of the attempt: what `--attempt` says, else what Slurm says of a run that was begun here
    before. Raises ValueError."""
    if words:
        number = int(words[1]) if len(words) == 2 and words[0] == "--attempt" else 0
        if not 1 <= number <= 1000000:
            raise ValueError("not an attempt")
        return number
    restarts = os.environ.get("SLURM_RESTART_COUNT", "")
    # A shell inside a requeued job has the variable too: a run that was never begun is at its first attempt.
    if restarts.isdigit() and int(restarts) > 0 and os.path.isdir(os.path.join(directory_path, "claim")):
        return int(restarts) + 1
    return 1


def still_running(directory):
    """Pids of the attempt before, script and recorder, that live on this machine."""
    try:
        start = directory.read_json("start.json")
        if start["attempt"] >= directory.attempt or start["boot_id"] != processes.boot_id():
            return []
        pairs = [(start["pid"], start["start_ticks"]), (start["recorder_pid"], start["recorder_start_ticks"])]
        return [pid for pid, ticks in pairs if processes.alive(pid) and processes.start_ticks(pid) == ticks]
    except (OSError, ValueError, KeyError, TypeError):
        return []


def set_aside(directory):
    """Readers see at each moment a run that has ended or one that is about to start: its place in the queue
    goes first, then the start record; the exit record is blanked by whoever calls. Raises OSError."""
    _wait_for_pump(directory)
    former = directory.attempt - 1
    try:
        former = directory.read_json("start.json")["attempt"]
    except (OSError, ValueError, KeyError):
        former = directory.attempt - 1
    _remove(directory.file("queue.json"))
    _keep_exit(directory, former)
    _rename(directory.file("start.json"), directory.file("start-%d.json" % former))
    _rename(directory.file("capture"), directory.file("capture-%d" % former))
    end_line(directory.file("journal.jsonl"))


def _wait_for_pump(directory):
    """The pump of a recorder that was killed takes what the pipe still holds: that belongs before this
    attempt."""
    wanted = os.fsencode(directory.path)
    own = {os.getpid()}
    fields = processes.stat(os.getpid())
    while len(fields) > 1 and int(fields[1]) not in own:
        own.add(int(fields[1]))
        fields = processes.stat(int(fields[1]))
    until = time.monotonic() + PUMP_SECONDS
    while time.monotonic() < until and any(_names(pid, wanted) for pid in processes.pids() if pid not in own):
        time.sleep(0.02)


def _names(pid, path):
    """Whether a process was started for this run directory, as recorders and their pumps are."""
    try:
        with open("/proc/%d/cmdline" % pid, "rb") as source:
            return path in source.read().split(b"\0")
    except OSError:
        return False


def former_captures(directory):
    """Names of the folders in which the shims of earlier attempts have reported."""
    try:
        return sorted(name for name in os.listdir(directory.path) if name.startswith("capture-"))
    except OSError:
        return []


def _keep_exit(directory, attempt):
    """Only for people: what is not kept is still in the journal of whoever read it."""
    try:
        record = directory.read_json("exit.json")
        directory.write_json("exit-%d.json" % attempt, record)
    except (OSError, ValueError):
        return


def end_line(path):
    """A kill or a full disk may have torn the last line: the next record must not become a part of it."""
    try:
        handle = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    try:
        size = os.fstat(handle).st_size
        if size > 0 and os.pread(handle, 1, size - 1) != b"\n":
            os.write(handle, b"\n")
    finally:
        os.close(handle)


def _rename(source, target):
    try:
        os.rename(source, target)
    except FileNotFoundError:
        return


def _remove(path):
    try:
        os.unlink(path)
    except FileNotFoundError:
        return
