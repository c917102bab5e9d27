"""Secrets leave no trace in the journal: by the name of a parameter, or by the look of a value."""

import re

HIDDEN = "•••"

_NAME = re.compile(
    r"(?:^|[_./])(?:password|passwd|passphrase|pwd|secret|secrets|api_?key|access_?key|secret_?key|private_?key|auth_?key|credentials?"
    r"|auth|bearer)(?:$|[_./])|^(?:.*(?:hf|hub|auth|access|api|bearer|refresh|session|github|gitlab|wandb|bot|id|secret|private)[_.])?token$",
    re.IGNORECASE,
)
_URL = re.compile(r"(\b[a-z][a-z0-9+.-]*://)[^/\s@?#]*@", re.IGNORECASE)
_QUERY = re.compile(
    r"([?&](?:[\w-]*(?:token|key|secret|password|signature|sig|credential))=)[^&\s#]+", re.IGNORECASE
)
_LOOKS = re.compile(
    r"\b(?:hf_[A-Za-z0-9]{20,}|sk-[A-Za-z0-9_-]{20,}|gh[pousr]_[A-Za-z0-9]{20,}|github_pat_\w{20,}|glpat-[\w-]{16,}|AKIA[0-9A-Z]{16}"
    r"|xox[abprs]-[\w-]{10,}|AIza[\w-]{30,}|eyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]+)"
)


def is_secret(name):
    """Whether a name says that its value is a secret. `max_tokens` and `pad_token` are not: they are the
    field's own words."""
    return _NAME.search(re.sub("[ -]", "_", name)) is not None


def redacted(name, value):
    """The value as it may be written down."""
    if is_secret(name) and value not in ("", "None", "False", "True"):
        return HIDDEN
    return clean(value)


def clean(text):
    """A text without credentials in URLs and without tokens of well-known looks."""
    return _LOOKS.sub(HIDDEN, _QUERY.sub(r"\1" + HIDDEN, _URL.sub(r"\1" + HIDDEN + "@", text)))
