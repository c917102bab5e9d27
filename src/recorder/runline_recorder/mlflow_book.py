"""What the script has said over MLflow's protocol so far: its experiments, runs and logged models, held for
its reads. One lock for all of it: a call is short, and what is said together is written together."""

import threading
import time
from contextlib import contextmanager

from .mlflow_children import EXITS, ChildDirectory
from .mlflow_errors import Refusal, unknown_run
from .mlflow_http import Gone
from .mlflow_ids import DEFAULT_EXPERIMENT, experiment_id, new_run_id
from .mlflow_run import Run
from .rundir import now

# The script often adds a word about a run that it has just ended: its end is written down a little later.
AFTERTHOUGHT_SECONDS = 1
PARENT_TAG = "mlflow.parentRunId"


class Experiment:
    """Its id follows from its name, unless the server has said another."""

    def __init__(self, name, tags=(), given=None):
        self.name = name
        self.id = given or experiment_id(name)
        self.tags = dict(tags)
        self.created = now()

    def json(self):
        found = {
            "experiment_id": self.id,
            "name": self.name,
            "artifact_location": "mlflow-artifacts:/" + self.id,
            "lifecycle_stage": "active",
            "creation_time": self.created,
            "last_update_time": self.created,
        }
        if self.tags:
            found["tags"] = [{"key": key, "value": value} for key, value in self.tags.items()]
        return found


class Book:
    """`claim_metrics(keys)` makes MLflow the owner of metric names; `journal` is that of the run itself."""

    def __init__(self, directory, spec, journal, claim_metrics):
        self.lock = threading.RLock()
        self.journal = journal
        self.claim_metrics = claim_metrics
        self.models = {}
        self.experiments = {}
        self._directory = directory
        self._spec = spec
        self._closed = False
        self._ending = {}
        self._said = set()
        own = self.experiment(spec.get("experiment") or DEFAULT_EXPERIMENT)
        self.experiment(DEFAULT_EXPERIMENT)
        self.own = Run(spec["run_id"], spec.get("name") or "", own, directory.path, journal, now())
        # Runs in the order in which they were made; the own one is among them once the script has used it.
        self.runs = {}

    @contextmanager
    def turn(self):
        """The lock, for one call. Raises Gone once the script is over: what is said later has no record."""
        with self.lock:
            if self._closed:
                raise Gone
            yield

    def experiment(self, name, tags=(), given=None):
        """The experiment of this name, made when it is not known."""
        made = Experiment(name, tags, given)
        return self.experiments.setdefault(made.id, made)

    def find_experiment(self, wanted):
        """By id; raises Refusal."""
        found = self.experiments.get(wanted)
        if found is None:
            text = "No Experiment with id=%s exists" % wanted
            raise Refusal("RESOURCE_DOES_NOT_EXIST", text, elsewhere=True)
        return found

    def find(self, run_id):
        """A run of this script, to read it; raises Refusal."""
        run = self.own if run_id == self.own.id else self.runs.get(run_id)
        if run is None:
            raise unknown_run(run_id)
        return run

    def writable(self, run_id):
        """A run of this script, to write to it."""
        run = self.find(run_id)
        self.runs.setdefault(run.id, run)
        if run.deleted:
            text = "The run %s must be in the 'active' state. Current state is deleted."
            raise Refusal("INVALID_PARAMETER_VALUE", text % run.id)
        if run.child is not None and run.status != "RUNNING":
            self._ending[run.id] = time.monotonic() + AFTERTHOUGHT_SECONDS
        return run

    def create(self, experiment, name, parent, started, user):
        """The first run that a script creates is the run itself; each further one is a child. Raises
        OSError."""
        said = {"user": user[:500]} if user else {}
        if self.own.id not in self.runs and parent is None:
            run = self.runs[self.own.id] = self.own
            if name and name != run.name:
                said["name"] = run.name = name
            if experiment is not run.experiment:
                run.experiment = experiment
                said["experiment"] = experiment.name
            # Said even when there is nothing else to say: the next one that is created is another run.
            run.journal.write("run", status="running", **said)
            run.started = started
        else:
            child = ChildDirectory(self._directory, new_run_id())
            name = name or "%s-%d" % (self.own.name, len(self.runs) + 1)
            above = parent if parent in self.runs else self.own.id
            child.create(self._spec, name, experiment.name, above, started, said)
            run = Run(child.id, name, experiment, child.path, child.journal, started, child)
            self.runs[run.id] = run
        run.user = user
        return run

    def set_status(self, run, status, ended):
        """What the script says of the state of a run. That of the run itself is told by its process."""
        if run.child is not None and run.status != "RUNNING" and status == "RUNNING":
            # What was reported must stand before it begins again.
            self._settle(run.id)
            run.child.begin_again(run.started)
        run.status = status
        run.ended = None if status == "RUNNING" else ended
        if run.child is not None and status in EXITS:
            self._ending[run.id] = time.monotonic() + AFTERTHOUGHT_SECONDS

    def settle(self):
        """Writes down the ends that have stood for a while."""
        with self.lock:
            current = time.monotonic()
            for run_id in [run_id for run_id, due in self._ending.items() if due <= current]:
                self._settle(run_id)

    def _settle(self, run_id):
        if self._ending.pop(run_id, None) is not None:
            run = self.runs[run_id]
            run.child.end(run.status, run.ended if run.ended is not None else now())

    def close(self, outcome):
        """The script is over, and with it every run that it has left open: they end as it did. `outcome` is
        None where nobody knows how: then nothing is said of them."""
        why = None if outcome == "FINISHED" else "The script ended before this run did."
        with self.lock:
            self._closed = True
            for run in self.runs.values():
                if outcome is not None and run.child is not None and run.status not in EXITS:
                    run.status = outcome
                    run.child.end(outcome, now(), why)
                self._settle(run.id)

    def notice(self, code, text):
        """Tells a person, once."""
        if (code, text) not in self._said and len(self._said) < 100:
            self._said.add((code, text))
            self.journal.notice(code, text)

    def flush(self, run=None):
        """Makes what was said last before it is confirmed."""
        self.journal.flush()
        if run is not None:
            run.journal.flush()
