"""The threads that answer MLflow calls: one that accepts connections and one for each of them."""

import base64
import os
import socket
import sys
import threading
import time
import traceback
from hmac import compare_digest

from .mlflow_book import Book
from .mlflow_calls import Calls
from .mlflow_http import Broken, Connection, Gone

MOST_CONNECTIONS = 200
STOP_SECONDS = 0.7
# A turn of the watch must not make every call wait: the usual 5 ms are longer than a call takes.
_SWITCH_SECONDS = 0.0005
_FREE = ("/health", "/version")


class Service:
    """Serves the listener that was offered to the script, until it is stopped."""

    def __init__(self, directory, spec, journal, metrics, offer):
        self.book = Book(directory, spec, journal, lambda keys: metrics.claim("mlflow", keys))
        self._journal = journal
        self._calls = Calls(self.book, directory.path)
        self._hosts = {
            offer.url[len("http://") :],
            offer.url[len("http://") :].replace("127.0.0.1", "localhost"),
        }
        self._keys = [key.encode("latin-1", "replace") for key in _keys(offer.token)]
        self._listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, fileno=offer.listener.detach())
        self._state = threading.Condition()
        # Open connections by when they fell idle; None for one that is being answered.
        self._open = {}
        self._busy = 0
        self._stopping = False

    def serve(self):
        """Accepts connections until the end."""
        sys.setswitchinterval(_SWITCH_SECONDS)
        while True:
            try:
                channel = self._listener.accept()[0]
            except OSError:
                if self._stopping:
                    return
                time.sleep(0.05)  # Out of file handles, say: others will be given back.
                continue
            with self._state:
                self._make_room()
                self._open[channel] = time.monotonic()
            threading.Thread(target=self._converse, args=(channel,), daemon=True).start()

    def _make_room(self):
        """Clients keep their connections for later, hundreds of workers hundreds of them. Whoever was silent
        for longest makes room: a client opens a new one without a word."""
        while len(self._open) >= MOST_CONNECTIONS and not self._stopping:
            idle = [
                (since, id(channel), channel) for channel, since in self._open.items() if since is not None
            ]
            if idle:
                channel = min(idle)[2]
                del self._open[channel]
                _hang_up(channel)
            else:
                self._state.wait(1)

    def stop(self, outcome):
        """Lets calls that have begun come to their end, for a moment; then nobody is answered any more."""
        deadline = time.monotonic() + STOP_SECONDS
        with self._state:
            self._stopping = True
            while self._busy and time.monotonic() < deadline:
                self._state.wait(deadline - time.monotonic())
            channels = list(self._open)
        for channel in [self._listener] + channels:
            _hang_up(channel)
        self._listener.close()
        # Whoever still holds the lock is at the end of one call; a call that comes later finds it closed.
        self.book.close(outcome)

    def _converse(self, channel):
        """All requests of one connection."""
        try:
            channel.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            connection = Connection(channel)
            while self._one(channel, connection):
                continue
        except (Gone, OSError):
            return
        finally:
            with self._state:
                self._open.pop(channel, None)
                self._state.notify_all()
            channel.close()

    def _one(self, channel, connection):
        """Reads and answers one request; False when it was the last one of the connection."""
        try:
            request = connection.request()
        except Broken as broken:
            connection.answer(broken.status, str(broken).encode(), "text/plain; charset=utf-8", keep=False)
            return False
        if request is None:
            return False
        with self._state:
            if self._stopping or channel not in self._open:
                return False
            self._open[channel] = None
            self._busy += 1
        try:
            return self._answer(connection, request)
        finally:
            with self._state:
                self._open[channel] = time.monotonic()
                self._busy -= 1
                self._state.notify_all()

    def _answer(self, connection, request):
        try:
            if request.headers.get("host", "").lower() not in self._hosts:
                connection.answer(403, b"Invalid Host header", "text/plain; charset=utf-8", keep=False)
                return False
            if request.path not in _FREE and not self._is_ours(request.headers.get("authorization", "")):
                text = b'{"error_code": "UNAUTHENTICATED", "message": "This address belongs to another run."}'
                connection.answer(401, text, keep=False)
                return False
            return self._calls.answer(connection, request)
        except Broken as broken:
            connection.answer(broken.status, str(broken).encode(), "text/plain; charset=utf-8", keep=False)
        except (Gone, OSError):
            raise
        except Exception as error:  # Ours, not the script's: it is told so, and no client tries it again.
            traceback.print_exc(file=sys.stderr)
            self.book.notice("mlflow_call_failed", "A call of MLflow's client could not be kept: %s" % error)
            connection.answer(
                501, b'{"error_code": "NOT_IMPLEMENTED", "message": "%s"}' % _plain(error), keep=False
            )
        return False

    def _is_ours(self, header):
        given = header.encode("latin-1", "replace")
        return any([compare_digest(given, key) for key in self._keys])


def _hang_up(channel):
    """Ends a connection that another thread may wait on."""
    try:
        channel.shutdown(socket.SHUT_RDWR)
    except OSError:
        return  # The other side was faster.


def _keys(token):
    """What the script's client may send: our token, or what the person has set for another server, which a
    client prefers. Either is a secret of the person."""
    found = ["Bearer " + token]
    own = os.environ.get("MLFLOW_TRACKING_TOKEN")
    if own:
        found.append("Bearer " + own)
    name, word = os.environ.get("MLFLOW_TRACKING_USERNAME"), os.environ.get("MLFLOW_TRACKING_PASSWORD")
    if not (name and word):
        kept = _kept_login()
        name, word = name or kept[0], word or kept[1]
    for login in ((name, word), ("runline", token)):
        if all(login):
            found.append("Basic " + base64.b64encode(":".join(login).encode()).decode("ascii"))
    return found


def _kept_login():
    """(name, password) of `~/.mlflow/credentials`."""
    path = os.path.expanduser("~/.mlflow/credentials")
    if not os.path.exists(path):
        return None, None
    from configparser import ConfigParser, Error

    try:
        parser = ConfigParser()
        parser.read(path)
        section = parser["mlflow"]
        return section.get("mlflow_tracking_username"), section.get("mlflow_tracking_password")
    except (Error, KeyError, OSError, ValueError):
        return None, None


def _plain(error):
    return "".join(c for c in str(error) if c.isalnum() or c in " .,:'()-_")[:300].encode("ascii", "replace")
