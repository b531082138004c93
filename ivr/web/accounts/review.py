"""The access log as a reviewer reads it: who looked how often, at what, and what of it is unlike the others."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

from ivr.local_days import local
from ivr.web.accounts.access import Row

SWEDISH = {
    "account_changed": "konto ändrat",
    "account_closed": "konto stängt",
    "account_made": "konto skapat",
    "account_opened": "konto öppnat",
    "account_untied": "konto knyts om",
    "agent_logged_out": "någon utloggad",
    "agent_moved": "någon flyttad",
    "alarm_acknowledged": "larm kvitterat",
    "call_parked": "samtal parkerat",
    "call_picked": "samtal plockat",
    "call_put_through": "samtal kopplat",
    "callback_taken_back": "löfte återtaget",
    "confidential_calls": "sekretessamtal lästa",
    "crisis_message": "krismeddelande",
    "delivery_again": "leverans omsänd",
    "directory_searched": "sökt i katalogen",
    "earlier calls": "tidigare samtal",
    "hours_closed": "stängt för hand",
    "hours_open": "öppnat för hand",
    "hours_schedule": "åter till öppettiderna",
    "number": "nummer visat",
    "outcome": "utfall satt",
    "password_changed": "lösenord bytt",
    "password_replaced": "nytt lösenord",
    "secret_call_answered": "sekretessamtal besvarat",
    "sign_in": "inloggning",
    "sign_in_refused": "inloggning nekad",
    "sign_out": "utloggning",
    "sign_out_everywhere": "utloggning överallt",
    "token_made": "token skapad",
    "token_revoked": "token återkallad",
}
"""What was looked at or done, as reviewers read it; whatever is not here is shown as it is written."""

NIGHT = (20, 6)
"""Looks from 20 to 06 are counted apart."""
SATURDAY = 5
MANY = 3
"""Somebody who looked at so many times as much in a day as people here mostly do in one is worth a question."""
FEW = 20
"""But not below this: with few looks in all, chance makes such days."""


@dataclass(slots=True)
class Person:
    """One account's looks of the span."""

    kinds: Counter[str] = field(default_factory=Counter)
    days: Counter[date] = field(default_factory=Counter)
    at_night: int = 0
    on_weekends: int = 0
    without_why: int = 0
    subjects: Counter[str] = field(default_factory=Counter)

    def as_dict(self, typical: float) -> dict[str, Any]:
        """For machines; `unusual` names the days worth a question."""
        return {
            "looks": sum(self.kinds.values()),
            "kinds": dict(sorted(self.kinds.items())),
            "days": len(self.days),
            "most_in_a_day": max(self.days.values(), default=0),
            "at_night": self.at_night,
            "on_weekends": self.on_weekends,
            "without_why": self.without_why,
            "same_subject_at_most": max(self.subjects.values(), default=0),
            "unusual": [str(day) for day, n in sorted(self.days.items()) if n > max(MANY * typical, FEW)],
        }


def review(rows: Iterable[Row], zone: ZoneInfo) -> dict[str, dict[str, Any]]:
    """By account: how much, of what, when, and which days are unlike the others'."""
    people: dict[str, Person] = {}
    for row in rows:
        look, at = row.look, local(row.look.at_ms, zone)
        person = people.setdefault(look.account, Person())
        person.kinds[look.what] += 1
        person.days[at.date()] += 1
        person.at_night += at.hour >= NIGHT[0] or at.hour < NIGHT[1]
        person.on_weekends += at.weekday() >= SATURDAY
        person.without_why += not look.why
        person.subjects[look.subject] += 1
    typical = median([n for person in people.values() for n in person.days.values()] or [0])
    return {account: people[account].as_dict(typical) for account in sorted(people)}
