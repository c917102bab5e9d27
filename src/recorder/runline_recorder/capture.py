"""What is watched while the script runs. Each watcher has `name`, `handle` (readable when it has something, or None), `tick()`, `finish()`."""

from . import processes
from .artifacts import Artifacts
from .digests import Digests
from .environment import Environment
from .files import Files
from .metrics import Metrics
from .parameters import Parameters
from .places import Places
from .reports import Reports
from .stdout_watcher import StdoutWatcher
from .system import System
from .tensorboard import TensorBoard


def watchers(directory, spec, journal, pid):
    """The watchers that the run's settings ask for, in the order in which they finish."""
    capture = spec.get("capture") or {}
    places = Places(directory, spec)
    metrics = Metrics(journal)
    reports = Reports(directory)
    found = [reports]
    if capture.get("stdout", True):
        found.append(StdoutWatcher(directory, capture, metrics, journal))
    if capture.get("tensorboard", True):
        board = TensorBoard(directory, places, spec, metrics, journal)
        reports.on("w", board.wrote)
        found.append(board)
    if capture.get("parameters", True):
        parameters = Parameters(spec, journal)
        reports.on("parameters", parameters.parsed)
        found.append(parameters)
    if capture.get("files", True):
        digests = Digests(directory)
        files = Files(places, digests, Artifacts(directory, spec, places, digests, journal), journal)
        reports.on("r", files.read)
        reports.on("w", files.wrote)
        reports.on("move", files.moved)
        found.extend(_notices(directory, places, files, pid))
        found.append(files)
    environment = Environment(spec, journal, processes.gpu_ids())
    reports.on("process", environment.interpreter)
    found.append(environment)
    interval = capture.get("system_interval_seconds", 5)
    if interval > 0:
        found.append(System(directory, pid, journal, interval))
    return found


def _notices(directory, places, files, pid):
    """The kernel's file notices, where there are any: before the files, which write down what both have seen."""
    try:
        from .inotify import Inotify

        return [Inotify(directory, places, files, pid)]
    except (ImportError, OSError, AttributeError):
        return []
