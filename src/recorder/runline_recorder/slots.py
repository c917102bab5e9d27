"""The queue of one machine: at most `limit` runs at once among those that share a folder, first come first
served.

Locks are `flock`s, so whoever dies gives back what it held and nothing ever needs cleaning. Order is by
run id, which sorts by time.
"""

import fcntl
import os
import time

from . import processes
from .rundir import now

POLL_SECONDS = 0.2


def wait(directory, spec, asked):
    """Blocks until this run may start. Returns the handle that holds the slot, or None when the run was
    cancelled meanwhile."""
    folder = spec["queue"]["folder"]
    limit = max(1, int(spec["queue"]["limit"]))
    os.makedirs(folder, mode=0o700, exist_ok=True)
    ticket = Ticket(folder, spec["run_id"])
    try:
        told = None
        while not asked.cancelled():
            position = ticket.position()
            slot = _take(folder, limit) if position == 0 else None
            if slot is not None:
                return slot
            if told != position:
                told = position
                _tell(directory, position + 1, limit)
            time.sleep(POLL_SECONDS)
        return None
    finally:
        ticket.give_up()


def _tell(directory, position, limit):
    reason = "waiting for a free slot" if limit == 1 else "waiting for one of %d slots" % limit
    record = {
        "position": position,
        "reason": reason,
        "time": now(),
        "recorder_pid": os.getpid(),
        "recorder_start_ticks": processes.start_ticks(os.getpid()),
        "boot_id": processes.boot_id(),
    }
    directory.write_json("queue.json", record)


class Ticket:
    """A locked file `ticket-<run id>`. One that can be locked by somebody else belongs to a dead recorder.
    `shared`: the folder is everybody's on this machine."""

    def __init__(self, folder, run_id, shared=False):
        self._folder = folder
        self._name = "ticket-" + run_id
        hidden = os.path.join(folder, ".new-" + self._name)
        self._handle = os.open(hidden, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        if shared:
            os.fchmod(self._handle, 0o644)  # Whatever the umask is: others look whether it is locked.
        fcntl.flock(self._handle, fcntl.LOCK_EX)
        os.rename(hidden, self._path(self._name))

    def _path(self, name):
        return os.path.join(self._folder, name)

    def position(self):
        """How many live runs are before this one."""
        before = 0
        for name in sorted(os.listdir(self._folder)):
            if name == self._name:
                return before
            if name.startswith("ticket-") and not self._forget_dead(name):
                before += 1
        return before

    def _forget_dead(self, name):
        try:
            handle = _try_lock(self._path(name))
        except PermissionError:
            return True  # Not a ticket of ours: those can be read.
        if handle is None:
            return os.path.exists(self._path(name)) is False
        try:
            os.unlink(self._path(name))
        except PermissionError:
            return True  # Of somebody else who is gone: it stands in nobody's way.
        finally:
            os.close(handle)
        return True

    def give_up(self):
        try:
            os.unlink(self._path(self._name))
        except FileNotFoundError:
            return
        finally:
            os.close(self._handle)


def _take(folder, limit):
    """The handle of a free slot. Slots beyond the limit count too: the limit may have been lowered."""
    names = {"slot-%d" % number for number in range(limit)}
    names.update(name for name in os.listdir(folder) if name.startswith("slot-"))
    held = 0
    free = None
    for name in sorted(names):
        handle = _try_lock(os.path.join(folder, name), create=True)
        if handle is None:
            held += 1
        elif free is None:
            free = handle
        else:
            os.close(handle)
    if free is not None and held < limit:
        return free
    if free is not None:
        os.close(free)
    return None


def _try_lock(path, create=False):
    """The handle of a file locked without waiting, or None. An existing file is opened without O_CREAT: in
    a sticky folder the system may refuse O_CREAT on another user's file."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        if not create:
            return None
        handle = os.open(path, os.O_RDONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return handle
    except OSError:
        os.close(handle)
        return None
