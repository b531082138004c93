"""People who answer in other lines than those written: the fail-open queues, too, have them there."""

from collections.abc import Callable
from dataclasses import replace

from ivr.config.house import House
from queues.operator_entries import AgentMoved
from routing.kernel import Kernel, Step
from routing.moves import with_moves


def moved_house(house: House, kernel: Kernel) -> House:
    """The house in which everybody answers where they are moved to."""
    return replace(house, plan=with_moves(house.plan, kernel.centre.moves))


def follows_moves(tell: Callable[[], None]) -> Callable[[Step], None]:
    """An observer that has `tell` called whenever somebody was moved, or is back."""

    def observe(step: Step) -> None:
        if any(isinstance(entry, AgentMoved) for entry in step.entries):
            tell()

    return observe
