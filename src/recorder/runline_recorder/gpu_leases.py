"""A polite queue for the GPUs of a machine without a scheduler: one lock for each, first come first served,
among all people who use this recorder there. GPUs that others use are left to them.

A lock is a `flock` on a file named by the GPU's UUID. It is inherited by the script, so that it is held as
long as anything of the run lives, and given back by the system whoever is killed.
"""

import fcntl
import os
import pwd
import stat
import time

from . import nvidia_smi, processes
from .rundir import NotStarted, now
from .slots import Ticket

FIRST_SECONDS = 2
BEHIND_SECONDS = 10
SLOW_SECONDS = 30
TICK_SECONDS = 0.2
BUSY_MEGABYTES = 1024
SHOWN_GPUS = 4


class Leases:
    """GPUs that are this run's for as long as it lives."""

    def __init__(self, gpus, handles, by_index):
        self.uuids = [gpu.uuid for gpu in gpus]
        self.handles = handles
        self._names = [str(gpu.index) if by_index and gpu.index is not None else gpu.uuid for gpu in gpus]

    def environment(self):
        """CUDA's own order is by speed; that of nvidia-smi is by bus."""
        return {"CUDA_DEVICE_ORDER": "PCI_BUS_ID", "CUDA_VISIBLE_DEVICES": ",".join(self._names)}


def wait(directory, spec, asked):
    """Blocks until the run has its GPUs. Returns Leases, or None when it was cancelled meanwhile; raises
    NotStarted where it would wait in vain, and OSError where locks can't be made."""
    wanted = spec["resources"]
    folder = _folder(wanted.get("lock_folder"))
    ticket = Ticket(folder, spec["run_id"], shared=True)
    try:
        return _Queue(directory, wanted, folder, ticket, asked).wait()
    except (TypeError, ValueError) as error:
        raise NotStarted("What spec.json wants of the machine can't be read: %s." % error)
    finally:
        ticket.give_up()


class _Queue:
    def __init__(self, directory, wanted, folder, ticket, asked):
        self._directory = directory
        self._count = int(wanted["gpus"])
        self._by_index = wanted.get("visible") == "index"
        self._busy_bytes = int(wanted.get("busy_megabytes") or BUSY_MEGABYTES) << 20
        self._folder = folder
        self._ticket = ticket
        self._asked = asked
        self._told = None
        self._seen = False

    def wait(self):
        while not self._asked.cancelled():
            began = time.monotonic()
            position = self._ticket.position()
            try:
                gpus = self._look()
                if gpus is None:
                    return None
                leases = self._take(gpus) if position == 0 else None
                if leases is not None:
                    return leases
                self._tell(position, self._reasons(gpus))
            except nvidia_smi.NoAnswer as error:
                self._tell(position, [str(error)])
            # Where a question takes long it is asked seldom: it wakes GPUs up, or the driver is unwell.
            took = time.monotonic() - began
            least = FIRST_SECONDS if position == 0 else BEHIND_SECONDS
            self._sleep(min(SLOW_SECONDS, max(least, 4 * took)), position)
        return None

    def _look(self):
        """The GPUs that may be used here; None when the run was cancelled. What is missing at the first
        look will not come; later on it may be a driver that is being replaced."""
        try:
            gpus = nvidia_smi.look(self._asked.cancelled)
        except nvidia_smi.NoGpu as error:
            if self._seen:
                raise nvidia_smi.NoAnswer(str(error))
            raise NotStarted("The run asks for GPUs, and this machine shows none: %s." % error)
        if gpus is None:
            return None
        gpus = _allowed([gpu for gpu in gpus if gpu.usable], os.environ.get("CUDA_VISIBLE_DEVICES"))
        if len(gpus) < self._count and not self._seen:
            what = "1 GPU" if self._count == 1 else "%d GPUs" % self._count
            raise NotStarted("The run asks for %s; it may use %d on this machine." % (what, len(gpus)))
        self._seen = True
        return gpus

    def _take(self, gpus):
        """Leases of so many free GPUs as the run wants, or None. Looks again once it has the locks: others
        don't take ours."""
        held = {}
        try:
            for gpu in sorted(gpus, key=lambda each: each.uuid):
                handle = _lock(self._folder, gpu.uuid) if self._in_use(gpu) is None else None
                if handle is not None:
                    held[gpu.uuid] = handle
                if len(held) == self._count:
                    break
            if len(held) < self._count:
                return None
            after = self._look()
            mine = [gpu for gpu in after or () if gpu.uuid in held]
            if len(mine) < self._count or any(self._in_use(gpu) for gpu in mine):
                return None
            leases = Leases(mine, list(held.values()), self._by_index)
            held = {}
            return leases
        finally:
            for handle in held.values():
                os.close(handle)

    def _in_use(self, gpu):
        """Who uses it though nobody holds its lock, in words; None when nobody does."""
        if gpu.processes:
            pid, name, size = max(gpu.processes, key=lambda process: process[2] or 0)
            about = ", ".join(filter(None, [name, size is not None and _gigabytes(size)]))
            return "used by %s%s" % (_user(pid), about and " (%s)" % about)
        if gpu.used is not None and gpu.used > self._busy_bytes:
            return "in use (%s)" % _gigabytes(gpu.used)
        return None

    def _reasons(self, gpus):
        found = []
        for gpu in gpus:
            holder = _holder(self._folder, gpu.uuid)
            reason = holder or self._in_use(gpu)
            if reason is not None:
                found.append("%s %s" % (gpu.label, reason))
        more = len(found) - SHOWN_GPUS
        return found[:SHOWN_GPUS] + (["%d more are taken" % more] if more > 0 else [])

    def _tell(self, position, reasons):
        """`waiting for 1 GPU (2nd): GPU 0 used by maria (python, 12 GB)`, written when it changes."""
        what = "1 GPU" if self._count == 1 else "%d GPUs" % self._count
        place = " (%s)" % _ordinal(position + 1) if position > 0 else ""
        reason = "waiting for %s%s%s" % (what, place, reasons and ": " + ", ".join(reasons) or "")
        if self._told == reason:
            return
        self._told = reason
        record = {
            "position": position + 1,
            "reason": reason[:900],
            "time": now(),
            "recorder_pid": os.getpid(),
            "recorder_start_ticks": processes.start_ticks(os.getpid()),
            "boot_id": processes.boot_id(),
        }
        self._directory.write_json("queue.json", record)

    def _sleep(self, seconds, position):
        """Until it is time to ask again, or this run is the next one."""
        until = time.monotonic() + seconds
        while time.monotonic() < until and not self._asked.cancelled():
            time.sleep(TICK_SECONDS)
            if position > 0 and self._ticket.position() == 0:
                return


