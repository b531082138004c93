"""Partners as those who run the service see them: their state now, an alarm when one fails, and their day from the log.

Every figure is a function of the entries; a line is told apart from a person by its id alone.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import structlog

from ivr.config.house import House
from queues.entries import CallAnswered, CallOffered, CallReturned, Entry, OfferEnded, PartnerChanged, TalkEnded
from queues.ids import AgentId, CallId, PartnerId, partner_line, partner_of
from routing.events import PartnerRestored
from routing.kernel import Step
from routing.outside import DAY_MS
from routing.partners import CIRCUIT_OPEN, SPENT, UNREACHABLE, used_ms
from routing.state import CallState, Centre

log = structlog.get_logger()
ALARMS = {CIRCUIT_OPEN, UNREACHABLE, SPENT}
MINUTE_MS = 60_000


def alarm(step: Step) -> None:
    """Whoever keeps watch is told that a partner takes no more calls, and when it does again."""
    for entry in step.entries:
        if isinstance(entry, PartnerChanged):
            if entry.state in ALARMS:
                log.error("partner_takes_no_calls", alarm=True, partner=entry.partner, because=entry.state)
            else:
                log.info("partner", partner=entry.partner, state=entry.state)


def state(centre: Centre, titles: Mapping[PartnerId, str]) -> dict[str, Any]:
    """Each partner now: whether it takes calls, its lines, and what of the day is used."""
    busy = defaultdict(list)
    for call in centre.calls.values():
        if partner := partner_of(call.agent):
            busy[partner].append(call.state)
    return {
        partner.id: {
            "title": titles.get(partner.id, partner.id),
            "state": centre.partners[partner.id].said,
            "lines": partner.lines,
            "ringing": busy[partner.id].count(CallState.OFFERED),
            "talking": busy[partner.id].count(CallState.TALKING),
            "failures_in_a_row": centre.partners[partner.id].failures,
            "minutes_today": used_ms(centre, partner) // MINUTE_MS,
            "most_minutes_a_day": partner.most_ms_a_day // MINUTE_MS,
        }
        for partner in centre.plan.partners.values()
    }


def seat_titles(house: House) -> dict[AgentId, str]:
    """What people read for each line to a partner; for 0, when nobody wrote down which line it was, the partner."""
    return {
        partner_line(link.id, n): f"{link.title}, linje {n}" if n else link.title
        for link in house.partners.values()
        for n in range(house.plan.partners[link.id].lines + 1)
    }


@dataclass(slots=True)
class PartnerFigures:
    """What one partner did with the calls it was sent."""

    offered: int = 0
    answered: int = 0
    short_talks: int = 0
    """Answered and ended by them at once: the caller came back into line."""
    failed: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    """Offers that led to no talk, by result."""
    talk_ms: int = 0
    wait_ms: int = 0
    """Of the answered calls together, from entering the queue to the answer."""
    calls: set[CallId] = field(default_factory=set)

    def as_dict(self, ore_per_min: int) -> dict[str, Any]:
        """The figures for machines. Each begun minute of the talk in all costs."""
        return {
            "offered": self.offered,
            "calls": len(self.calls),
            "answered": self.answered,
            "short_talks": self.short_talks,
            "failed": dict(self.failed),
            "talk_ms": self.talk_ms,
            "mean_wait_ms": self.wait_ms // self.answered if self.answered else 0,
            "cost_ore": -(-self.talk_ms // MINUTE_MS) * ore_per_min,
        }


def figures(entries: Iterable[Entry]) -> dict[PartnerId, PartnerFigures]:
    """By partner: the figures of these entries, in the order in which they were noted."""
    found: dict[PartnerId, PartnerFigures] = defaultdict(PartnerFigures)
    last: dict[CallId, PartnerId] = {}
    for entry in entries:
        partner = partner_of(getattr(entry, "agent", AgentId("")))
        match entry:
            case CallOffered() if partner:
                found[partner].offered += 1
                found[partner].calls.add(entry.call)
            case OfferEnded() if partner:
                found[partner].failed[entry.result.value] += 1
            case CallAnswered() if partner:
                found[partner].answered += 1
                found[partner].wait_ms += entry.wait_ms
            case TalkEnded():
                last.pop(entry.call, None)
                if partner:
                    found[partner].talk_ms += entry.talk_ms
                    last[entry.call] = partner
            case CallReturned() if entry.call in last:
                found[last.pop(entry.call)].short_talks += 1
            case _:
                pass
    return found


def used_before(entries: Iterable[Entry], now_ms: int) -> list[PartnerRestored]:
    """What the log says was talked at each partner since midnight (UTC), for an engine that begins."""
    day = now_ms // DAY_MS
    today = (e for e in entries if isinstance(e, TalkEnded) and e.at_ms // DAY_MS == day)
    used: dict[PartnerId, int] = defaultdict(int)
    for entry in today:
        if partner := partner_of(entry.agent):
            used[partner] += min(entry.talk_ms, entry.at_ms - day * DAY_MS)
    return [PartnerRestored(partner, day, ms) for partner, ms in used.items()]
