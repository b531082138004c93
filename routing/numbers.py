"""Which numbers we ring, and how they are written: Swedish, ordinary, E.164. Pure; one decision for all who ring.

Two rules. What is not known to be ordinary is not rung: the series are named here, not the exceptions alone. And a
number says nothing about who rang from it: whoever is rung has to say so by a key.
"""

import re

COUNTRY = "+46"
_SPACING = str.maketrans("", "", " -()./\u00a0")
_DEARER = re.compile(r"900|939|944|99|118|20|376|378")
"""Series that cost whoever rings, or that only receive (PTS): premium, directory enquiries, freephone, mass calls."""
_ORDINARY = re.compile(
    r"7[02369]\d{7}"  # mobile
    r"|10\d{7}"  # the whole country
    r"|8[1-9]\d{5,7}"  # Stockholm
    r"|(?:1[1-9]|[2-6]\d|9\d)\d{5,7}"  # every other area
)


def callable_number(text: str) -> str:
    """The number as +46…, "" if it is withheld, foreign, premium, short or no number: then nobody is rung.

    Understands +46…, 0046…, 46… as trunks write it, and the national 0….
    """
    digits = text.translate(_SPACING)
    if digits.startswith("+"):
        digits = digits[1:]
    elif digits.startswith("00"):
        digits = digits[2:]
    elif digits.startswith("0"):
        digits = "46" + digits[1:]
    if not (digits.isascii() and digits.isdecimal() and digits.startswith("46")):
        return ""
    significant = digits[2:]
    ordinary = _ORDINARY.fullmatch(significant) and not _DEARER.match(significant)
    return COUNTRY + significant if ordinary else ""


def national(number: str) -> str:
    """A `callable_number` as it is dialled at home: +46701740605 → 0701740605."""
    return "0" + number.removeprefix(COUNTRY)
