"""A recorder that is the batch script of a Slurm job: the environment that was left for it, and what only
the job knows."""

import os
import re
import signal
import time

from . import processes

REQUEUE_SECONDS = 2
WORD_DAYS = 30

# Set by Slurm and by the node, and right only as they are here.
OF_NODE = re.compile(
    r"\A(SLURM\w*|CUDA_VISIBLE_DEVICES|GPU_DEVICE_ORDINAL|ROCR_VISIBLE_DEVICES|HIP_VISIBLE_DEVICES"
    r"|ZE_AFFINITY_MASK|TMPDIR|HOSTNAME|KRB5CCNAME|XDG_RUNTIME_DIR)\Z"
)


class Job:
    """What Slurm says of the job that this process is."""

    def __init__(self, environment, kept):
        self.id = _number(environment.get("SLURM_JOB_ID"))
        self.restarts = int(_number(environment.get("SLURM_RESTART_COUNT")))
        array, task = environment.get("SLURM_ARRAY_JOB_ID"), environment.get("SLURM_ARRAY_TASK_ID")
        self._shown = "%s_%s" % (array, task) if array and task else self.id
        self._node = environment.get("SLURMD_NODENAME") or processes.host()
        self._partition = environment.get("SLURM_JOB_PARTITION")
        self._kept = kept

    def tell(self, journal):
        """Tags of the run, for whoever looks for it on the cluster."""
        for name, value in (("job", self._shown), ("node", self._node), ("partition", self._partition)):
            if value:
                journal.write("tag", key="slurm." + name, value=value)

    def warn(self, run_id, without, journal):
        """Slurm's word that the time is nearly over, handed on to whoever listens: the rest it would end."""
        told = [pid for pid in processes.marked(run_id, without) if _listens(pid)]
        for pid in told:
            try:
                os.kill(pid, signal.SIGUSR1)
            except OSError:
                continue  # It has ended meanwhile.
        text = "Slurm says that the job's time is nearly over; "
        text += "the script was told (SIGUSR1)." if told else "the script does not listen for that (SIGUSR1)."
        journal.notice("time_nearly_over", text)

    def await_stop(self, asked):
        """A script that has told Slurm to begin it anew ends a moment before Slurm's word comes."""
        until = time.monotonic() + REQUEUE_SECONDS
        while self._kept is not None and not asked.stopped and time.monotonic() < until:
            time.sleep(0.05)

    def exit_code(self, directory):
        """As the script has it: Slurm lists the job by it, and jobs that depend on this one go by it (`afterok`)."""
        try:
            ended = directory.read_json("exit.json")
        except (OSError, ValueError):
            return 1
        code = ended.get("exit_code")
        return 1 if code is None else code & 0xFF

    def leave(self):
        """A job that may begin again needs its environment then; one that is over does not."""
        if self._kept is not None:
            try:
                os.unlink(self._kept)
            except OSError:
                return


def enter(directory, spec):
    """Takes on the environment that was left in the run's directory: it may hold secrets, so it is gone
    before the script starts, unless the job may begin again. Raises OSError."""
    if directory.attempt > 1:
        _leave_word(directory)
    path = directory.file("environment")
    again = bool((spec.get("slurm") or {}).get("requeue"))
    with open(path, "rb") as source:
        pairs = source.read().split(b"\0")
    if not again:
        os.unlink(path)
    directory.job = Job(os.environ, path if again else None)
    for pair in pairs:
        name, equals, value = pair.partition(b"=")
        word = os.fsdecode(name)
        if equals and word and not (OF_NODE.match(word) and word in os.environ):
            os.environ[word] = os.fsdecode(value)
    # As a recorder outside of Slurm has them: its processes are found by their mark.
    os.environ["RUNLINE_RUN_ID"] = spec["run_id"]
    os.environ["RUNLINE_RUN_DIR"] = directory.path


def _leave_word(directory):
    """Beside the runs: this one has begun again. Who took its end for one looks at it no more, but looks there."""
    folder = os.path.join(os.path.dirname(os.path.dirname(directory.path)), "again")
    try:
        os.makedirs(folder, mode=0o700, exist_ok=True)
        word = os.path.join(folder, "%s-%d" % (os.path.basename(directory.path), directory.attempt))
        os.close(os.open(word, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600))
        for entry in os.scandir(folder):
            if time.time() - entry.stat(follow_symlinks=False).st_mtime > WORD_DAYS * 86400:
                os.unlink(entry.path)
    except OSError:
        return


def _listens(pid):
    """Whether a process handles SIGUSR1; it ends whoever does not."""
    try:
        with open("/proc/%d/status" % pid, "rb") as source:
            for line in source:
                if line.startswith(b"SigCgt:"):
                    return bool(int(line.split()[1], 16) >> (signal.SIGUSR1 - 1) & 1)
    except (OSError, ValueError, IndexError):
        return False
    return False


def _number(text):
    return text if text and text.isdigit() else "0"
