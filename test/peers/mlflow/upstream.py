"""A pytest plugin that points MLflow's own tests at Runline: every server that they start is `runline serve` in a fresh folder.

Nothing of MLflow is copied or edited. RUNLINE_SERVE holds the command as JSON; what comes to its standard error goes to RUNLINE_SERVE_ERRORS.
RUNLINE_SUITE_WITHOUT says by file which tests are left out: those whose names have one of these words in them; "!word" leaves out those
that have it not.
"""

import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request

# Plugins that the tests mark for, and that this one does not need.
MARKS = ("asyncio", "timeout", "notrackingurimock", "requires_ssh", "no_mock_requests_get")
# What is asked of the server's own start: where files of runs are kept.
asked = {"artifacts": None}


class Server:
    """In place of the thread that serves MLflow's application."""

    def __init__(self, _app, port):
        self.port = port

    def __enter__(self):
        import mlflow

        self.folder = tempfile.mkdtemp(prefix="runline-upstream-")
        self.before = os.getcwd()
        command = json.loads(os.environ["RUNLINE_SERVE"]) + ["--port", str(self.port), "--no-token", "--json"]
        if asked["artifacts"]:
            command += ["--artifact-root", asked["artifacts"]]
        with open(os.environ["RUNLINE_SERVE_ERRORS"], "a") as errors:
            self.process = subprocess.Popen(command, cwd=self.folder, stdout=subprocess.PIPE, stderr=errors)
        # It says where it listens when it does.
        assert self.process.stdout.readline(), "the server did not start"
        url = f"http://127.0.0.1:{self.port}"
        # Their server shares folder and database with the client; ours shares the folder and is asked for the rest.
        os.chdir(self.folder)
        self.uri = mlflow.get_tracking_uri()
        mlflow.set_tracking_uri(url)
        return url

    def __exit__(self, *_):
        import mlflow

        mlflow.set_tracking_uri(self.uri)
        os.chdir(self.before)
        self.process.terminate()
        self.process.wait(10)
        self.process.stdout.close()
        shutil.rmtree(self.folder, ignore_errors=True)


@contextlib.contextmanager
def for_webhooks(_folder):
    """In place of a server that may send to this machine."""
    os.environ["RUNLINE_WEBHOOKS_ANYWHERE"] = "1"
    with tempfile.TemporaryDirectory() as folder, Server(None, free_port()) as url:
        asked["artifacts"] = folder
        yield url


@contextlib.contextmanager
def for_artifacts(_host, port, _backend, _root, destination):
    """In place of a server whose files the tests look at: those of nobody's run are where they expect them."""
    asked["artifacts"] = None
    with Server(None, port):
        kept = os.path.join(os.getcwd(), ".runline", "artifacts")
        os.makedirs(kept)
        os.symlink(kept, destination)
        yield None


# Functions of their files that start a server as a program.
STARTS = {
    "tests.webhooks.test_e2e": ("_run_mlflow_server", for_webhooks),
    "tests.tracking.test_mlflow_artifacts": ("_launch_server", for_artifacts),
}


def free_port():
    from tests.helper_functions import get_safe_port

    return get_safe_port()


def fits(name, word):
    return word[1:] not in name if word.startswith("!") else word in name


def pytest_collection_modifyitems(config, items):
    without = json.loads(os.environ["RUNLINE_SUITE_WITHOUT"])
    out = [item for item in items if any(fits(item.name, word) for word in without[item.nodeid.split("::")[0]])]
    config.hook.pytest_deselected(items=out)
    items[:] = [item for item in items if item not in out]
    if os.environ.get("RUNLINE_SUITE_REFERENCE"):
        return
    for name, (function, ours) in STARTS.items():
        if name in sys.modules:
            setattr(sys.modules[name], function, ours)


def pytest_configure(config):
    for mark in MARKS:
        config.addinivalue_line("markers", f"{mark}: not used here")
    if os.environ.get("RUNLINE_SUITE_REFERENCE"):
        return
    from mlflow.server import handlers

    import tests.tracking.integration_test_utils as servers

    def note(_backend=None, _registry=None, default_artifact_root=None, **_):
        asked["artifacts"] = default_artifact_root

    handlers.initialize_backend_stores = note
    servers.ServerThread = Server


results = []


def pytest_runtest_logreport(report):
    if report.when == "call" or report.outcome == "failed":
        passed = report.outcome == "passed"
        expected = hasattr(report, "wasxfail")
        results.append((report.nodeid, "expected" if expected else "passed" if passed else report.outcome))


def pytest_sessionfinish(session):
    with open(os.environ["RUNLINE_SUITE_RESULTS"], "w") as file:
        json.dump(results, file)
