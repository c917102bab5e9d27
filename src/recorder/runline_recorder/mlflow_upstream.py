"""The server that knows more than this run: it answers for the registry and for other runs. Where there is
none, nothing waits for one."""

import json
import os
import stat
import time

CONNECT_SECONDS = 3
ANSWER_SECONDS = 60
# For what this run can answer as far as it knows: nobody waits long for the rest.
QUESTION_SECONDS = 5
# One that did not answer is not asked again for so long: a network that is away must not cost a script more
# than a moment now and then.
AWAY_SECONDS = 60
_LOOPBACK = ("127.0.0.1", "localhost", "[::1]")


def served(run_path):
    """{"url", "token"} of the server that serves this workspace now, or None. The file must be the person's
    own and name this machine: a folder that came from elsewhere must not send data away."""
    found = _own_json(run_path, "mlflow.json")
    url = found.get("url")
    if not isinstance(url, str) or not url.startswith("http://") or _host(url) not in _LOOPBACK:
        return None
    return {"url": url.rstrip("/"), "token": found.get("token") or ""}


def is_ours(run_path, url):
    """Whether an address is that of Runline's server of this workspace, or was when it last served: terminals
    and notebooks may have it set."""
    now = served(run_path)
    if now is not None and now["url"] == url.rstrip("/"):
        return True
    port = _own_json(run_path, "mlflow-port.json").get("port")
    return _host(url) in _LOOPBACK and url.rstrip("/").endswith(":%s" % port)


def _own_json(run_path, name):
    """The object in a file beside the runs that only this person can have written; an empty one for none."""
    path = os.path.join(os.path.dirname(os.path.dirname(run_path)), name)
    try:
        with open(path, encoding="utf-8") as source:
            state = os.fstat(source.fileno())
            found = json.load(source)
    except (OSError, ValueError):
        return {}
    safe = state.st_uid == os.getuid() and not stat.S_IMODE(state.st_mode) & 0o077
    return found if safe and isinstance(found, dict) else {}


def _host(url):
    return url.partition("://")[2].split("/")[0].rpartition(":")[0]


class Upstream:
    """Passes a request on as it is. `passed` answers None where there is nobody to pass it to."""

    def __init__(self, run_path):
        self._run_path = run_path
        # What was asked in vain: where, how long it was waited for, and until when nobody waits so long again.
        self._away = None, 0, 0

    def passed(self, method, target, body, content_type, seconds=ANSWER_SECONDS):
        """(status, body, content type) of the server's answer, or None. `seconds`: how long it may take."""
        found = self._found()
        if found is None or self._is_away(found["url"], seconds):
            return None
        from http.client import HTTPConnection, HTTPException, HTTPSConnection
        from socket import timeout
        from urllib.parse import urlsplit

        place = urlsplit(found["url"])
        kind = HTTPSConnection if place.scheme == "https" else HTTPConnection
        headers = {"Accept": "application/json"}
        if content_type:
            headers["Content-Type"] = content_type
        if found["token"]:
            headers["Authorization"] = "Bearer " + found["token"]
        connection = kind(place.hostname, place.port, timeout=CONNECT_SECONDS)
        try:
            connection.connect()
            connection.sock.settimeout(seconds)
            connection.request(method, place.path.rstrip("/") + target, body or None, headers)
            answer = connection.getresponse()
            return answer.status, answer.read(), answer.getheader("Content-Type") or "application/json"
        except timeout:
            self._away = found["url"], seconds, time.monotonic() + AWAY_SECONDS
            return None
        except (OSError, HTTPException):
            return None  # At once: it may be there again in a moment.
        finally:
            connection.close()

    def _is_away(self, url, seconds):
        """Whoever has more patience than the one before asks again: it may only be slow."""
        where, patience, until = self._away
        return where == url and seconds <= patience and time.monotonic() < until

    def _found(self):
        named = os.environ.get("RUNLINE_MLFLOW_UPSTREAM")
        if named:
            return {"url": named, "token": os.environ.get("RUNLINE_MLFLOW_UPSTREAM_TOKEN", "")}
        return served(self._run_path)
