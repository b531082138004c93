"""Names on a telephone's keypad: which digits a name is, how else it may be spelled, and whom given digits find.

Three rules. A letter is the key it stands on, without its marks: å and ä 2, é 3, ö 6. Two spellings that sound alike
are one name: whoever types one finds the other, if they differ in at most two places. And where only the sound is
compared a run of one key counts once, since nobody hears whether it is Karlson or Karlsson.
"""

import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, groupby, product
from unicodedata import normalize

NAME_KEYS = frozenset("23456789")
MOST_DIGITS = 32
"""Of what is typed; the rest is not looked at."""
MOST_PARTS = 4
"""A name such as von der Esch-Lindqvist may begin with any of so many of its parts."""
_MOST_LETTERS = 40
_MOST_DEVIATIONS = 2
_LETTERS_OF_A_KEY = ("abc", "def", "ghi", "jkl", "mno", "pqrs", "tuv", "wxyz")
_KEYS = {letter: str(key) for key, letters in enumerate(_LETTERS_OF_A_KEY, 2) for letter in letters}
_KEYS |= {"å": "2", "ä": "2", "ö": "6"}
_WHOLE = {"æ": "ä", "ø": "ö", "œ": "ö", "ð": "d", "đ": "d", "þ": "th", "ł": "l", "ı": "i"}
"""Letters that hold no plain one under a mark."""
_BETWEEN_PARTS = re.compile(r"[\s\u002d\u00ad\u2010-\u2015]+")

_FRONT, _VOWEL = "eiyäö", "aeiouyåäö"
_ALIKE = tuple(
    (re.compile(written), ways)
    for written, ways in (
        # Dahl, Dal; Öhman, Öman: an h that nobody hears
        (rf"(?<=[{_VOWEL}])(?:h(?=[^{_VOWEL}]|$)|(?=[lmn]))", ("4", "")),
        # Ågård, Aagaard
        (r"å|aa", ("2", "22")),
        # Lindqvist, Lindkvist, Lindquist
        (r"[kqc][vw]|qu", ("58", "59", "78", "79")),
        # Eriksson, Ericsson, Erixon
        (r"x|ck?s+|k+s+", ("57", "27", "257", "9")),
        # Schöberg, Sjöberg
        (r"sch|skj|stj|sj|sh", ("724", "755", "785", "75", "74")),
        # Karlsson, Carlsson; Kristina, Christina; Fredrik, Fredrick
        (rf"^ch(?=[rl])|(?<=.)ch|ck|c+(?![{_FRONT}h])|k+|q", ("5", "2", "24", "25")),
        # Cederberg, Sederberg, Zetterberg
        (rf"^[csz](?=[{_FRONT}])", ("7", "2", "9")),
        # Zara, Sara; Elisabet, Elizabet
        (rf"^[sz](?=[{_VOWEL}])|(?<=[{_VOWEL}])[sz](?=[{_VOWEL}])", ("7", "9")),
        # Ljung, Hjalmar, Jalmar
        (r"^[hgld]?j", ("5", "45", "55", "35")),
        # Löfgren, Lövgren; Gustaf, Gustav
        (rf"(?<=[{_VOWEL}lr])(?:fv|fw|f+|v+|w+)(?=[^{_VOWEL}]|$)", ("3", "8", "38", "9")),
        # Löfven, Löven
        (rf"(?<=[{_VOWEL}])(?:fv|fw|v+|w+)", ("8", "38", "9")),
        # Sofia, Sophia
        (r"ph|f+", ("3", "74")),
        # Wallin, Vallin
        (r"v+|w+", ("8", "9")),
        # Schmidt, Schmit; Elisabeth, Elisabet
        (r"(?:dt|th|t+)$", ("8", "38", "84")),
        # Thomas, Tomas
        (r"th|t+", ("8", "84")),
        # Kaj, Kai, Kay
        (rf"(?<=[{_VOWEL}])[ijy]$", ("5", "4", "9")),
        # Henry, Henri; Sylvia, Silvia; Yvonne, Ivonne
        (r"[iy]$|^[iy]|(?<=^.)[iy]", ("4", "9")),
        # Hällberg, Hellberg: where the stress is
        (rf"(?<=^)[äe]|(?<=^[^{_VOWEL}])[äe]|(?<=^[^{_VOWEL}]{{2}})[äe]", ("2", "3")),
    )
)
"""Sounds that are written in several ways: how, and the keys of each way. The first that fits is taken."""


def folded(name: str) -> tuple[str, ...]:
    """The parts of a name in the letters a–z, å, ä and ö; what is no such letter even without its marks is left out."""
    parts = _BETWEEN_PARTS.split(normalize("NFC", name[: 4 * _MOST_LETTERS]).casefold())
    return tuple(part for part in ("".join(map(_plain, p))[:_MOST_LETTERS] for p in parts) if part)[:MOST_PARTS]


def _plain(letter: str) -> str:
    if letter in _KEYS:
        return letter
    base = _WHOLE.get(letter) or normalize("NFD", letter)[:1]
    return base if all(plain in _KEYS for plain in base) else ""


def keypad(name: str) -> str:
    """The keys of a name: Åberg 22374, Öberg 62374, Sjöström 75678766; hyphens and spaces are none."""
    return _keys("".join(folded(name)))


def _keys(letters: str) -> str:
    return "".join(_KEYS[letter] for letter in letters)


