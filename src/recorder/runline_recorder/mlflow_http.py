"""HTTP/1.1 as a client of MLflow speaks it, on a socket: heads and bodies in, whole answers or files out.
Written here because `http.server` takes longer to import than a run takes to start, and longer per call."""

import re
from urllib.parse import parse_qs, unquote

CHUNK = 1 << 20
MOST_HEAD = 1 << 16
MOST_BODY = 64 << 20
# From the first byte of a request to its end the client may pause this long, between requests for ever.
PATIENCE_SECONDS = 120
REASONS = {
    200: "OK",
    206: "Partial Content",
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    411: "Length Required",
    413: "Payload Too Large",
    416: "Range Not Satisfiable",
    431: "Request Header Fields Too Large",
    501: "Not Implemented",
    503: "Service Unavailable",
    507: "Insufficient Storage",
}

_LENGTH = re.compile(rb"[0-9a-fA-F]{1,15}\Z")


class Broken(Exception):
    """The request can't be read on: answered with `status`, then the connection is closed."""

    def __init__(self, status, message):
        super().__init__(message)
        self.status = status


class Gone(Exception):
    """The client has left."""


class Request:
    """One request. The body is read when asked for, at once or in pieces."""

    def __init__(self, connection, method, target, headers, version):
        self.method = method
        self.target = target
        path, _, query = target.partition("?")
        self.path = unquote(path)
        self.query = query
        self.headers = headers
        self.keep = headers.get("connection", "").lower() != "close" and version != "HTTP/1.0"
        self._connection = connection
        self._chunked = "transfer-encoding" in headers
        # Of the body, or of its chunk; and whether there is another chunk to come.
        self._left = self._length()
        self._more = self._chunked

    def _length(self):
        coding = self.headers.get("transfer-encoding", "chunked").lower()
        length = self.headers.get("content-length", "0")
        if coding != "chunked" or (self._chunked and "content-length" in self.headers):
            raise Broken(400, "Bad Request. The length of the body is not clear.")
        if not length.isdigit() or len(length) > 18:
            raise Broken(400, "Bad Request. Content-Length is not a number.")
        return int(length)

    def pieces(self):
        """The body, or what is left of it, in pieces of at most a chunk."""
        if not self.is_read() and self.headers.pop("expect", "").lower() == "100-continue":
            self._connection.send(b"HTTP/1.1 100 Continue\r\n\r\n")
        while not self.is_read():
            if not self._left:
                self._left = self._connection.chunk_length()
            if self._left:
                data = self._connection.some(min(self._left, CHUNK))
                self._left -= len(data)
                if self._chunked and not self._left:
                    self._connection.line(2)
                yield data
            else:
                self._connection.trailer()
                self._more = False

    def is_read(self):
        """Whether nothing of the body is left that the next request would begin with."""
        return not self._left and not self._more

    def discard(self):
        """Reads what is left: a client that still sends does not hear the answer."""
        for _ in self.pieces():
            continue

    def body(self):
        """The whole body; refuses one that is larger than any call of the protocol is."""
        if self._left > MOST_BODY:
            raise Broken(413, "The request is larger than %d bytes." % MOST_BODY)
        found = []
        size = 0
        for piece in self.pieces():
            found.append(piece)
            size += len(piece)
            if size > MOST_BODY:
                raise Broken(413, "The request is larger than %d bytes." % MOST_BODY)
        return b"".join(found)

    def asked(self):
        """The query string: lists of texts by name."""
        return parse_qs(self.query, keep_blank_values=True)


class Connection:
    """Reads requests off one socket and writes answers to it. Raises Gone when the other side has left."""

    def __init__(self, channel):
        self._channel = channel
        self._buffer = b""

    def request(self):
        """The next request, or None at the end of the connection."""
        self._channel.settimeout(None)
        if not self._buffer and not self._fill(orderly=True):
            return None
        self._channel.settimeout(PATIENCE_SECONDS)
        while b"\r\n\r\n" not in self._buffer:
            if len(self._buffer) > MOST_HEAD:
                raise Broken(431, "The head of the request is too large.")
            self._fill()
        head, _, self._buffer = self._buffer.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").lstrip("\r\n").split("\r\n")
        words = first.split(" ")
        if len(words) != 3 or not words[2].startswith("HTTP/1.") or not words[1].startswith("/"):
            raise Broken(400, "Bad Request. This is not HTTP/1.1.")
        headers = {}
        for line in lines:
            name, colon, value = line.partition(":")
            if not colon or name != name.strip():
                raise Broken(400, "Bad Request. A header can't be read.")
            headers[name.lower()] = value.strip()
        return Request(self, words[0], words[1], headers, words[2])

    def some(self, most):
        """At least one and at most so many bytes."""
        if not self._buffer:
            self._fill()
        data, self._buffer = self._buffer[:most], self._buffer[most:]
        return data

    def line(self, most):
        while b"\r\n" not in self._buffer:
            if len(self._buffer) > most:
                raise Broken(400, "Bad Request. A chunk has no end.")
            self._fill()
        found, _, self._buffer = self._buffer.partition(b"\r\n")
        return found

    def chunk_length(self):
        word = self.line(1024).split(b";")[0].strip()
        if not _LENGTH.match(word):
            raise Broken(400, "Bad Request. A chunk has no length.")
        return int(word, 16)

    def trailer(self):
        while self.line(MOST_HEAD):
            continue

    def answer(self, status, body, kind="application/json", keep=True, extra=""):
        """One answer, in one piece."""
        self.send(_head(status, len(body), kind, keep, extra) + body)

    def answer_file(self, source, size, kind, keep, status=200, extra=""):
        """`size` bytes of an open file."""
        self.send(_head(status, size, kind, keep, extra))
        while size:
            data = source.read(min(size, CHUNK))
            if not data:
                raise Gone  # It became shorter: the promised length can't be kept.
            size -= len(data)
            self.send(data)

    def send(self, data):
        try:
            self._channel.sendall(data)
        except OSError:
            raise Gone from None

    def _fill(self, orderly=False):
        try:
            data = self._channel.recv(CHUNK)
        except OSError:
            raise Gone from None
        if not data and not orderly:
            raise Gone
        self._buffer = self._buffer + data if self._buffer else data
        return data


def _head(status, size, kind, keep, extra):
    lines = "HTTP/1.1 %d %s\r\nContent-Type: %s\r\nContent-Length: %d\r\n%s%s\r\n" % (
        status,
        REASONS.get(status, "Status"),
        kind,
        size,
        extra,
        "" if keep else "Connection: close\r\n",
    )
    return lines.encode("latin-1", "replace")
