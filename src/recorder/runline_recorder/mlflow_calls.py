"""What each call of the protocol is answered with: by this run where it can, else by the server."""

import json
import re

from . import mlflow_experiment_calls, mlflow_history, mlflow_models, mlflow_run_calls, mlflow_search
from .mlflow_errors import Refusal
from .mlflow_fields import Fields
from .mlflow_files import Files
from .mlflow_http import Broken
from .mlflow_upstream import ANSWER_SECONDS, QUESTION_SECONDS, Upstream

# Clients ask it before they choose how to send traces.
VERSION = "3.18.0"
ARTIFACTS = "mlflow-artifacts/artifacts"
_CALLS = {}
for _module in (mlflow_experiment_calls, mlflow_run_calls, mlflow_models, mlflow_search, mlflow_history):
    _CALLS.update(_module.ROUTES)
_SEARCH = ("POST", "runs/search")
# Nobody need wait long for it: an experiment that is made here gets the id that it has there.
_BY_NAME = "mlflow/experiments/get-by-name"
_UNKNOWN_EXPERIMENT = re.compile(rb"No Experiment with id=(\d{1,19}) exists")
_REGISTRY = ("registered-models", "model-versions", "prompts", "webhooks")
_NO_REGISTRY = (
    "No model registry is reachable from this run: it has no connection to Runline's server. What was logged"
    " is kept with the run. Register it afterwards with “Runline: Register Model…” or `runline register`."
)
_NO_TRACES = (
    "The script's traces are not kept: this run has no connection to Runline's server. A run that is started on"
    " the machine of its workspace, and followed, has one."
)
_NO_SERVER = "This call needs Runline's server, and none is reachable from this run."


class Calls:
    """Answers requests over one book."""

    def __init__(self, book, run_path):
        self._book = book
        self._files = Files(book)
        self._upstream = Upstream(run_path)

    def answer(self, connection, request):
        """Reads the rest of the request and answers it. False when the connection can't go on."""
        if request.path == "/health":
            connection.answer(200, b"OK", "text/plain; charset=utf-8", request.keep)
            return request.keep
        if request.path == "/version":
            connection.answer(200, VERSION.encode(), "text/plain; charset=utf-8", request.keep)
            return request.keep
        name = _name(request.path)
        if name.startswith(ARTIFACTS):
            return self._artifact(connection, request, name[len(ARTIFACTS) :].lstrip("/"))
        body = request.body()
        status, answer, kind = self._call(request, name, body)
        connection.answer(status, answer, kind, request.keep)
        return request.keep

    def _call(self, request, name, body):
        """(status, body, content type) of a call in JSON."""
        try:
            fields = _fields(request, body)
            if (request.method, name) == ("POST", "mlflow/runs/search"):
                return self._search(request, fields, body)
            if name == "mlflow/experiments/search":
                # The server knows all that this run knows.
                passed = self._passed(request, body, QUESTION_SECONDS)
                if passed is not None and passed[0] == 200:
                    return passed
            with self._book.turn():
                found = self._here(request.method, name, fields)
                answer, run = found if isinstance(found, tuple) else (found, None)
                if run is not None:
                    self._book.flush(run)
            return _json(200, answer)
        except Refusal as refusal:
            seconds = QUESTION_SECONDS if name == _BY_NAME else ANSWER_SECONDS
            passed = self._passed(request, body, seconds) if refusal.elsewhere else None
            if passed is not None:
                self._learn(name, passed)
                return passed
            self._wish(request.path, name, body)
            return _json(refusal.status, refusal.body())

    def _here(self, method, name, fields):
        """The answer, or (answer, the run that was written to). Raises Refusal."""
        family, _, rest = name.partition("/")
        if family == "mlflow":
            found = _CALLS.get((method, rest))
            if found is not None:
                return found(self._book, fields)
            words = rest.split("/")
            if words[0] == "logged-models" and len(words) > 1:
                return self._of_model(method, words[1:], fields)
            if (method, rest) == ("GET", "artifacts/list"):
                return self._files.listing_of_run(fields)
            if (method, rest) == ("GET", "server-info"):
                return {"store_type": "SqlStore", "workspaces_enabled": False}
            if words[0] in _REGISTRY:
                raise Refusal("NOT_IMPLEMENTED", _NO_REGISTRY, elsewhere=True)
        if family == "mlflow-artifacts":
            # In the words that let a client go on with an upload in one piece.
            text = "Multipart upload is not supported for the current artifact repository"
            raise Refusal("NOT_IMPLEMENTED", text)
        raise Refusal("NOT_IMPLEMENTED", _NO_SERVER, elsewhere=True)

    def _of_model(self, method, words, fields):
        model, rest = words[0], words[1:]
        found = mlflow_models.PART_ROUTES.get((method, "/".join(rest)))
        if found is not None:
            return found(self._book, fields, model)
        if method == "DELETE" and len(rest) == 2 and rest[0] == "tags":
            return mlflow_models.delete_tag(self._book, fields, model, rest[1])
        raise Refusal("NOT_IMPLEMENTED", _NO_SERVER, elsewhere=True)

    def _wish(self, path, name, body):
        """A registration that could not be done is remembered as one that somebody wanted, and so are traces."""
        if path == "/v1/traces" or name == "mlflow/traces":
            with self._book.turn():
                self._book.notice("mlflow_traces_not_kept", _NO_TRACES)
                self._book.flush()
        if name in ("mlflow/registered-models/create", "mlflow/model-versions/create"):
            try:
                wanted = json.loads(body.decode("utf-8"))["name"]
            except (ValueError, KeyError, TypeError):
                return
            if not isinstance(wanted, str) or not wanted.isprintable():
                return
            text = "The script wanted to register a model as %s, and no registry was reachable from the run."
            with self._book.turn():
                self._book.notice("mlflow_not_registered", text % wanted[:250])
                self._book.flush()

    def _search(self, request, fields, body):
        """Runs of this script and, where a server is there, of others."""
        passed = self._passed(request, body, QUESTION_SECONDS)
        others = _runs_in(passed) if passed is not None and passed[0] == 200 else ()
        try:
            with self._book.turn():
                answer = mlflow_search.search(self._book, fields, others)
        except Refusal:
            if passed is None:
                raise
            return passed
        return _json(200, answer)

    def _passed(self, request, body, seconds=ANSWER_SECONDS):
        passed = self._ask(request, body, seconds)
        if passed is not None and passed[0] == 404 and self._tell_of_experiment(passed[1]):
            return self._ask(request, body, seconds)
        return passed

    def _ask(self, request, body, seconds):
        return self._upstream.passed(request.method, request.target, body, request.headers, seconds)

    def _tell_of_experiment(self, answer):
        """The server may not have read yet which experiments this run has made: then it is told at once. Whether
        it knows it now."""
        found = _UNKNOWN_EXPERIMENT.search(answer)
        if found is None:
            return False
        with self._book.turn():
            known = self._book.experiments.get(found.group(1).decode("ascii"))
        if known is None:
            return False
        tags = [{"key": key, "value": value} for key, value in known.tags.items()]
        body = json.dumps({"name": known.name, "tags": tags}).encode("ascii")
        told = {"content-type": "application/json"}
        made = self._upstream.passed("POST", "/api/2.0/mlflow/experiments/create", body, told, QUESTION_SECONDS)
        # Another one that was told at the same time was the first, perhaps.
        return made is not None and made[0] in (200, 400)

    def _learn(self, name, passed):
        """An experiment that the server has told of can have runs of this script."""
        if passed[0] != 200 or name not in ("mlflow/experiments/get", "mlflow/experiments/get-by-name"):
            return
        try:
            found = json.loads(passed[1].decode("utf-8"))["experiment"]
            with self._book.turn():
                self._book.experiment(found["name"], given=found["experiment_id"])
        except (ValueError, KeyError, TypeError):
            return

    def _artifact(self, connection, request, path):
        """Files stream in and out; only what is not of this run is held, as far as a body may be."""
        try:
            if request.method == "PUT":
                self._files.put(path, request.pieces())
                answer = {}
            elif request.method == "DELETE":
                self._files.delete(path)
                answer = {}
            elif request.method == "GET" and not path:
                with self._book.turn():
                    answer = self._files.listing(_query(request).get("path", ""))
            elif request.method == "GET":
                source, size, status, extra = self._files.open(path, request.headers.get("range"))
                with source:
                    connection.answer_file(
                        source, size, "application/octet-stream", request.keep, status, extra
                    )
                return request.keep
            else:
                raise Refusal("BAD_REQUEST", "Method not allowed.")
        except Refusal as refusal:
            passed = self._passed(request, request.body()) if refusal.elsewhere else None
            request.discard()
            connection.answer(*(passed or _json(refusal.status, refusal.body())), keep=request.keep)
            return request.keep
        connection.answer(*_json(200, answer), keep=request.keep)
        return request.keep


