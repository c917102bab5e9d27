"""Runs as jobs of Slurm: handed to sbatch, and ended. Everything that says what a run is lies in its directory, so that
whoever asks twice, or breaks off, starts nothing twice."""

import json
import os
import re
import subprocess
import time

from runline_recorder.rundir import ExitReserve, RunDirectory

from .files import Refused, make_folder, record, run_directory, small_text, write_small
from .login import base_environment
from .starting import cancel

SBATCH_SECONDS = 80
ASK_SECONDS = 20
JOB = re.compile(r"\A(\d{1,10})(?:;[\w.-]{1,100})?\Z")
TASK = re.compile(r"\A\d{1,10}(_\d{1,8})?\Z")
# Of this login, not of the person: on a node they name what is not there.
LOGIN = re.compile(
    r"\A(SSH_.*|XDG_(RUNTIME_DIR|SESSION_.*)|DBUS_.*|DISPLAY|WAYLAND_DISPLAY|TMUX.*|STY|TERM|WINDOWID|VSCODE_.*"
    r"|SLURM_.*|SBATCH_.*|SLURMD_.*|SRUN_.*|HOSTNAME|PWD|OLDPWD|SHLVL|_|TMPDIR|RL_\w+)\Z"
)
# What tells Slurm's programs where their cluster is; the rest could change what they do.
CLUSTER = ("SLURM_CONF", "SLURM_JWT")


def slurm_submit(ask, _body):
    """Hands a run, or the runs of an array, to sbatch. Answers the job where it is known; else what sbatch said, or that an
    earlier attempt to submit broke off and the cluster is to be asked (`unclear`). `again`: it was, and knows nothing."""
    tasks = ask["tasks"]
    directories = [run_directory(task["directory"]) for task in tasks]
    base = base_environment(ask.get("modules") or [])
    for directory, task in zip(directories, tasks):
        _prepare(directory, task, base)
    known = _record(directories[0])
    if known.get("job") or os.path.isdir(os.path.join(directories[0], "claim")):
        return {"known": True}, []
    if known and not ask.get("again"):
        return {"unclear": True}, []
    if not _answers():
        raise Refused("slurmDown", "its controller does not answer")
    folder = ask.get("array_folder")
    if folder is not None:
        _link_tasks(folder, directories)
    if not _note(directories, ask, None, replace=bool(ask.get("again"))):
        return {"unclear": True}, []
    said = _run(["sbatch"] + ask["words"], SBATCH_SECONDS, ask["script"].encode("utf-8"), directories[0])
    job = next(filter(None, (JOB.match(line.strip()) for line in said["out"].split("\n"))), None)
    if job is not None:
        _note(directories, ask, job.group(1), replace=True)
    return said, []


def _prepare(directory, task, base):
    """Its spec, its environment, and a file for the job's own words: where that can't be written, the job would end
    without a trace."""
    make_folder(directory)
    write_small(os.path.join(directory, "spec.json"), task["spec"].encode("utf-8"), replace=False)
    environment = {name: value for name, value in base.items() if not LOGIN.match(name)}
    environment.update(task["environment"])
    pairs = ("%s=%s" % pair for pair in sorted(environment.items()))
    if not os.path.isdir(os.path.join(directory, "claim")):
        write_small(os.path.join(directory, "environment"), os.fsencode("\0".join(pairs)))
    log = os.path.join(directory, "slurm.log")
    try:
        os.close(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600))
    except OSError as error:
        raise Refused("hostWrite", error.strerror or str(error), log)


def _link_tasks(folder, directories):
    """sbatch takes one pattern for the logs of all tasks; a link by its number leads each to its own directory."""
    make_folder(folder)
    for index, directory in enumerate(directories):
        try:
            os.symlink(directory, os.path.join(folder, str(index)))
        except FileExistsError:
            continue
        except OSError as error:
            raise Refused("hostWrite", error.strerror or str(error), folder)


def _record(directory):
    return record(small_text(os.path.join(directory, "slurm.json")))