def _folder(named):
    """The folder of the locks, the same for everybody on this machine and on a disk of its own."""
    folder = named or os.path.join(_shared_place(), "runline-gpus")
    try:
        os.mkdir(folder, 0o777)
        os.chmod(folder, 0o1777)
    except FileExistsError:
        if not stat.S_ISDIR(os.lstat(folder).st_mode):
            raise NotADirectoryError(20, "It is not a folder", folder)
    return folder


def _shared_place():
    try:
        return "/run/lock" if os.stat("/run/lock").st_mode & stat.S_IWOTH else "/tmp"
    except OSError:
        return "/tmp"


def _lock_path(folder, uuid):
    return os.path.join(folder, uuid.replace("/", "_") + ".lock")


def _open(folder, uuid):
    """Opened to read and never with O_CREAT once it is there: in a sticky folder the system may refuse that
    for another user's file."""
    path = _lock_path(folder, uuid)
    plainly = os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK
    try:
        return os.open(path, os.O_RDONLY | plainly)
    except FileNotFoundError:
        try:
            handle = os.open(path, os.O_RDONLY | os.O_CREAT | os.O_EXCL | plainly, 0o644)
            os.fchmod(handle, 0o644)  # Whatever the umask is: others must be able to read it.
            return handle
        except FileExistsError:
            return os.open(path, os.O_RDONLY | plainly)


def _lock(folder, uuid):
    """The handle that holds the GPU's lock, or None when somebody else does."""
    handle = _open(folder, uuid)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        # A cleaner may have taken the file away meanwhile: then the name stands for another lock.
        if os.fstat(handle).st_ino == os.stat(_lock_path(folder, uuid)).st_ino:
            return handle
    except OSError:
        os.close(handle)
        return None
    os.close(handle)
    return None


def _holder(folder, uuid):
    """Whose run holds the lock, in words; None when nobody does."""
    try:
        handle = os.open(_lock_path(folder, uuid), os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return None
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
        return None
    except OSError:
        pid = _locker(os.fstat(handle).st_ino)
        return "held by another run" if pid is None else "held by a run of %s" % _user(pid)
    finally:
        os.close(handle)


def _locker(inode):
    """Pid of who took the `flock` of a file, as /proc/locks has it."""
    try:
        with open("/proc/locks", encoding="ascii", errors="replace") as source:
            for line in source:
                words = line.split()
                if len(words) > 5 and words[1] == "FLOCK" and words[5].rpartition(":")[2] == str(inode):
                    return int(words[4])
    except (OSError, ValueError):
        return None
    return None


def _user(pid):
    try:
        uid = os.stat("/proc/%d" % pid).st_uid
    except OSError:
        return "somebody"  # A container's process, or one that has ended.
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return "user %d" % uid


def _allowed(gpus, visible):
    """Those that the environment already restricts the person to, by index or by the beginning of a UUID."""
    if visible is None:
        return gpus
    names = [name.strip() for name in visible.split(",") if name.strip()]
    return [
        gpu for gpu in gpus if any(name == str(gpu.index) or gpu.uuid.startswith(name) for name in names)
    ]


def _gigabytes(size):
    return "%d GB" % round(size / 2**30) if size >= 2**30 else "%d MB" % round(size / 2**20)


def _ordinal(number):
    ending = "th" if 10 <= number % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return "%d%s" % (number, ending)
