"""The people who can be reached by name: what the kernel knows of each, and what is said to whoever looks for them.

One rule: whoever is protected is not here. Not found by any digits, not counted, and without a sound of the name.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

from queues.ids import AgentId, Instant, PersonId, PromptId, QueueId
from routing.names import NameIndex

if TYPE_CHECKING:
    from routing.plan import OpenHours

MOST_CHOICES = 8
"""With keys of their own among 1–9; and no more can be kept in mind."""


@dataclass(frozen=True, slots=True)
class Listed:
    """Somebody who can be reached by name."""

    id: PersonId
    first: str
    last: str
    spoken: PromptId
    """Their name, as it is said."""
    department: PromptId = PromptId("")
    agent: AgentId = AgentId("")
    """Whose seat it is, if they take calls here: then they are only ever rung through that."""
    phone: str = ""
    """Else what is rung: a phone of the house, or a number outside it; "" for nothing."""
    hours: "OpenHours | None" = None
    """Their telephone hours; None: at all times."""
    absent_until_ms: Instant = Instant(0)


@dataclass(frozen=True, slots=True)
class NamingWords:
    """What is said on the way to a person. The manuscripts are the house's, as those of numbers and minutes are."""

    instruction: tuple[PromptId, ...] = (PromptId("namn_sa_har"),)
    nothing: tuple[PromptId, ...] = (PromptId("namn_ingen"),)
    """Nobody is called so; before the instruction comes once more."""
    too_many: tuple[PromptId, ...] = (PromptId("namn_for_manga"),)
    """More digits are needed."""
    found: tuple[PromptId, ...] = (PromptId("namn_jag_hittade"),)
    before: tuple[PromptId, ...] = (PromptId("namn_for"),)
    """Before each name: for …"""
    press: tuple[PromptId, ...] = tuple(PromptId(f"namn_tryck_{key}") for key in range(1, MOST_CHOICES + 1))
    """After it: … press 1."""
    or_wait: tuple[PromptId, ...] = (PromptId("namn_eller_vanta"),)
    busy: tuple[PromptId, ...] = (PromptId("namn_upptagen"),)
    absent: tuple[PromptId, ...] = (PromptId("namn_franvarande"),)
    outside_hours: tuple[PromptId, ...] = (PromptId("namn_inte_telefontid"),)
    no_answer: tuple[PromptId, ...] = (PromptId("namn_svarar_inte"),)
    callback_or_wait: tuple[PromptId, ...] = (PromptId("namn_uppringning_eller_vanta"),)
    only_wait: tuple[PromptId, ...] = (PromptId("namn_vanta"),)

    def every_prompt(self) -> frozenset[PromptId]:
        """All that can be said beside the names themselves."""
        return frozenset(prompt for name in self.__slots__ for prompt in getattr(self, name))


@dataclass(frozen=True, slots=True)
class Directory:
    """Everybody who can be reached by name, and the rules of looking for them. Times in milliseconds."""

    people: Mapping[PersonId, Listed]
    words: NamingWords = NamingWords()
    first_key_ms: int = 8_000
    """How long to wait for the first key of a name: letters have to be found."""
    next_key_ms: int = 4_000
    choice_ms: int = 6_000
    most_choices: int = 5
    least_digits: int = 3
    """Before so many no name is taken for the one that is meant, unique or not."""
    tries: int = 2
    """How often a name may be looked for in vain."""
    most_keys: int = 60
    """However many are pressed: then to a person. Bounds a key storm."""
    ring_ms: int = 25_000
    music: str = "default"
    index: NameIndex = field(init=False, repr=False, compare=False)
    order: tuple[PersonId, ...] = field(init=False, repr=False, compare=False)
    """Who is meant by a place in the index."""

    def __post_init__(self) -> None:
        """The index is made, once for the same people."""
        object.__setattr__(self, "order", tuple(self.people))
        object.__setattr__(self, "index", _index(tuple((p.first, p.last) for p in self.people.values())))

    def find(self, digits: str) -> tuple[tuple[PersonId, ...], tuple[PersonId, ...]]:
        """Whose name the digits are, and whose name they begin."""
        found = self.index.find(digits)
        return tuple(self.order[i] for i in found.complete), tuple(self.order[i] for i in found.partial)


@lru_cache(maxsize=2)
def _index(names: tuple[tuple[str, str], ...]) -> NameIndex:
    return NameIndex(names)


@dataclass(slots=True)
class Search:
    """How far one caller has come in looking for a person."""

    home: QueueId
    """The line in which they stand when nobody is found, or reached, or wanted any more."""
    digits: str = ""
    keys: int = 0
    """How many have been pressed."""
    misses: int = 0
    narrowed: bool = False
    """More digits have been asked for once."""
    offered: tuple[PersonId, ...] = ()
    """Those who can be chosen now, in the order of their keys."""
    person: PersonId = PersonId("")
    """Who has been chosen."""
    phone: str = ""
    """The phone that rings for them, where that is no seat's."""
    not_reached: str = ""
    """Why they were not reached, once that is so."""
