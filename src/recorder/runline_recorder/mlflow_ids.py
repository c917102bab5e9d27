"""Ids that this side gives: shaped as MLflow's clients expect them, and as the server gives them."""

import os
import time

DEFAULT_EXPERIMENT = "Default"
_DIGITS = 18
_last = 0


def new_run_id():
    """A UUIDv7 as 32 hex digits: sorts by time, and of those that are made here in one millisecond in the order
    of their making: a parent comes before its child."""
    global _last
    chance = int.from_bytes(os.urandom(10), "big") >> 6
    _last = max((time.time_ns() // 1000000 & ((1 << 48) - 1)) << 74 | chance, _last + 1)
    return "%012x7%03x%x%015x" % (
        _last >> 74,
        (_last >> 62) & 0xFFF,
        8 | ((_last >> 60) & 3),
        _last & ((1 << 60) - 1),
    )


def new_model_id():
    return "m-" + os.urandom(16).hex()


def experiment_id(name):
    """An experiment's id follows from its name, so that a run without a server and the server agree."""
    if name == DEFAULT_EXPERIMENT:
        return "0"
    digest = _sha256(name.encode("utf-8", "surrogatepass")).hexdigest()
    return str(int(digest, 16))[:_DIGITS]


def _sha256(data):
    """Python's own implementation: OpenSSL's takes milliseconds to load, and the start of a run waits."""
    try:
        from _sha2 import sha256
    except ImportError:
        try:
            from _sha256 import sha256
        except ImportError:
            from hashlib import sha256
    return sha256(data)