def _note(directories, ask, job, replace):
    """`slurm.json` of each. False where another launch of the same run wrote the first one meanwhile."""
    for index, directory in enumerate(directories):
        path = os.path.join(directory, "slurm.json")
        entry = {
            "job": job,
            "name": ask["name"],
            "index": None if ask.get("array_folder") is None else index,
            "partition": ask.get("partition"),
            "time": (job and _record(directory).get("time")) or int(time.time() * 1000),
            "by": os.getpid(),
        }
        data = json.dumps(entry).encode("utf-8")
        write_small(path, data, replace=replace)
        if not replace and small_text(path) != data.decode("utf-8"):
            return False
    return True


def slurm_note(ask, _body):
    """The job that the cluster knows by the run's name, for whoever looks later."""
    directories = [run_directory(path) for path in ask["directories"]]
    _note(directories, ask, ask["job"], replace=True)
    return {}, []


def slurm_cancel(ask, _body):
    """The marker first: it works whatever Slurm does. Then the claim of the attempt that would begin next: whoever has it
    decides. If it is free, no job can begin any more, and the end is written here; else a recorder is told."""
    directory = run_directory(ask["directory"])
    cancel(ask, b"")
    jobs = [job for job in ask["jobs"] if TASK.match(job)]
    if jobs and not _answers():
        jobs = []
    if _end_before_start(directory, ask.get("attempt")):
        for job in jobs:
            _run(["scancel", job], ASK_SECONDS)
        return {"ended": True, "told": bool(jobs)}, []
    for job in jobs:
        _run(["scancel", "--batch", "--signal=INT", job], ASK_SECONDS)
    return {"ended": False, "told": bool(jobs)}, []


def _end_before_start(directory, attempt):
    exit_record = record(small_text(os.path.join(directory, "exit.json")))
    if exit_record and exit_record.get("reason") != "stopped":
        return False
    if exit_record:
        attempt = exit_record["attempt"] + 1
    elif not os.path.isdir(os.path.join(directory, "claim")):
        attempt = 1
    if attempt is None:
        return False
    run = RunDirectory(directory, attempt)
    try:
        if not run.claim():
            return False
        ExitReserve(run, os.path.basename(directory)).write("cancelled", None, None)
    except OSError as error:
        raise Refused("hostWrite", error.strerror or str(error), directory)
    _remove(run.file("environment"))
    return True


def slurm_end(ask, _body):
    """Jobs that nobody wants: sent twice, or whose recorder did not end them in its time. `over`: runs that will not begin
    any more, and leave nothing secret behind. `tasks`: places in arrays whose run is gone."""
    for directory in ask.get("over", []):
        _remove(os.path.join(run_directory(directory), "environment"))
    for root, group, index in ask.get("tasks", []):
        folder = os.path.join(root, "arrays", os.path.basename(run_directory(os.path.join(root, group))))
        _remove(os.path.join(folder, str(int(index))))
        try:
            os.rmdir(folder)
        except OSError:
            continue  # Other tasks of the array are still there.
    jobs = [job for job in ask.get("jobs", []) if TASK.match(job)]
    return _run(["scancel"] + jobs, ASK_SECONDS) if jobs else {}, []


def _remove(path):
    try:
        os.unlink(path)
    except OSError:
        return


def _answers():
    """12 ms where asking a controller that is down takes nine seconds."""
    return " is UP" in _run(["scontrol", "ping"], ASK_SECONDS)["out"]


def _run(command, seconds, data=b"", folder=None):
    environment = {
        name: value
        for name, value in os.environ.items()
        if name in CLUSTER or not re.match(r"\A(SLURM|SBATCH|SCANCEL|SALLOC|SQUEUE)_", name)
    }
    try:
        done = subprocess.run(
            command,
            cwd=folder,
            env=environment,
            input=data,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            timeout=seconds,
        )
    except subprocess.TimeoutExpired:
        return {"code": None, "out": "", "err": "%s did not answer within %d s" % (command[0], seconds)}
    except OSError as error:
        raise Refused("slurmMissing", "%s: %s" % (command[0], error.strerror))
    out, err = (text[-20000:].decode("utf-8", "replace") for text in (done.stdout, done.stderr))
    return {"code": done.returncode, "out": out, "err": err}
