"""Numbers as scripts print them."""

import re

# 1 -2.5 .5 1e-4 1,234,567 nan -inf Infinity
NUMBER = (
    r"[-+]?(?:(?:\d{1,3}(?:,\d{3})+(?![\d,])|\d+)(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?"
    r"|[-+]?(?:[Nn]a[Nn]|NAN|[Ii]nf(?:inity)?|INF)\b"
)

# Numbers in the clothes of their library: tensor(0.5, device='cuda:0'), np.float64(0.5), array(0.5).
_WRAPPED = re.compile(
    r"\b(?:tensor|(?:np\.|numpy\.)?(?:float\d*|int\d*|array)|Array)\(\s*\[?\s*("
    + NUMBER
    + r")\s*\]?\s*(?:,[^()]*(?:\([^()]*\)[^()]*)?)?\)"
)


def number(text):
    """The float a NUMBER text stands for."""
    try:
        return float(text)
    except ValueError:
        return float(text.replace(",", ""))


def whole(text):
    """True for a number printed without point and exponent."""
    return text.lstrip("+-").replace(",", "").isdigit()


def unwrapped(line):
    """The line with library numbers replaced by bare ones."""
    return _WRAPPED.sub(r"\1", line) if "(" in line else line
