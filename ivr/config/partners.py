"""partners.yaml → the partners that are rung, for the kernel and for Asterisk; one without an address is not.

A partner that is not rung is in no plan: the steps that name it are opened past, as where nobody is logged in.
"""

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from ivr.config.draft import Draft
from ivr.config.house import PartnerLink
from ivr.config.models import PartnerEntry
from queues.ids import PartnerId, PromptId
from routing.plan import ALWAYS_OPEN, OpenHours, Partner

_MINUTE_MS = 60_000


def _rung(draft: Draft) -> Iterator[tuple[PartnerId, PartnerEntry, str]]:
    for name, entry in draft.partners.partners.items():
        if entry.address is not None:
            yield PartnerId(name), entry, entry.address


def plan_partners(draft: Draft, hours: Mapping[str, OpenHours]) -> Mapping[PartnerId, Partner]:
    """The partners as the kernel knows them: no number, no address."""
    return MappingProxyType(
        {
            name: Partner(
                id=name,
                lines=entry.lines,
                hours=hours[entry.hours] if entry.hours else ALWAYS_OPEN,
                hours_id=entry.hours or "",
                setup_ms=entry.setup_s * 1000,
                ring_ms=entry.ring_s * 1000,
                whisper=tuple(PromptId(prompt) for prompt in entry.whisper),
                language=draft.municipality.language,
                cost_ore_per_min=entry.cost_ore_per_min,
                most_ms_a_day=entry.max_minutes_per_day * _MINUTE_MS,
            )
            for name, entry, _ in _rung(draft)
        }
    )


def partner_links(draft: Draft) -> Mapping[PartnerId, PartnerLink]:
    """Where each partner's calls go."""
    return MappingProxyType(
        {
            name: PartnerLink(name, entry.title, entry.number, address, entry.watched)
            for name, entry, address in _rung(draft)
        }
    )


def whispers(draft: Draft) -> Iterator[tuple[str, str, tuple[str | int, ...]]]:
    """Every prompt that a partner's agent hears, with the file and path where it stands."""
    for name, partner in draft.partners.partners.items():
        for i, prompt in enumerate(partner.whisper):
            yield prompt, "partners.yaml", ("partners", name, "whisper", i)
    for name, queue in draft.queues.queues.items():
        for i, prompt in enumerate(queue.whisper):
            yield prompt, "queues.yaml", ("queues", name, "whisper", i)
