"""What is counted of a line: raw counts and whole waits, from which every measure can be worked out. Pure.

Two rules. A count is a happening, by its own instant, never a state that was looked at. And an answer that turns out to
be none is taken back where it was counted.
"""

from collections import Counter
from dataclasses import dataclass, field, fields
from enum import StrEnum

THRESHOLD_S = 120
SHORT_ABANDON_MS = 10_000
"""Whoever hangs up in line sooner is counted apart too."""
LONGEST_WAIT_S = 14_400
"""Longer waits are counted as this long: a bound on how many are told apart."""


class LevelDefinition(StrEnum):
    """Which service level; the same words as the simulator's."""

    SERVICE_LEVEL = "service_level"
    """Answered within the threshold ÷ (answered + abandoned after it)."""
    OFFERED = "service_level_offered"
    """Answered within ÷ (answered + abandoned)."""
    ANSWERED = "service_level_answered"
    """Answered within ÷ answered: Asterisk's `ServicelevelPerf`."""
    WITH_EARLY = "service_level_with_early"
    """(Answered within + abandoned within) ÷ (answered + abandoned): Asterisk's `ServicelevelPerf2`."""


@dataclass(slots=True)
class Counts:
    """What happened in one line, or in the whole house, in one span."""

    entered: int = 0
    """Calls that came to stand in the line, those from other lines and from transfers included; of the house: calls."""
    promised_by_agents: int = 0
    """Of those, calls that nobody made: an agent promised to ring."""
    overflowed_in: int = 0
    overflowed_out: int = 0
    transferred_in: int = 0
    transferred_out: int = 0
    moved_in: int = 0
    """By whatever else moves a call: another choice after a lost session, a callback to another line."""
    moved_out: int = 0
    answered: int = 0
    """Answers by people of the house that were no mistakes; a call that is put through is answered more than once."""
    external: int = 0
    """Answers by partners."""
    wait_answered_ms: int = 0
    """The sum of the waits of `answered`."""
    abandoned: int = 0
    short_abandoned: int = 0
    """Of those, sooner than 10 s after the line was entered; and never in a menu."""
    closed: int = 0
    turned_away: int = 0
    failed: int = 0
    overflowed_external: int = 0
    """Calls that ended with a partner."""
    served: int = 0
    """Calls that ended answered by people of the house."""
    callbacks_promised: int = 0
    callbacks_taken_back: int = 0
    callbacks_kept: int = 0
    callbacks_failed: int = 0
    callbacks_overdue: int = 0
    citizens_rung: int = 0
    citizens_missed: int = 0
    offers: int = 0
    offers_failed: int = 0
    talks: int = 0
    talk_ms: int = 0
    """Of talks that have ended, with people of the house and partners alike."""
    carried: int = 0
    """Calls that were there when the span began; of a day only."""
    waits: Counter[int] = field(default_factory=Counter)
    """How many of `answered` waited so many whole seconds, each begun one counted as whole."""
    abandon_waits: Counter[int] = field(default_factory=Counter)
    """Likewise of those that hung up in line."""

    def answered_within(self, seconds: int = THRESHOLD_S) -> int:
        """How many were answered no later than so long after they entered."""
        return sum(n for wait, n in self.waits.items() if wait <= seconds)

    def abandoned_within(self, seconds: int = THRESHOLD_S) -> int:
        """How many hung up in line no later than so long after they entered it."""
        return sum(n for wait, n in self.abandon_waits.items() if wait <= seconds)

    def level(
        self, seconds: int = THRESHOLD_S, how: LevelDefinition = LevelDefinition.SERVICE_LEVEL
    ) -> tuple[int, int]:
        """The service level as what is divided by what; (0, 0) when there is nothing to tell."""
        within, in_line = self.answered_within(seconds), self.abandon_waits.total()
        early = self.abandoned_within(seconds)
        return {
            LevelDefinition.SERVICE_LEVEL: (within, self.answered + in_line - early),
            LevelDefinition.OFFERED: (within, self.answered + in_line),
            LevelDefinition.ANSWERED: (within, self.answered),
            LevelDefinition.WITH_EARLY: (within + early, self.answered + in_line),
        }[how]

    @property
    def ended(self) -> int:
        """Calls that have ended here, in whatever way."""
        told = self.closed + self.turned_away + self.failed
        return (
            self.served + self.abandoned + self.overflowed_external + told + self.callbacks_kept + self.callbacks_failed
        )

    def add(self, other: "Counts") -> None:
        """The other span's are among these."""
        for name in _NUMBERS:
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.waits.update(other.waits)
        self.abandon_waits.update(other.abandon_waits)


_NUMBERS = tuple(f.name for f in fields(Counts) if f.name not in {"waits", "abandon_waits"})


def whole_seconds(wait_ms: int) -> int:
    """Each begun second counted as whole, so that 120 000 ms are within 120 s and 120 001 are not."""
    return min(max(-(-wait_ms // 1000), 0), LONGEST_WAIT_S)
