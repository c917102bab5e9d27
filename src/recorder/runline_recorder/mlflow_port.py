"""Where a script that logs to MLflow finds its recorder: a loopback address that is bound before the script
starts, and what the script's environment says about it. All that is done here is done at every start of a
run, so it imports next to nothing: what answers is imported at the first connection."""

import json
import os

URI = "MLFLOW_TRACKING_URI"
# Tells an address that a recorder gave from one that the person gave: a run may start a run.
OURS = "RUNLINE_MLFLOW_URI"
# On runs that a script has made: by which run's script.
MADE_BY_TAG = "runline.run"
_BACKLOG = 128
_LOOPBACK = "127.0.0.1"


class Offer:
    """`listener` is None where nothing is offered; `notice` is (code, text) when a person should know why.
    `process` is the script's, once it has started."""

    def __init__(self, listener=None, token="", notice=None):
        self.listener = listener
        self.token = token
        self.notice = notice
        self.process = None

    @property
    def url(self):
        return "http://%s:%d" % (_LOOPBACK, self.listener.getsockname()[1])


def offer(directory, spec):
    """Binds the address. A person's own tracking server is respected, and so is the wish not to capture."""
    if not (spec.get("capture") or {}).get("mlflow", True):
        return Offer()
    own = os.environ.get(URI)
    if own and own != os.environ.get(OURS) and not _is_ours(directory, own):
        text = "%s is set, so what the script logs to MLflow goes there and not to this run."
        return Offer(notice=("mlflow_uri_kept", text % URI))
    try:
        # The low-level module: its high-level one takes longer to import than all of this.
        from _socket import AF_INET, SOCK_STREAM, socket

        listener = socket(AF_INET, SOCK_STREAM)
        listener.bind((_LOOPBACK, 0))
        listener.listen(_BACKLOG)
    except (ImportError, OSError) as error:
        return Offer(notice=("mlflow_not_offered", "MLflow calls of the script are not kept: %s." % error))
    return Offer(listener, os.urandom(24).hex())


def say(offer, spec, environment):
    """Adds to the script's environment what MLflow's client reads. What the person has set stays.

    There is no MLFLOW_RUN_ID: a client that resumes a run drops the name, tags and experiment that the
    script gives it, and each worker of a parallel search would write into the same run. Instead the first
    run that the script creates is the run itself."""
    if offer.listener is None:
        return
    from .mlflow_ids import experiment_id

    environment[URI] = environment[OURS] = offer.url
    environment.setdefault("MLFLOW_TRACKING_TOKEN", offer.token)
    # A link to this address is dead once the run is over.
    environment.setdefault("MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT", "true")
    environment.pop("MLFLOW_RUN_ID", None)
    # By id: clients that select an experiment pass it on to their child processes by id as well, and refuse
    # to start when the name in the environment is another one's.
    environment.pop("MLFLOW_EXPERIMENT_ID", None)
    if not environment.get("MLFLOW_EXPERIMENT_NAME"):
        environment["MLFLOW_EXPERIMENT_ID"] = experiment_id(spec.get("experiment") or "Default")
    environment["MLFLOW_RUN_CONTEXT"] = _context(environment.get("MLFLOW_RUN_CONTEXT"), spec["run_id"])
    _around_proxies(environment)


def _context(own, run_id):
    """Tags that a client gives each run it creates: wherever that run goes, it says which run made it."""
    tags = {MADE_BY_TAG: run_id}
    try:
        found = json.loads(own or "{}")
    except ValueError:
        found = {}
    if isinstance(found, dict):
        tags.update(found)
    return json.dumps(tags)


def _around_proxies(environment):
    """Clusters set a proxy for everything; a call to this machine must not go there."""
    proxies = ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY")
    if not any(environment.get(name) for name in proxies):
        return
    named = [name for name in ("no_proxy", "NO_PROXY") if environment.get(name)]
    for name in named or ("no_proxy", "NO_PROXY"):
        hosts = environment.get(name, "")
        if "*" not in hosts and _LOOPBACK not in hosts:
            environment[name] = hosts + "," + _LOOPBACK if hosts else _LOOPBACK


def _is_ours(directory, url):
    """Runline's own server answers there: a terminal may have its address set."""
    from .mlflow_upstream import is_ours

    return is_ours(directory.path, url)
