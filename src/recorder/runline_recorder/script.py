"""Starting the script: its own session, its output into the pump, our shim first on PYTHONPATH."""

import json
import os
import subprocess

from . import mlflow_port, shim_files


def environment(directory, spec):
    """The script's environment: ours, with the mark of the run and what the shim needs to know."""
    capture = spec.get("capture") or {}
    result = dict(os.environ)
    result["PYTHONUNBUFFERED"] = "1"
    result["RUNLINE_RUN_ID"] = spec["run_id"]
    result["RUNLINE_RUN_DIR"] = directory.path
    if directory.leases is not None:
        result.update(directory.leases.environment())
    mlflow_port.say(directory.mlflow, spec, result)
    wanted = [name for name in ("files", "parameters") if capture.get(name, True)]
    shim = shim_files.extract(directory) if wanted and os.pathsep not in directory.path else None
    if shim is not None:
        result["RUNLINE_CAPTURE"] = ",".join(wanted)
        result["RUNLINE_ROOTS"] = json.dumps(roots(spec))
        former = os.environ.get("PYTHONPATH")
        result["PYTHONPATH"] = shim + os.pathsep + former if former else shim
    return result


def roots(spec):
    """Folders whose files are worth noticing: workspace, working directory and data folders, as named and
    as resolved."""
    capture = spec.get("capture") or {}
    named = [spec.get("workspace") or spec["cwd"], spec["cwd"]]
    for folder in capture.get("data_folders") or ():
        named.append(os.path.join(named[0], os.path.expanduser(folder)))
    found = []
    for folder in named:
        for path in (os.path.normpath(os.path.abspath(folder)), os.path.realpath(folder)):
            if path not in found:
                found.append(path)
    return found


def start(directory, spec, output):
    """Starts it; raises OSError when the system refuses. The pid is also the process group and the
    session."""
    process = subprocess.Popen(
        spec["argv"],
        cwd=spec["cwd"],
        env=environment(directory, spec),
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=output,
        start_new_session=True,
        # The locks of its GPUs: held as long as anything of the run lives.
        pass_fds=() if directory.leases is None else directory.leases.handles,
    )
    directory.mlflow.process = process
    return process


def why(spec, error):
    """Why the script could not be started, in words for a person."""
    program = spec["argv"][0]
    if not os.path.isdir(spec["cwd"]):
        return "The folder %s does not exist." % spec["cwd"]
    if isinstance(error, FileNotFoundError):
        return "The command %s was not found. Check its name and the PATH." % program
    if isinstance(error, PermissionError):
        return "%s may not be executed." % program
    return "%s could not be started: %s" % (program, getattr(error, "strerror", None) or error)