def squeezed(digits: str) -> str:
    """Every run of one digit as one digit, but for the first: no name begins with a doubled sound, but Åberg 22."""
    return digits[:1] + "".join(digit for digit, _ in groupby(digits[1:]))


def spellings(parts: Iterable[str]) -> frozenset[str]:
    """The keys, runs squeezed, of every way to write what sounds like these folded parts said together."""
    pieces = [piece for part in parts for piece in _pieces(part)]
    sites = [i for i, ways in enumerate(pieces) if len(ways) > 1]
    written = [ways[0] for ways in pieces]
    found = {squeezed("".join(written))}
    for deviations in range(1, _MOST_DEVIATIONS + 1):
        for where in combinations(sites, deviations):
            for ways in product(*(pieces[i][1:] for i in where)):
                for i, way in zip(where, ways, strict=True):
                    written[i] = way
                found.add(squeezed("".join(written)))
            for i in where:
                written[i] = pieces[i][0]
    return frozenset(found)


def _pieces(part: str) -> Iterator[tuple[str, ...]]:
    """A part of a name from left to right, each piece as the keys of the ways to write it, as it is written first."""
    at, mute_looked_for = 0, False
    while at < len(part):
        for pattern, ways in _ALIKE[mute_looked_for:]:
            if found := pattern.match(part, at):
                written = _keys(found[0])
                own = "".join(digit for digit, _ in groupby(written)) if at else written
                yield (own, *(way for way in ways if way != own))
                mute_looked_for = not found[0]
                at = found.end()
                break
        else:
            yield (_keys(part[at]),)
            mute_looked_for = False
            at += 1


@dataclass(frozen=True, slots=True)
class Found:
    """Whom digits find, as places in the index's people, each in the order of the names."""

    complete: tuple[int, ...] = ()
    """Those whose surname, first name or both the digits are."""
    partial: tuple[int, ...] = ()
    """Those whose name the digits begin."""

    @property
    def everybody(self) -> tuple[int, ...]:
        """All of them, the complete first."""
        return self.complete + self.partial


NOBODY_FOUND = Found()
_NONE: frozenset[int] = frozenset()


class _Shelf:
    """People by the keys of a name."""

    def __init__(self, people: dict[str, set[int]]) -> None:
        self._people = people
        self._keys = sorted(people)

    def exactly(self, keys: str) -> frozenset[int] | set[int]:
        """Those whose name these keys are."""
        return self._people.get(keys, _NONE)

    def beginning(self, keys: str) -> set[int]:
        """Those whose name begins so."""
        found: set[int] = set()
        for i in range(bisect_left(self._keys, keys), len(self._keys)):
            if not self._keys[i].startswith(keys):
                break
            found |= self._people[self._keys[i]]
        return found


class NameIndex:
    """Finds people by the keys of their surname, their first name, or one after the other. Made once, never changed."""

    def __init__(self, people: Sequence[tuple[str, str]]) -> None:
        """`people`: first name and surname of each."""
        firsts, lasts = ([folded(person[i]) for person in people] for i in (0, 1))
        self._rank = {i: rank for rank, i in enumerate(sorted(range(len(people)), key=lambda i: (lasts[i], firsts[i])))}
        self._plain = tuple(_shelf(names, lambda parts: ("".join(map(_keys, parts)),)) for names in (lasts, firsts))
        self._alike = tuple(_shelf(names, spellings) for names in (lasts, firsts))

    def find(self, digits: str) -> Found:
        """Whom these digits find; nobody without a digit or with a key that is on no letter."""
        digits = digits[:MOST_DIGITS]
        if not digits or not NAME_KEYS.issuperset(digits):
            return NOBODY_FOUND
        complete, partial = _look(self._plain, digits, str)
        alike, partly_alike = _look(self._alike, digits, squeezed)
        return Found(
            (*self._in_order(complete), *self._in_order(alike - complete)),
            self._in_order((partial | partly_alike) - complete - alike),
        )

    def _in_order(self, people: set[int]) -> tuple[int, ...]:
        return tuple(sorted(people, key=self._rank.__getitem__))


def _shelf(names: Iterable[tuple[str, ...]], written: Callable[[tuple[str, ...]], Iterable[str]]) -> _Shelf:
    """The people under every key that `written` gives for the name, beginning with any of its parts."""
    bearers: dict[tuple[str, ...], list[int]] = {}
    for i, parts in enumerate(names):
        for n in range(len(parts)):
            bearers.setdefault(parts[n:], []).append(i)
    people: dict[str, set[int]] = {}
    for parts, whose in bearers.items():
        for keys in written(parts):
            people.setdefault(keys, set()).update(whose)
    return _Shelf(people)


def _look(shelves: tuple[_Shelf, ...], digits: str, as_kept: Callable[[str], str]) -> tuple[set[int], set[int]]:
    """Who bears such a name, and whose name begins so."""
    whole = as_kept(digits)
    complete = {i for shelf in shelves for i in shelf.exactly(whole)}
    partial = {i for shelf in shelves for i in shelf.beginning(whole)}
    for one, other in (shelves, shelves[::-1]):
        for n in range(1, len(digits)):
            if bearers := one.exactly(as_kept(digits[:n])):
                rest = as_kept(digits[n:])
                complete |= bearers & other.exactly(rest)
                partial |= bearers & other.beginning(rest)
    return complete, partial - complete
