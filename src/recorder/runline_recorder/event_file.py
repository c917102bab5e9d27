"""TensorBoard event files: records in length-checked frames, each a protocol buffer of which only the
scalars matter.

Frame: u64 length, u32 masked CRC-32C of it, payload, u32 CRC. Numbers of protobuf fields are those of
event.proto, summary.proto and tensor.proto of TensorFlow.
"""

import os
import struct

CHUNK = 4 << 20
MOST_TAGS = 10000

_DOUBLE_AT = struct.Struct("<d")
_FLOAT_AT = struct.Struct("<f")

_FLOAT, _DOUBLE, _INT32, _INT64, _HALF, _BFLOAT16 = 1, 2, 3, 9, 19, 14
_CONTENT = {_FLOAT: "<f", _DOUBLE: "<d", _INT32: "<i", _INT64: "<q", _HALF: "<e"}


class Corrupt(Exception):
    """The file is not, or no longer, an event file from here on."""


class EventFile:
    """Reads one growing file from its beginning. A truncated tail waits for its rest."""

    def __init__(self, path):
        self.path = path
        self._offset = 0
        self._plugins = {}
        self._plain = {}

    def read(self):
        """Yields (wall time in seconds, step, tag, value) of what is new. Raises OSError or Corrupt."""
        with open(self.path, "rb", buffering=0) as source:
            while True:
                source.seek(self._offset)
                data = source.read(CHUNK)
                used = 0
                for end, payload in _frames(data):
                    used = end
                    yield from self._scalars(payload)
                skipped = self._large(data, used, source)
                self._offset += used + skipped
                if used + skipped == 0:
                    return

    def _large(self, data, used, source):
        """How far to jump over a frame larger than a chunk, a graph or an image; 0 when it is not all
        there yet."""
        if used or len(data) < 12:
            return 0
        length = _length(data, 0)
        whole = 12 + length + 4
        return whole if CHUNK < whole <= os.fstat(source.fileno()).st_size - self._offset else 0

    def _scalars(self, payload):
        """(wall, step, tag, value) of each scalar. Nearly all events are one float of a tag that was seen
        before: those differ from each other in wall time, step and float alone."""
        if payload[:1] == b"\x09" and payload[9:10] == b"\x10":
            step, at = _varint(payload, 10)
            tag = self._plain.get(payload[at:-4])
            if tag is not None and step < 1 << 63:
                wall = _DOUBLE_AT.unpack_from(payload, 1)[0]
                yield wall, step, tag, _FLOAT_AT.unpack_from(payload, len(payload) - 4)[0]
                return
        for scalar in self._examined(payload):
            head = _plain_head(scalar[2])
            if head is not None and payload[:-4].endswith(head) and len(self._plain) < MOST_TAGS:
                self._plain[head] = scalar[2]
            yield scalar

    def _examined(self, payload):
        wall, step, summary = 0.0, 0, None
        for field, value in _fields(payload):
            if field == 1 and isinstance(value, bytes) and len(value) == 8:
                wall = struct.unpack("<d", value)[0]
            elif field == 2 and isinstance(value, int):
                step = value - (1 << 64) if value >= 1 << 63 else value
            elif field == 5 and isinstance(value, bytes):
                summary = value
        if summary is None:
            return
        for field, value in _fields(summary):
            if field == 1 and isinstance(value, bytes):
                found = self._value(value)
                if found is not None:
                    yield (wall, step, found[0], found[1])

    def _value(self, data):
        tag, plain, tensor, plugin = "", None, None, None
        for field, value in _fields(data):
            if field == 1 and isinstance(value, bytes):
                tag = value.decode("utf-8", "replace")
            elif field == 2 and isinstance(value, bytes) and len(value) == 4:
                plain = struct.unpack("<f", value)[0]
            elif field == 8 and isinstance(value, bytes):
                tensor = value
            elif field == 9 and isinstance(value, bytes):
                plugin = _plugin(value)
        if plugin is not None:
            self._plugins[tag] = plugin
        if plain is None and tensor is not None and self._plugins.get(tag, "scalars") == "scalars":
            plain = _tensor(tensor)
        return (tag, plain) if tag and plain is not None else None


