"""The command line and the life of one run, in order. Only what the start needs is imported at the top:
see `record`."""

import json
import os
import signal
import sys

from . import mlflow_port, script
from .pump import Pump
from .rundir import ExitReserve, NotStarted, RunDirectory, now

USAGE = "usage: recorder run <run-directory> [--attempt <number> | --job]\n"


def main(arguments):
    """Runs the recorder. 0: recorded (whatever the script's own exit code was; a job exits like the script), 2: wrong
    use, 3: the run could not be recorded."""
    try:
        if len(arguments) < 2 or arguments[0] != "run":
            raise ValueError("no run directory")
        path = os.path.abspath(arguments[1])
        directory = RunDirectory(path, _attempt(arguments[2:], path))
    except ValueError:
        sys.stderr.write(USAGE)
        return 2
    try:
        spec = directory.read_spec()
    except (OSError, ValueError, KeyError) as error:
        sys.stderr.write("%s can't be read: %s\n" % (os.path.join(arguments[1], "spec.json"), error))
        return 3
    try:
        if directory.attempt > 1 and not directory.claimed():
            living = _earlier_attempt(directory)
            if living:
                sys.stderr.write("An earlier attempt of this run still runs: process %d.\n" % living[0])
                return 3
        if not directory.claim():
            print(json.dumps(directory.first_record()))
            return 0
        if directory.attempt > 1:
            _set_aside(directory)
        reserve = ExitReserve(directory, spec["run_id"])
        if "--job" in arguments[2:] and not _enter_job(directory, spec):
            reserve.write("not_started", None, None, error="The environment that was kept for it is gone.")
            return 0
    except OSError as error:
        sys.stderr.write("The run directory %s can't be written: %s\n" % (directory.path, error.strerror))
        return 3
    code = record(directory, spec, reserve)
    return code if directory.job is None or code != 0 else directory.job.exit_code(directory)


def _attempt(words, path):
    """Which attempt of the run this is. Raises ValueError for wrong use."""
    words = [word for word in words if word != "--job"]
    if not words and "SLURM_RESTART_COUNT" not in os.environ:
        return 1
    from . import attempts

    return attempts.asked(words, path)


def _enter_job(directory, spec):
    from . import slurm_job

    try:
        slurm_job.enter(directory, spec)
        return True
    except FileNotFoundError:
        return False


def _earlier_attempt(directory):
    from . import attempts

    return attempts.still_running(directory)


def _set_aside(directory):
    from . import attempts

    attempts.set_aside(directory)


class Asked:
    """What the recorder itself was asked to do: SIGTERM or SIGINT to it means the run is to end. In a job of
    Slurm SIGTERM comes from Slurm, to the script too, and says only that the job is over; SIGUSR1 that it
    soon will be."""

    def __init__(self, directory):
        self._cancel_file = directory.file("cancel")
        self._signalled = False
        self.stopped = False
        self.warned = False
        # Handlers, never SIG_IGN: what is ignored here would stay ignored in the script.
        signal.signal(signal.SIGHUP, lambda *_: None)
        signal.signal(signal.SIGTERM, self._note if directory.job is None else self._note_stop)
        signal.signal(signal.SIGINT, self._note)
        if directory.job is not None:
            signal.signal(signal.SIGUSR1, self._note_warning)

    def _note(self, *_):
        self._signalled = True

    def _note_stop(self, *_):
        self.stopped = True

    def _note_warning(self, *_):
        self.warned = True

    def cancelled(self):
        """True once somebody wants the run to end."""
        return self._signalled or os.path.exists(self._cancel_file)


def record(directory, spec, reserve):
    """From the claim to the exit record. The script starts first; everything that only watches is imported
    after it."""
    asked = Asked(directory)
    try:
        slot = _slot(directory, spec, asked)
        directory.leases = _leases(directory, spec, asked)
        if asked.cancelled() or asked.stopped:
            reserve.write("cancelled" if asked.cancelled() else "stopped", None, None)
            return 0
        journal_fd = directory.append("journal.jsonl")
        directory.mlflow = mlflow_port.offer(directory, spec)
        pump = Pump(directory.open_log(), spec["run_id"], slot, _heir(directory, spec))
    except OSError as error:
        reserve.write(
            "not_started", None, None, error="%s: %s." % (error.filename or directory.path, error.strerror)
        )
        return 0
    except NotStarted as error:
        reserve.write("not_started", None, None, error=str(error))
        return 0
    try:
        process = script.start(directory, spec, pump.write_end)
    except (OSError, ValueError) as error:
        pump.finish()
        pump.wait()
        reserve.write("not_started", None, None, error=script.why(spec, error))
        return 0
    started = now()
    pump.script_started()
    failed = directory.write_start(spec["run_id"], process.pid)

    from .watch import Watch

    Watch(directory, spec, reserve, asked, process, pump, journal_fd, started, failed).until_end()
    return 0


def _heir(directory, spec):
    """What the pump calls when the recorder was killed: somebody must answer the script's MLflow calls."""
    offer = directory.mlflow
    # By its number: the recorder hands its own object on.
    listener = None if offer.listener is None else offer.listener.fileno()

    def orphaned(*handles):
        if listener is not None:
            from .mlflow_heir import take_over

            take_over(directory, spec, listener, offer.token, handles)

    return orphaned


def _slot(directory, spec, asked):
    """The handle that holds the run's place in the queue, or None: there is no queue, or the run was
    cancelled while it waited."""
    if not spec.get("queue"):
        return None
    # All of it now: hours may pass, and an update of the extension may take away the file we came from.
    from . import capture, mlflow_service, slots, watch

    assert capture and mlflow_service and watch
    return slots.wait(directory, spec, asked)


def _leases(directory, spec, asked):
    """The GPUs that the run has got for itself, or None: it wants none, or was cancelled while it waited."""
    if not (spec.get("resources") or {}).get("gpus") or asked.cancelled():
        return None
    from . import capture, gpu_leases, mlflow_service, watch

    assert capture and mlflow_service and watch
    return gpu_leases.wait(directory, spec, asked)