def _name(path):
    """The call's name: its path without the prefixes that mean the same."""
    path = "/" + path.lstrip("/")
    for prefix in ("/api/", "/ajax-api/"):
        if path.startswith(prefix):
            version, _, rest = path[len(prefix) :].partition("/")
            if version in ("2.0", "3.0"):
                return rest[len("preview/") :] if rest.startswith("preview/") else rest
    return ""


def _runs_in(passed):
    """The runs in what should be a server's answer."""
    try:
        found = json.loads(passed[1].decode("utf-8")).get("runs", ())
        return [run for run in found if run["info"]["run_id"]]
    except (ValueError, KeyError, TypeError, AttributeError):
        return ()


def _query(request):
    return {key: found[0] if len(found) == 1 else found for key, found in request.asked().items()}


def _fields(request, body):
    if request.method == "GET" and (request.query or not body):
        return Fields(_query(request))
    kind = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if kind != "application/json" and request.method not in ("DELETE", "GET"):
        if not kind:
            raise Refusal("INVALID_PARAMETER_VALUE", "Bad Request. Content-Type header is missing.")
        if not _name(request.path):
            # What other protocols send here, traces among them, is for the server.
            raise Refusal("NOT_IMPLEMENTED", _NO_SERVER, elsewhere=True)
        text = "Bad Request. Content-Type must be one of ['application/json']."
        raise Refusal("INVALID_PARAMETER_VALUE", text)
    try:
        # Some mark the encoding before the first letter.
        value = json.loads(body.decode("utf-8-sig") or "{}")
        if isinstance(value, str):
            value = json.loads(value)
    except (ValueError, RecursionError):
        raise Refusal("BAD_REQUEST", "Bad Request. The body is not valid JSON.") from None
    if not isinstance(value, dict):
        raise Refusal("BAD_REQUEST", "Bad Request. The body is not a JSON object.")
    return Fields(value)


def _json(status, answer):
    try:
        text = json.dumps(answer, allow_nan=False)
    except ValueError as error:
        raise Broken(501, "The answer holds a number that JSON can't: %s" % error) from None
    return status, text.encode("ascii", "replace"), "application/json"
