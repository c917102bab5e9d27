"""Fields of a request, read by their types. Numbers may come as texts, as protocol buffers spell them."""

from .mlflow_errors import SEE, invalid, invalid_value, missing

# Whole numbers beyond are no longer exact for all that read a journal.
_LARGEST = 1 << 53


class Fields:
    """`values` is a JSON object, or the keys of a query string, where a repeated one is an array."""

    def __init__(self, values, path=""):
        self._values = values
        self._path = path

    def text(self, name, required=False):
        """The text, or None where it is absent or empty."""
        value = self._values.get(name)
        if value is None or value == "":
            if required:
                raise missing(self._path + name)
            return None
        if not isinstance(value, str):
            raise self.odd(name, value)
        return value

    def words(self, name):
        """A text that may be empty."""
        return self.text(name) or ""

    def whole(self, name, default=None, required=False):
        """A whole number."""
        value = self._values.get(name)
        if value is None or value == "":
            if required:
                raise missing(self._path + name)
            return default
        try:
            number = int(value) if isinstance(value, str) else value
        except ValueError:
            raise self.odd(name, value) from None
        if (
            isinstance(number, float)
            and number == number
            and abs(number) < _LARGEST
            and number == int(number)
        ):
            number = int(number)
        if isinstance(number, bool) or not isinstance(number, int) or abs(number) >= _LARGEST:
            raise self.odd(name, value)
        return number

    def number(self, name):
        """A double that must be there; NaN and the infinities come as texts."""
        value = self._values.get(name)
        if value is None or value == "":
            raise missing(self._path + name)
        if isinstance(value, bool) or not isinstance(value, (int, float, str)):
            raise self.odd(name, value)
        try:
            return float(value)
        except (ValueError, OverflowError):
            raise self.odd(name, value) from None

    def items(self, name):
        """Fields of each object of an array; an absent one is empty."""
        value = self._values.get(name)
        if value is None:
            return []
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            raise self.odd(name, value)
        return [Fields(item, "%s%s[%d]." % (self._path, name, at)) for at, item in enumerate(value)]

    def texts(self, name):
        """Texts of an array; a query string has no arrays of one."""
        value = self._values.get(name)
        if value is None:
            return []
        if isinstance(value, str):
            return [value] if value else []
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise self.odd(name, value)
        return value

    def within(self, name, path):
        """Fields of an object, which messages call by `path`; of an absent one, none."""
        value = self._values.get(name)
        if value is not None and not isinstance(value, dict):
            raise self.odd(name, value)
        return Fields(value or {}, path)

    def pairs(self, name, check=None):
        """(key, value) of an array of `{key, value}`, each through `check(key, value, path)`."""
        found = []
        for item in self.items(name):
            key = item.text("key")
            if key is None:
                raise missing(item._path + "key")
            value = item.words("value")
            found.append(check(key, value, item._path.rstrip(".")) if check else (key, value))
        return found

    def raw(self, name):
        """The value as it came."""
        return self._values.get(name)

    def run_id(self):
        """Old clients say `run_uuid`."""
        return self.text("run_id") or self.text("run_uuid") or self.text("run_id", required=True)

    def refuse(self, name, why):
        raise invalid_value(self._path + name, self._values.get(name), why)

    def odd(self, name, value):
        """What a client is told of a value that is no such thing."""
        hint = " Hint: Value was of type '%s'." % type(value).__name__
        refusal = invalid_value(self._path + name, _short(value), hint)
        return invalid(refusal.message + SEE)


def _short(value):
    return value if not isinstance(value, (str, list, dict)) or len(str(value)) < 1000 else str(value)[:1000]
