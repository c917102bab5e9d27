"""Secrets leave no trace in the journal: by the name of a parameter, or by the look of a value. The rules
of the editor's side, kept equal to it by one table of names."""

import re

HIDDEN = "•••"

_NAME = re.compile(
    r"(?:^|[-_./])(?:pass(?:word|wd|phrase)?|pwd|secrets?|tokens?|credentials?"
    r"|(?:api|access|private|account|secret|auth)[-_]?keys?|auth|bearer|cookie|dsn)(?:$|[-_./])",
    re.IGNORECASE,
)
# The field's own words: a tokenizer's limits, a number of tokens.
_HARMLESS = re.compile(
    r"(?:^|[-_.])(?:max|min|num|n|per|new|total|batch|pad|eos|bos|unk|mask|sep|cls|vocab|special)"
    r"[-_.]?tokens?(?:[-_.]ids?)?\b|tokens?[-_.](?:per|count|limit|len|length|size|dim|type|level|budget)"
    r"|\bauth(?:or|[-_](?:type|mode|method))"
    r"|(?:^|[-_.])(?:max|min|num|n)(?:[-_.][a-z0-9]+){1,3}[-_.]tokens?$"
    r"|(?:^|[-_.])(?:suppress|padding|input|output|prompt|completion|cached|reasoning)[-_.]tokens$"
    r"|tokens?[-_.](?:ids?|index|num|seen|loss|dropout|healing|fraction|schedule|embed[-_.]dim|across[-_.]devices"
    r"|classification[-_.]bias)$",
    re.IGNORECASE,
)
_HUMP = re.compile(r"([a-z0-9])([A-Z])")

_LOOKS = re.compile(
    r"\b(?:hf|sk|pk|rk|gh[pousr]|glpat|xox[abprs]|npm|pypi)[-_][A-Za-z0-9_-]{16,}"
    r"|\bgithub_pat_[A-Za-z0-9_]{20,}|\b(?:AKIA|ASIA)[A-Z0-9]{16}\b|\bAIza[\w-]{30,}"
    r"|(?<![\w-])eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]*"
)
_LOGIN = re.compile(r"(?<![a-z0-9+.-])([a-z][a-z0-9+.-]{0,40}://)[^\s/@:]*:[^\s/]*@", re.IGNORECASE)
_USER = re.compile(r"\b(https?://)[^\s/@:]+@", re.IGNORECASE)
_QUERY = re.compile(r"([?&;])([\w.-]+)(=)([^&;#\s'\"]+)", re.ASCII)
_SIGNATURE = re.compile(r"(?:sig|signature|x-amz-signature|sas|key)$", re.IGNORECASE)
_CREDENTIAL = re.compile(
    r"\b((?:proxy-)?authorization\s*[:=]\s*)(?:(?:basic|bearer|digest|token)\s+)?[^\s\"',;]+", re.IGNORECASE
)
_BEARER = re.compile(r"\b(bearer\s+)[\w.~+/=-]{8,}", re.IGNORECASE | re.ASCII)

# Every pattern begins where a word begins and bounds what may repeat: a long text must not take long.
_VALUE = r"(\"[^\"]*\"|'[^']*'|[^\s\"',;&|)}\]]+)"
_NAMED = [
    re.compile(pattern + _VALUE, re.ASCII)
    for pattern in (
        # TOKEN=x, model.api_key=x, --password=x
        r"(?<![\w.-])(-{0,2})([A-Za-z_][\w.-]{0,200})(=)",
        # "api_key": "x"
        r"([\"'])([A-Za-z_][\w.-]{0,200})(\1\s*:\s*)",
        # X-Api-Key: x
        r"()(?<![\w-])([A-Za-z][\w-]{0,100}-\w{1,100})(:\s*)",
        # --password x, and ['--password', 'x'] as a list prints itself
        r"([\s'\"]--?|^--?)([A-Za-z][\w.-]{0,200})(['\"],\s+|\s+)(?!-|'-|\"-)",
    )
]
# What says that there is none, and what was taken out already.
_NO_VALUE = re.compile(r"[\"']?(?:none|null|true|false|)[\"']?$|" + HIDDEN, re.IGNORECASE)


def is_secret(name):
    """Whether a name says that its value is a secret. `max_tokens` and `pad_token` are not: they are the
    field's own words."""
    words = _HUMP.sub(r"\1_\2", name.lstrip("-").replace(" ", "_"))
    return _NAME.search(words) is not None and _HARMLESS.search(words) is None


def redacted(name, value):
    """The value as it may be written down."""
    if is_secret(name) and value not in ("", "None", "False", "True"):
        return HIDDEN
    return clean(value)


def clean(text):
    """A text without credentials in URLs, without tokens of well-known looks, and without the values of what
    it names as secrets: in a shell line, a header, an object."""
    text = clean_values(text)
    text = _BEARER.sub(r"\1" + HIDDEN, _CREDENTIAL.sub(r"\1" + HIDDEN, text))
    for pattern in _NAMED:
        text = pattern.sub(_without_value, text)
    return text


def clean_values(text):
    """A text without credentials in URLs and tokens of well-known looks: JSON stays JSON."""
    text = _LOOKS.sub(HIDDEN, text)
    text = _USER.sub(r"\1" + HIDDEN + "@", _LOGIN.sub(r"\1" + HIDDEN + "@", text))
    return _QUERY.sub(_without_signature, text)


def _without_value(found):
    lead, name, sign, value = found.groups()
    return lead + name + sign + HIDDEN if is_secret(name) and not _NO_VALUE.match(value) else found.group()


def _without_signature(found):
    lead, name, sign, _ = found.groups()
    return lead + name + sign + HIDDEN if is_secret(name) or _SIGNATURE.match(name) else found.group()
