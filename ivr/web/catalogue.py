"""Finding people by what is typed: beginnings of name, department, title or number, in any order. Pure.

Three rules. Whoever is protected is not in here: the folder's directory leaves them out before anybody can search.
Å, ä and ö are letters of their own, but who types a or o for them finds them too, after the others. And a name that
nobody has finds those that sound like it, by the same rules as the telephone's keypad.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final
from unicodedata import normalize

from ivr.config.directory import Entry
from routing.names import NameIndex, keypad

MOST: Final = 30
"""People shown at once: more is browsing, and whoever looks for somebody types another letter."""
SHORTEST: Final = 2
LONGEST: Final = 80
_WORDS = re.compile(r"[^\W_]+")
_SORT = str.maketrans({"å": "{", "ä": "|", "ö": "}", "é": "e", "ü": "y"})
_OWN_LETTERS = frozenset("åäö")
_NAME, _LOOSE_NAME, _ABOUT, _LOOSE_ABOUT = range(4)


@dataclass(frozen=True, slots=True)
class Found:
    """Whom a search found, nearest first."""

    people: tuple[Entry, ...] = ()
    more: bool = False
    """Whether there are more than these."""
    alike: bool = False
    """Whether nobody is called so, and these only sound like it."""


def _words(*texts: str) -> tuple[str, ...]:
    return tuple(_WORDS.findall(" ".join(normalize("NFC", text) for text in texts).casefold()))


def _plain(word: str) -> str:
    return "".join(normalize("NFD", letter)[0] for letter in word)


@dataclass(frozen=True, slots=True)
class _Card:
    entry: Entry
    name: tuple[str, ...]
    about: tuple[str, ...]
    loose_name: tuple[str, ...]
    loose_about: tuple[str, ...]
    place: tuple[str, ...]
    """Where they stand among others, in Swedish order."""

    def near(self, word: str) -> int:
        """How near one typed word is, 0 nearest; -1 if it begins nothing of theirs."""
        loose = _plain(word)
        for nearness, words in ((_NAME, self.name), (_ABOUT, self.about)):
            if any(own.startswith(word) for own in words):
                return nearness
        if _OWN_LETTERS.isdisjoint(word):
            for nearness, words in ((_LOOSE_NAME, self.loose_name), (_LOOSE_ABOUT, self.loose_about)):
                if any(own.startswith(loose) for own in words):
                    return nearness
        return -1


def _card(entry: Entry) -> _Card:
    name = _words(entry.first, entry.last)
    about = _words(entry.department, entry.title, entry.phone)
    place = (entry.last.casefold().translate(_SORT), entry.first.casefold().translate(_SORT))
    return _Card(entry, name, about, tuple(map(_plain, name)), tuple(map(_plain, about)), place)


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Everybody who may be found."""

    people: Sequence[Entry]
    _cards: tuple[_Card, ...] = field(init=False)
    _alike: NameIndex = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_cards", tuple(map(_card, self.people)))
        object.__setattr__(self, "_alike", NameIndex([(entry.first, entry.last) for entry in self.people]))

    def find(self, typed: str) -> Found:
        """Who fits all words that were typed."""
        words = _words(typed[:LONGEST])
        if sum(map(len, words)) < SHORTEST:
            return Found()
        near = sorted(self._near(words), key=lambda found: (found[0], found[1].place))
        if near:
            return Found(tuple(card.entry for _, card in near[:MOST]), len(near) > MOST)
        alike = [self.people[i] for i in self._sounding(words)]
        return Found(tuple(alike[:MOST]), len(alike) > MOST, bool(alike))

    def _near(self, words: tuple[str, ...]) -> Iterator[tuple[int, _Card]]:
        for card in self._cards:
            each = [card.near(word) for word in words]
            if min(each) >= 0:
                yield sum(each), card

    def _sounding(self, words: tuple[str, ...]) -> Iterable[int]:
        name = "".join(words)
        return self._alike.find(keypad(name)).complete if name.isalpha() else ()