def _plain_head(tag):
    """What stands between step and float in an event of this one scalar; None for a tag too long for it."""
    name = tag.encode("utf-8", "replace")
    if len(name) > 100:
        return None
    value = b"\x0a%c%b\x15" % (len(name), name)
    return b"\x2a%c\x0a%c%b" % (len(value) + 6, len(value) + 4, value)


def _plugin(metadata):
    for field, value in _fields(metadata):
        if field == 1 and isinstance(value, bytes):
            for inner, name in _fields(value):
                if inner == 1 and isinstance(name, bytes):
                    return name.decode("utf-8", "replace")
    return None


def _tensor(data):
    """The number in a tensor of exactly one number, else None."""
    kind, content, size, listed = 0, b"", 1, None
    for field, value in _fields(data):
        if field == 1 and isinstance(value, int):
            kind = value
        elif field == 2 and isinstance(value, bytes):
            for inner, dimension in _fields(value):
                if inner == 2 and isinstance(dimension, bytes):
                    size *= next((length for number, length in _fields(dimension) if number == 1), 0)
        elif field == 4 and isinstance(value, bytes):
            content = value
        elif field in (5, 6) and isinstance(value, bytes):
            form = "<f" if field == 5 else "<d"
            listed = struct.unpack_from(form, value)[0] if len(value) >= struct.calcsize(form) else None
        elif field in (7, 10, 13):
            listed = value if isinstance(value, int) else _varint(value, 0)[0]
            if listed >= 1 << 63:
                listed -= 1 << 64
            if field == 13:
                listed = _sixteen(kind, struct.pack("<H", listed & 0xFFFF))
    if size != 1:
        return None
    if content:
        if kind == _BFLOAT16 and len(content) == 2:
            return _sixteen(kind, content)
        form = _CONTENT.get(kind)
        return (
            float(struct.unpack(form, content)[0]) if form and len(content) == struct.calcsize(form) else None
        )
    # A proto leaves out what is zero.
    return float(listed) if listed is not None else 0.0 if kind in _CONTENT else None


def _sixteen(kind, data):
    return struct.unpack("<f", b"\0\0" + data)[0] if kind == _BFLOAT16 else struct.unpack("<e", data)[0]


def _frames(data):
    """(end, payload) of the whole frames in `data`."""
    at = 0
    lengths = {}  # Most frames have one of a few lengths.
    while at + 12 <= len(data):
        head = data[at : at + 12]
        length = lengths.get(head)
        if length is None:
            length = lengths[head] = _length(data, at)
        end = at + 12 + length + 4
        if end > len(data):
            return
        yield end, data[at + 12 : at + 12 + length]
        at = end


def _length(data, at):
    head = data[at : at + 8]
    if struct.unpack_from("<I", data, at + 8)[0] != _masked_crc(head):
        raise Corrupt("a frame's length does not fit its checksum")
    return struct.unpack("<Q", head)[0]


def _fields(data):
    """(number, value) of a protocol buffer: int for varints, bytes for everything else. Stops at the first
    thing that is none."""
    at, end = 0, len(data)
    while at < end:
        key, at = _varint(data, at)
        kind = key & 7
        if kind == 0:
            value, at = _varint(data, at)
        else:
            if kind == 2:
                length, at = _varint(data, at)
            else:
                length = {1: 8, 5: 4}.get(kind, -1)
            if length < 0 or at + length > end:
                return
            value = data[at : at + length]
            at += length
        yield key >> 3, value


def _varint(data, at):
    result, shift = 0, 0
    while at < len(data) and shift < 70:
        byte = data[at]
        at += 1
        result |= (byte & 0x7F) << shift
        if byte < 0x80:
            break
        shift += 7
    return result & ((1 << 64) - 1), at


def _crc_table():
    table = []
    for number in range(256):
        for _ in range(8):
            number = (number >> 1) ^ (0x82F63B78 if number & 1 else 0)
        table.append(number)
    return table


_TABLE = _crc_table()


def _masked_crc(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc = (crc >> 8) ^ _TABLE[(crc ^ byte) & 0xFF]
    crc ^= 0xFFFFFFFF
    return (((crc >> 15) | (crc << 17)) + 0xA282EAD8) & 0xFFFFFFFF
