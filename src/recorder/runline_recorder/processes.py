"""What /proc says about processes. Where there is no /proc every answer is the harmless one (0, "", [])."""

import os
import time

MARK = b"RUNLINE_RUN_ID="


def _text(path):
    try:
        with open(path, "rb") as source:
            return source.read().decode("utf-8", "replace")
    except OSError:
        return ""


def stat(pid):
    """Fields of /proc/<pid>/stat from the state on (index 0 = field 3), or [] for a process that is gone."""
    line = _text("/proc/%d/stat" % pid)
    return line[line.rfind(")") + 2 :].split() if ")" in line else []


def start_ticks(pid):
    """Start time in clock ticks since boot: with the pid it names a process for good."""
    fields = stat(pid)
    return int(fields[19]) if len(fields) > 19 else 0


def alive(pid):
    """False for a zombie: it has ended, whoever forgets to collect it."""
    fields = stat(pid)
    return bool(fields) and fields[0] not in "ZXx"


def boot_id():
    return _text("/proc/sys/kernel/random/boot_id").strip()


def uptime():
    """Seconds since boot."""
    try:
        return time.clock_gettime(time.CLOCK_BOOTTIME)
    except (AttributeError, OSError):
        return time.monotonic()


def host():
    return os.uname().nodename


def gpu_ids():
    """UUIDs of NVIDIA GPUs as the driver lists them: a file read, since nvidia-smi takes longer than a
    start may."""
    found = []
    folder = "/proc/driver/nvidia/gpus"
    try:
        names = sorted(os.listdir(folder))
    except OSError:
        return []
    for name in names:
        for line in _text("%s/%s/information" % (folder, name)).splitlines():
            if line.startswith("GPU UUID:"):
                found.append(line.split(":", 1)[1].strip())
    return found


def pids():
    try:
        return [int(name) for name in os.listdir("/proc") if name.isdigit()]
    except OSError:
        return []


def marked(run_id, without):
    """Live processes whose environment carries the mark of this run, whatever group or session they fled
    to."""
    wanted = MARK + run_id.encode("utf-8") + b"\0"
    found = []
    for pid in pids():
        if pid in without:
            continue
        try:
            with open("/proc/%d/environ" % pid, "rb") as source:
                environment = source.read()
        except OSError:
            continue
        if (environment.startswith(wanted) or b"\0" + wanted in environment) and alive(pid):
            found.append(pid)
    return found


def descendants(root, known=()):
    """The tree under `root` as {pid: stat fields}; `known` pids stay in it when their parent died."""
    table = {}
    for pid in pids():
        fields = stat(pid)
        if len(fields) > 21:
            table[pid] = fields
    children = {}
    for pid, fields in table.items():
        children.setdefault(int(fields[1]), []).append(pid)
    tree = {}
    todo = [root] + [pid for pid in known if pid in table]
    while todo:
        pid = todo.pop()
        if pid in tree or pid not in table:
            continue
        tree[pid] = table[pid]
        todo.extend(children.get(pid, ()))
    return tree
