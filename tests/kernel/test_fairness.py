"""Who came first is offered first, whatever happened in between (I12)."""

import pytest

from queues.line import Line
from routing.actions import OfferToAgent
from routing.operator_events import CallPicked
from routing.state import CallState
from tests.kernel.life import Life
from tests.kernel.test_machine import live


class Fair(Life):
    """Remembers who waited before each step."""

    compared = 0
    waited = ()

    def silent(self):
        self.waited = self.waiting()
        return super().silent()

    def waiting(self):
        calls = self.kernel.centre.calls.values()
        waiting = [c for c in calls if c.state is CallState.WAITING]
        return tuple((c.id, c.queue, c.clearance, c.priority, c.language, c.open_steps, c.place) for c in waiting)

    def _took(self, cause, step):
        waited = {before[0]: before for before in self.waited}
        rang = {action.call for action in step.actions if isinstance(action, OfferToAgent)}
        still = [c for c in self.waiting() if waited.get(c[0]) == c and c[0] not in rang]
        for action in step.actions:
            picked = isinstance(cause, CallPicked)  # it passes over whoever came before: that is what it is for
            served = waited.get(action.call) if isinstance(action, OfferToAgent) and not picked else None
            call = self.kernel.centre.calls.get(action.call)
            # Whose estimate, or whose place at the end of a long line, has opened a step just now is no longer alike.
            if served is not None and call is not None and call.open_steps == served[5]:
                alike = [other for other in still if other[1:6] == served[1:6]]
                self.compared += len(alike)
                assert all(served[6] < other[6] for other in alike), f"{served} went before {alike}"
        return super()._took(cause, step)


def test_of_two_calls_alike_the_earlier_is_offered_first():
    compared = sum(live(seed, 400, Fair).compared for seed in range(100))
    assert compared > 50


def test_that_it_is_not_so_would_be_seen(monkeypatch):
    """The line served from its end."""
    monkeypatch.setattr(Line, "__iter__", lambda self: iter(self._places[::-1]))
    monkeypatch.setattr("routing.invariants._lines", lambda _centre: ())
    monkeypatch.setattr("routing.pairing._place", lambda centre, c: -centre.calls[c].sequence)
    with pytest.raises(AssertionError, match="went before"):
        test_of_two_calls_alike_the_earlier_is_offered_first()
