"""CPU, memory, disk and GPU, for the run's process tree and for its host."""

import os
import shutil
import subprocess
import time

from . import processes

PAGE = os.sysconf("SC_PAGE_SIZE")
TICKS = os.sysconf("SC_CLK_TCK")
GPU_QUERY = "index,uuid,utilization.gpu,memory.used,memory.total,temperature.gpu,power.draw"


class System:
    """A sample every `interval` seconds, the first after at most one."""

    name = "system metrics"
    handle = None

    def __init__(self, directory, pid, journal, interval):
        self._folder = directory.path
        self._pid = pid
        self._journal = journal
        self._interval = max(0.5, float(interval))
        self._next = time.monotonic() + min(1.0, self._interval)
        self._tree = {}
        self._before = None
        self._host_before = None
        self._gpus = _Gpus()
        self._measure()

    def tick(self):
        if time.monotonic() >= self._next:
            self._next = time.monotonic() + self._interval
            self._sample()

    def finish(self):
        self._gpus.stop()

    def _sample(self):
        values = self._measure()
        values.update(self._gpus.collect(set(self._tree)))
        if values:
            self._journal.write("system", values={key: round(value, 3) for key, value in values.items()})

    def _measure(self):
        """Values since the last call; the first call only sets the mark."""
        self._tree = processes.descendants(self._pid, known=self._tree)
        current = time.monotonic()
        spent = {}
        resident, shared = 0, 0
        for pid, fields in self._tree.items():
            spent[pid] = int(fields[11]) + int(fields[12])
            own, common = _memory(pid)
            resident += own
            shared = max(shared, common)
        values = {"memory_bytes": resident + shared}
        if self._before is not None:
            since, former = self._before
            ticks = sum(max(0, count - former.get(pid, 0)) for pid, count in spent.items())
            values["cpu_percent"] = 100.0 * ticks / TICKS / max(current - since, 1e-3)
        self._before = (current, spent)
        values.update(self._host())
        return values if len(values) > 1 else {}

    def _host(self):
        values = {}
        try:
            free = os.statvfs(self._folder)
            values["disk_free_bytes"] = free.f_bavail * free.f_frsize
            with open("/proc/meminfo") as source:
                lines = dict(line.split(":", 1) for line in source)
            values["host_memory_used_bytes"] = (
                _kilobytes(lines["MemTotal"]) - _kilobytes(lines["MemAvailable"])
            ) * 1024
            with open("/proc/stat") as source:
                fields = [int(field) for field in source.readline().split()[1:9]]
        except (OSError, KeyError, ValueError):
            return values
        total, idle = sum(fields), fields[3] + fields[4]
        if self._host_before is not None and total > self._host_before[0]:
            values["host_cpu_percent"] = 100.0 * (
                1 - (idle - self._host_before[1]) / (total - self._host_before[0])
            )
        self._host_before = (total, idle)
        return values


def _kilobytes(text):
    return int(text.split()[0])


def _memory(pid):
    """(private bytes, shared bytes) of a process: shared pages of forked workers must not be counted once
    for each."""
    try:
        with open("/proc/%d/statm" % pid) as source:
            fields = source.read().split()
        resident, common = int(fields[1]) * PAGE, int(fields[2]) * PAGE
        return resident - common, common
    except (OSError, IndexError, ValueError):
        return 0, 0


class _Gpus:
    """nvidia-smi, asked without waiting: an answer belongs to the sample after the question."""

    def __init__(self):
        self._query = None
        self._there = shutil.which("nvidia-smi") is not None
        self._ask()

    def _ask(self):
        if not self._there:
            return
        command = ["nvidia-smi", "--query-gpu=" + GPU_QUERY, "--format=csv,noheader,nounits"]
        used = [
            "nvidia-smi",
            "--query-compute-apps=gpu_uuid,pid,used_memory",
            "--format=csv,noheader,nounits",
        ]
        try:
            self._query = [_run(command), _run(used)]
        except OSError:
            self._there = False

    def collect(self, tree):
        """Values from the last question, by GPU index; then asks again."""
        if self._query is None or any(process.poll() is None for process in self._query):
            return {}
        tables = [_table(_output(process)) for process in self._query]
        self._there = self._query[0].returncode == 0  # Installed without a GPU or a driver: don't ask again.
        self._query = None
        self._ask()
        values = {}
        index_of = {}
        for row in tables[0]:
            if len(row) < 7:
                continue
            index_of[row[1]] = row[0]
            names = ("percent", "memory_bytes", "memory_total_bytes", "celsius", "watts")
            for name, text in zip(names, row[2:7]):
                amount = _amount(text, 1 << 20 if "bytes" in name else 1)
                if amount is not None:
                    values["gpu%s_%s" % (row[0], name)] = amount
        for row in tables[1]:
            if len(row) == 3 and row[0] in index_of and row[1].isdigit() and int(row[1]) in tree:
                key = "gpu%s_run_memory_bytes" % index_of[row[0]]
                values[key] = values.get(key, 0) + (_amount(row[2], 1 << 20) or 0)
        return values

    def stop(self):
        """Without waiting: an nvidia-smi that hangs in a broken driver can't be killed."""
        for process in self._query or ():
            process.kill()
            process.stdout.close()
        self._query = None


def _run(command):
    return subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )


def _output(process):
    """What it has printed. Not up to the end of the pipe: a child of a wrapper may hold that open."""
    os.set_blocking(process.stdout.fileno(), False)
    data = b""
    while True:
        try:
            piece = os.read(process.stdout.fileno(), 1 << 16)
        except BlockingIOError:
            piece = b""
        if not piece:
            process.stdout.close()
            return data
        data += piece


def _table(data):
    return [
        [cell.strip() for cell in line.split(",")] for line in data.decode("utf-8", "replace").splitlines()
    ]


def _amount(text, factor):
    """A number, or None for `[N/A]` and the like."""
    try:
        return float(text) * factor
    except ValueError:
        return None
