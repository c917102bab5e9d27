"""What run directories show: records, processes, and what their files have gained. The same rules as for runs of
this machine (`src/compute/local/observe.ts`)."""

import os
import time

from runline_recorder import processes
from runline_recorder.processes import boot_id

from .files import AGAIN, RUN_ID, Refused, inside, log_piece, piece_of, record, run_directory, small_text, there

MOST_WORDS = 1000


def alive(pid, ticks):
    """Same number, same start, and no zombie: under an init that reaps slowly the dead keep their number."""
    if not isinstance(pid, int) or pid <= 0:
        return False
    if not os.path.isdir("/proc/self"):
        return _answers(pid)
    return processes.alive(pid) and (not ticks or processes.start_ticks(pid) == ticks)


def _answers(pid):
    try:
        os.kill(pid, 0)
        return True
    except PermissionError:
        return True
    except OSError:
        return False


def marked(run_ids):
    """Living processes by the run whose mark they carry; one scan for all."""
    found = {}
    for pid in processes.pids() if run_ids else ():
        environment = b"\0" + _environment(pid)
        at = environment.find(b"\0" + processes.MARK)
        if at < 0:
            continue
        run_id = environment[at + 1 + len(processes.MARK) :].split(b"\0", 1)[0].decode("latin-1")
        if run_id in run_ids and processes.alive(pid):
            found.setdefault(run_id, []).append(pid)
    return found


def _environment(pid):
    try:
        with open("/proc/%d/environ" % pid, "rb") as source:
            return source.read()
    except OSError:
        return b""


def same_boot(then):
    now = boot_id()
    return not then or not now or then == now


def records_of(directory):
    """The exit record first: what is read after it is at least as new."""
    at = lambda name: os.path.join(directory, name)  # noqa: E731
    return {
        "exit": small_text(at("exit.json")),
        "start": small_text(at("start.json")),
        "queue": small_text(at("queue.json")),
        "slurm": small_text(at("slurm.json")),
        "claimed": there(at("claim")),
        "cancel": there(at("cancel")),
        "exists": there(directory),
    }


def lives(seen):
    """(script, recorder) of the newest attempt."""
    start, queue, ending = record(seen["start"]), record(seen["queue"]), record(seen["exit"])
    if ending and (ending.get("attempt") or 0) >= (start.get("attempt") or 0):
        return False, False
    if start:
        if not same_boot(start.get("boot_id")):
            return False, False
        return (
            alive(start.get("pid"), start.get("start_ticks")),
            alive(start.get("recorder_pid"), start.get("recorder_start_ticks")),
        )
    waits = bool(queue) and same_boot(queue.get("boot_id"))
    return False, waits and alive(queue.get("recorder_pid"), queue.get("recorder_start_ticks"))


def look_once(directory):
    try:
        seen = records_of(directory)
        seen["script"], seen["recorder"] = lives(seen)
        if not seen["recorder"] and not record(seen["exit"]) and seen["claimed"]:
            script, recorder = seen["script"], seen["recorder"]
            seen = records_of(directory)
            seen["script"], seen["recorder"] = script, recorder
        seen["unreadable"] = False
    except OSError:
        seen = dict.fromkeys(("exit", "start", "queue", "slurm"))
        seen.update(dict.fromkeys(("claimed", "cancel", "script", "recorder"), False))
        seen.update(exists=True, unreadable=True)
    return seen


def look_at(directories):
    """What each run directory shows, processes included."""
    all_seen = [look_once(directory) for directory in directories]
    doubtful = {
        os.path.basename(directory)
        for directory, seen in zip(directories, all_seen)
        if seen["claimed"]
        and not record(seen["exit"])
        and record(seen["start"]).get("pid") != 0
        and not (seen["script"] and seen["recorder"])
    }
    carrying = marked(doubtful)
    for directory, seen in zip(directories, all_seen):
        start, queue = record(seen["start"]), record(seen["queue"])
        pids = carrying.get(os.path.basename(directory), [])
        own = {start.get("pid"), start.get("recorder_pid"), queue.get("recorder_pid")}
        if not start and not queue:
            seen["recorder"] = bool(pids)
        seen["marked"] = [pid for pid in pids if pid not in own]
    return all_seen


def look(ask, _body):
    """Every run at once, with what each file has gained since the other side's copy, within a budget of bytes."""
    runs = ask["runs"]
    answers = look_at([run_directory(run["directory"]) for run in runs])
    left = ask.get("budget", 0)
    bodies = []
    for seen in answers:
        seen["files"] = {}
    # Journals first: what runs have measured must not wait for what they have printed.
    for name in ("journal.jsonl", "output.log"):
        for run, seen in zip(runs, answers):
            if seen["unreadable"] or name not in run["files"]:
                continue
            piece = log_piece if name == "output.log" else piece_of
            try:
                data, size, identity = piece(os.path.join(run["directory"], name), run["files"][name], left)
            except OSError:
                seen["unreadable"] = True
                continue
            left -= len(data)
            bodies.append(data)
            seen["files"][name] = {"size": size, "bytes": len(data), "identity": identity}
    answer = {"runs": answers, "boot": boot_id(), "host": os.uname().nodename, "time": time.time()}
    answer["again"] = begun_again(ask.get("root"))
    return answer, bodies


def begun_again(root):
    """The words that jobs have left which began once more: `<run id>-<attempt>`. One small folder, however many runs
    there are."""
    if root is None:
        return []
    try:
        names = os.listdir(os.path.join(root, "again"))
    except OSError:
        return []
    return sorted(name for name in names if AGAIN.match(name))[-MOST_WORDS:]


def list_runs(ask, _body):
    """Runs in a folder that belong to a project, by the origin that their launch left, or to none."""
    found = []
    try:
        names = sorted(os.listdir(ask["folder"]))
    except (FileNotFoundError, NotADirectoryError):
        names = []
    for name in names:
        if RUN_ID.match(name):
            origin = record(small_text(os.path.join(ask["folder"], name, "origin.json")))
            if origin.get("project") == ask["project"]:
                found.append(name)
    return {"runs": found, "again": begun_again(ask.get("root"))}, []


def read(ask, _body):
    """A piece of a file under a run directory; no part of the way to it may be a link."""
    directory = run_directory(ask["directory"])
    target = inside(directory, ask["file"])
    at = directory
    for part in ask["file"].split("/")[:-1]:
        at = os.path.join(at, part)
        if os.path.islink(at):
            return {"size": 0}, []
    try:
        piece = log_piece if ask["file"] == "output.log" else piece_of
        data, size, _ = piece(target, ask["offset"], ask["length"])
    except OSError as error:
        raise Refused("fileUnreadable", error.strerror or str(error), target)
    return {"size": size}, [data]


def paths(ask, _body):
    """What is at each path."""
    kinds = []
    for path in ask["paths"]:
        path = os.path.expanduser(path)
        kinds.append("folder" if os.path.isdir(path) else "file" if os.path.isfile(path) else None)
    return {"kinds": kinds}, []
