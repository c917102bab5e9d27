"""What decides whether runs can be started on this host, and live."""

import os
import re
import time

from .files import Refused, make_folder
from .logout import after_logout, said_by, user_name


def check(ask, _body):
    """Everything that decides whether runs can be started here, and live."""
    root = ask["root"]
    existing = root
    while not os.path.isdir(existing):
        existing = os.path.dirname(existing)
    disk = os.statvfs(existing)
    try:
        make_folder(root)
        writable = os.access(root, os.W_OK | os.X_OK)
    except Refused:
        writable = False
    logout = after_logout()
    return {
        "hostName": os.uname().nodename,
        "system": "%s %s" % (os.uname().sysname, os.uname().release),
        "user": user_name(),
        "home": os.path.expanduser("~"),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "memoryBytes": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"),
        "directory": root,
        "writable": writable,
        "freeBytes": disk.f_bavail * disk.f_frsize,
        "freeFiles": disk.f_favail if disk.f_files else None,
        "networkDisk": network_disk(existing),
        "gpus": gpus(),
        "endsAtLogout": logout["ends"],
        "ownScope": logout["scope"],
        "slurm": said_by("sbatch", "--version"),
        "apptainer": said_by("apptainer", "--version") or said_by("singularity", "--version"),
        "time": time.time(),
    }, []


def network_disk(path):
    best, kind = "", None
    real = os.path.realpath(path) + "/"
    for line in _mounts():
        fields = line.split(" ")
        if len(fields) > 2 and real.startswith(fields[1].rstrip("/") + "/") and len(fields[1]) >= len(best):
            best, kind = fields[1], fields[2]
    network = ("nfs", "nfs4", "cifs", "smb3", "lustre", "gpfs", "beegfs", "ceph", "fuse.sshfs", "afs", "9p", "wekafs")
    return kind if kind in network else None


def _mounts():
    try:
        with open("/proc/mounts", encoding="utf-8", errors="replace") as source:
            return source.read().split("\n")
    except OSError:
        return []


def gpus():
    fields = "index,uuid,name,utilization.gpu,memory.used,memory.total"
    said = said_by("nvidia-smi", "--query-gpu=" + fields, "--format=csv,noheader,nounits")
    found = []
    for line in (said or "").split("\n"):
        words = [word.strip() for word in line.split(",")]
        if len(words) != 6 or not words[0].isdigit():
            continue
        numbers = [float(word) if re.match(r"\A\d+(\.\d+)?\Z", word) else None for word in words[3:]]
        busy, used, total = numbers
        found.append(
            {
                "index": int(words[0]),
                "uuid": words[1],
                "name": words[2],
                "busy": busy,
                "memoryUsedBytes": None if used is None else int(used * 1048576),
                "memoryBytes": None if total is None else int(total * 1048576),
            }
        )
    return found
