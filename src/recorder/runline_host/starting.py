"""The life of a run on this host, from its directory to its removal."""

import os
import shutil
import subprocess
import time

from .files import Refused, make_folder, record, run_directory, small_text, write_small
from .login import base_environment
from .logout import kept
from .looking import look_at


def prepare(ask, _body):
    directory = run_directory(ask["directory"])
    make_folder(directory)
    if ask.get("origin") is not None:
        write_small(os.path.join(directory, "origin.json"), ask["origin"].encode("utf-8"))
    return {}, []


def begun(seen):
    return bool(record(seen["start"]) or record(seen["queue"]) or record(seen["exit"]))


def launch(ask, _body):
    """Starts the recorder of a run once. Secrets are in the environment alone, and come through the connection."""
    directory = run_directory(ask["directory"])
    make_folder(directory)
    write_small(os.path.join(directory, "spec.json"), ask["spec"].encode("utf-8"), replace=False)
    seen = look_at([directory])[0]
    process = None
    if not begun(seen) and not seen["claimed"]:
        process = start_recorder(directory, ask)
    until = time.monotonic() + ask.get("wait", 5)
    while not begun(seen) and time.monotonic() < until:
        over = process is not None and process.poll() is not None
        seen = look_at([directory])[0]
        if over and not begun(seen) and not (seen["claimed"] and process.returncode == 0):
            raise Refused("recorderFailed", last_words(directory, process.returncode), directory)
        time.sleep(0.03)
    return {"begun": begun(seen), "claimed": seen["claimed"], "said": last_words(directory, None)}, []


def start_recorder(directory, ask):
    environment = base_environment(ask.get("modules") or [])
    environment.update(ask["environment"])
    for name in ask.get("unset", []):
        environment.pop(name, None)
    environment["RUNLINE_RUN_ID"] = os.path.basename(directory)
    environment["RUNLINE_RUN_DIR"] = directory
    recorder = (ask.get("within") or []) + [ask["python"], "-I", "-S", "-B", ask["recorder"], "run", directory]
    command, environment = kept(recorder, environment, os.path.basename(directory))
    try:
        log = os.open(os.path.join(directory, "recorder.log"), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    except OSError as error:
        raise Refused("hostWrite", error.strerror or str(error), directory)
    try:
        return subprocess.Popen(
            command,
            cwd=directory,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    except OSError as error:
        raise Refused("recorderFailed", "%s: %s" % (command[0], error.strerror), directory)
    finally:
        os.close(log)


def last_words(directory, code):
    said = (small_text(os.path.join(directory, "recorder.log")) or "").strip().split("\n")[-1]
    return said or ("it ended with exit %d" % code if code is not None else "")


def cancel(ask, _body):
    """A file that the recorder watches for; where none can be made, a signal to the recorder of this very run."""
    directory = run_directory(ask["directory"])
    try:
        handle = os.open(
            os.path.join(directory, "cancel"), os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600
        )
        os.close(handle)
    except (FileExistsError, FileNotFoundError):
        pass
    except OSError as error:
        seen = look_at([directory])[0]
        known = record(seen["start"]) or record(seen["queue"])
        if not seen["recorder"] or not known.get("recorder_pid"):
            raise Refused("hostWrite", error.strerror or str(error), directory)
        os.kill(known["recorder_pid"], 15)
    return {}, []


def discard(ask, _body):
    """Removes a run directory and its working copy. Renamed first: half of one must not be taken for a run."""
    directory = run_directory(ask["directory"])
    work = os.path.join(ask["root"], "work")
    for path in (directory, os.path.join(work, os.path.basename(directory))):
        aside = os.path.join(os.path.dirname(path), ".%s.removed" % os.path.basename(path))
        try:
            os.rename(path, aside)
        except FileNotFoundError:
            pass
        except OSError as error:
            raise Refused("hostWrite", error.strerror or str(error), path)
        shutil.rmtree(aside, ignore_errors=True)
    return {}, []
