"""What is watched while the script runs. Each watcher has `name`, `handle` (readable when it has
something, or None), `tick()`, which may return True when it has more to do at once, and `finish()`."""

import sys
import traceback

from . import processes
from .artifacts import Artifacts
from .attempts import former_captures
from .digests import Digests
from .environment import Environment
from .files import Files
from .inotify import Inotify
from .metrics import Metrics
from .mlflow_face import MlflowFace
from .parameters import Parameters
from .places import Places
from .reports import Reports
from .stdout_watcher import StdoutWatcher
from .system import System
from .tensorboard import TensorBoard


def watchers(directory, spec, journal, pid):
    """The watchers that the run's settings ask for, in the order in which they finish. One that can't be
    made is said and left out."""
    capture = spec.get("capture") or {}
    places = Places(directory, spec)
    metrics = Metrics(journal)
    reports = Reports(directory)
    digests = Digests(directory)
    found = [reports]

    def add(wanted, make, *arguments):
        if not wanted:
            return None
        try:
            found.append(make(*arguments))
            return found[-1]
        except Exception as error:  # As in the watch: whatever it is, the run goes on.
            traceback.print_exc(file=sys.stderr)
            journal.notice("capture_failed", "Capture of %s did not start: %s" % (make.name, error))
            return None

    add(True, MlflowFace, directory, spec, journal, metrics, directory.mlflow)
    add(capture.get("stdout", True), StdoutWatcher, directory, capture, metrics, journal)
    board = add(capture.get("tensorboard", True), TensorBoard, directory, places, spec, metrics, journal)
    parameters = add(capture.get("parameters", True), Parameters, spec, journal)
    files = Files(places, digests, Artifacts(directory, spec, places, digests, journal), journal)
    if capture.get("files", True):
        add(sys.platform == "linux", Inotify, directory, places, files, journal, pid)
        found.append(files)
    environment = add(True, Environment, spec, journal, processes.gpu_ids())
    interval = capture.get("system_interval_seconds", 5)
    add(interval > 0, System, directory, pid, journal, interval)
    if parameters is not None:
        reports.on("parameters", parameters.parsed)
    if board is not None:
        reports.on("w", board.wrote)
    if environment is not None:
        reports.on("process", environment.interpreter)
    _on_files(reports, files)
    if directory.attempt > 1 and capture.get("files", True):
        for name in former_captures(directory):
            former = Reports(directory, name)
            _on_files(former, files)
            former.read()
    return found


def _on_files(reports, files):
    reports.on("r", files.read)
    reports.on("w", files.wrote)
    reports.on("u", files.updated)
    reports.on("move", files.moved)
