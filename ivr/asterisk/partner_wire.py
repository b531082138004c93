"""A partner's lines as Asterisk knows them: one endpoint, of which each line is a call.

Two rules. The number rung stands in Asterisk's own configuration, as the endpoint's only address: nothing here, and
nothing that a caller or a partner says, names one. And the mark on a call that goes outside says which call it is to
nobody but us: who makes one up has nothing.
"""

import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence

from ivr.config.house import PARTNER_PREFIX
from queues.ids import AgentId, CallId, PartnerId, partner_line, partner_of
from routing.actions import OfferToPartner
from routing.plan import Plan

SEAT_VARIABLE = "TONVAL_SEAT"
"""On the partner's leg: which of the lines it is."""
TALK_AT_MOST_S = 7_200
"""No call outside lasts longer, whatever hangs (S06)."""

_MARK = re.compile(r"([0-9A-Za-z._-]{1,64})=([0-9a-f]{32})")
_SEAT = re.compile(r"([a-z][a-z0-9_]{0,39})/([1-9][0-9]{0,2})")


def endpoint_of(seat: AgentId) -> str:
    """The PJSIP endpoint on which the seat is rung: a person's own, or their partner's."""
    partner = partner_of(seat)
    return endpoint_of_partner(partner) if partner else seat


def endpoint_of_partner(partner: PartnerId) -> str:
    """The endpoint that all of the partner's lines share."""
    return PARTNER_PREFIX + partner


def lines_of(plan: Plan) -> Mapping[str, tuple[AgentId, ...]]:
    """Endpoint → the seats of its lines."""
    return {
        endpoint_of_partner(partner.id): tuple(partner_line(partner.id, n) for n in range(1, partner.lines + 1))
        for partner in plan.partners.values()
    }


def seat_read(endpoint: str, written: str) -> AgentId:
    """The seat of a leg on this endpoint; of a partner's, the line that is written on the leg, or no line we know."""
    if not endpoint.startswith(PARTNER_PREFIX):
        return AgentId(endpoint)
    partner = PartnerId(endpoint.removeprefix(PARTNER_PREFIX))
    found = _SEAT.fullmatch(written)
    return AgentId(written) if found and found[1] == partner else partner_line(partner, 0)


class Marks:
    """Writes and reads what a call that goes outside carries, so that it is known if it comes back (F84)."""

    def __init__(self, secret: str) -> None:
        self._key = hashlib.sha256(f"mark of a call outside {secret}".encode()).digest()

    def of(self, call: CallId) -> str:
        """The call's mark: safe in a SIP header and in an argument of Dial."""
        return f"{call}={self._proof(call)}"

    def read(self, mark: str) -> CallId:
        """The call that the mark is ours of; "" if it is not."""
        found = _MARK.fullmatch(mark)
        if found is None or not hmac.compare_digest(found[2], self._proof(found[1])):
            return CallId("")
        return CallId(found[1])

    def _proof(self, call: str) -> str:
        return hmac.digest(self._key, call.encode(), "sha256").hex()[:32]


def dial_argument(action: OfferToPartner, mark: str, music: str, whisper: Sequence[str]) -> str | None:
    """What `Dial` is told; None if the action names no line of a partner: then nothing is dialled.

    Go on after the talk, follow no forwarding, no longer than can be meant, no feature for either side; `to-partner`
    looks once more at whether the call may go outside. music: Dial's own option. whisper: names of sounds.
    """
    partner = partner_of(action.agent)
    if not _SEAT.fullmatch(action.agent) or (mark and not _MARK.fullmatch(mark)):
        return None
    ring_s = max(1, -(-action.ring_ms // 1000))
    before = f"b(to-{endpoint_of_partner(partner)}^s^1({action.offer}^{action.agent}^{mark}))"
    said = f"U(partner-whisper^{'&'.join(whisper)})" if whisper else "U(partner-whisper)"
    return f"PJSIP/{endpoint_of_partner(partner)},{ring_s},giS({TALK_AT_MOST_S}){music}{before}{said}"
