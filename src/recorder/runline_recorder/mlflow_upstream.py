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
# What clients try again for minutes, as if the script had nothing else to do; and a page is what a portal says.
_AGAIN = (408, 429, 500, 502, 503, 504)
_LOOPBACK = ("127.0.0.1", "localhost", "[::1]")


def served(run_path):
    """{"url", "token"} of the server that serves this workspace now, or None. The file must be the person's
    own and name this machine: a folder that came from elsewhere must not send data away."""
    return _address(os.path.dirname(os.path.dirname(run_path)))


def inviting(run_path):
    """{"url", "token"} of whoever has started this run, or looks after it, and answers its questions; or None."""
    return _address(run_path)


def _address(folder):
    found = _own_json(folder, "mlflow.json")
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
    port = _own_json(os.path.dirname(os.path.dirname(run_path)), "mlflow-port.json").get("port")
    return _host(url) in _LOOPBACK and url.rstrip("/").endswith(":%s" % port)


def _own_json(folder, name):
    """The object in a file that only this person can have written; an empty one for none."""
    try:
        with open(os.path.join(folder, name), encoding="utf-8") as source:
            state = os.fstat(source.fileno())
            found = json.load(source)
    except (OSError, ValueError):
        return {}
    safe = state.st_uid == os.getuid() and not stat.S_IMODE(state.st_mode) & 0o077
    return found if safe and isinstance(found, dict) else {}


def _is_passed(name):
    """What says how a body is to be read, and what it is about."""
    return name in ("content-type", "content-encoding") or name.startswith("x-mlflow-")


def _host(url):
    return url.partition("://")[2].split("/")[0].rpartition(":")[0]


class Upstream:
    """Passes a request on as it is. `passed` answers None where there is nobody to pass it to."""

    def __init__(self, run_path):
        self._run_path = run_path
        # What was asked in vain: where, how long it was waited for, and until when nobody waits so long again.
        self._away = None, 0, 0

    def passed(self, method, target, body, told=None, seconds=ANSWER_SECONDS):
        """(status, body, content type) of the server's answer, or None. `told`: the headers of the request, by
        their names in small letters; `seconds`: how long it may take."""
        for found in self._servers():
            if self._is_away(found["url"], seconds):
                continue
            connection = self._connected(found, seconds)
            if connection is not None:
                # Whatever comes of it, no other one is asked: this one may have done it already.
                return self._asked(connection, found, (method, target, body, told or {}), seconds)
        return None

    def _connected(self, found, seconds):
        from http.client import HTTPConnection, HTTPSConnection
        from socket import timeout
        from urllib.parse import urlsplit

        place = urlsplit(found["url"])
        kind = HTTPSConnection if place.scheme == "https" else HTTPConnection
        connection = kind(place.hostname, place.port, timeout=CONNECT_SECONDS)
        try:
            connection.connect()
            connection.sock.settimeout(seconds)
            return connection
        except OSError as error:
            connection.close()
            if isinstance(error, timeout):
                self._note_silence(found, seconds)
            return None  # Else asked again at once: it may be there again in a moment.

    def _asked(self, connection, found, request, seconds):
        from http.client import HTTPException
        from socket import timeout
        from urllib.parse import urlsplit

        method, target, body, told = request
        headers = {"Accept": "application/json"}
        headers.update((name, value) for name, value in told.items() if _is_passed(name))
        if found["token"]:
            headers["Authorization"] = "Bearer " + found["token"]
        try:
            connection.request(method, urlsplit(found["url"]).path.rstrip("/") + target, body or None, headers)
            answer = connection.getresponse()
            kind = answer.getheader("Content-Type") or "application/json"
            said = answer.status, answer.read(), kind
            return None if answer.status in _AGAIN or kind.startswith("text/html") else said
        except timeout:
            self._note_silence(found, seconds)
            return None
        except (OSError, HTTPException):
            return None
        finally:
            connection.close()

    def _note_silence(self, found, seconds):
        self._away = found["url"], seconds, time.monotonic() + AWAY_SECONDS

    def _is_away(self, url, seconds):
        """Whoever has more patience than the one before asks again: it may only be slow."""
        where, patience, until = self._away
        return where == url and seconds <= patience and time.monotonic() < until

    def _servers(self):
        """Those to ask, in this order, until one answers."""
        named = os.environ.get("RUNLINE_MLFLOW_UPSTREAM")
        if named:
            return [{"url": named, "token": os.environ.get("RUNLINE_MLFLOW_UPSTREAM_TOKEN", "")}]
        return [found for found in (served(self._run_path), inviting(self._run_path)) if found is not None]
