"""Names of several words at the start of a line: "F1 score: 0.8" is no score, "CV accuracy: 0.8" is not the
accuracy."""

import re

_LEAD = re.compile(r"[\s|>*#:-]*((?:[A-Za-z][A-Za-z0-9@-]{0,11}[ ]{1,2}){1,2})$")
_MAX_WORDS = 3
# Words before a name that are the sentence's or the logger's, not the name's.
_NO_PART = frozenset(
    """a an the this that our my its is was at on in of for with and or to by from as got has new current set
    saved saving reached achieved improved computed reported now done finished
    info debug warning warn error critical notice""".split()
)


def whole_name(lead, key):
    """The key with the words that stand between the start of its line and it, as one name; None where they
    are not part of the name."""
    found = _LEAD.match(lead)
    if found is None:
        return None
    words = found.group(1).split()
    if len(words) + len(key.split()) > _MAX_WORDS or not all(map(_is_part, words)):
        return None
    return "_".join(words + key.split())


def _is_part(word):
    # "Model A" is a name; "a loss" is not.
    return word != "a" if len(word) == 1 else word.lower() not in _NO_PART
