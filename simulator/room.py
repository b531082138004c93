"""How much room for redials a chunk is given: what those before it took, as nobody knows beforehand who rings again."""

import math
from dataclasses import dataclass

from simulator.contacts import Contacts, Outcomes
from simulator.remembered import remembered
from simulator.world import Scenario

LEAST_ROOM = 64


@dataclass(slots=True)
class Room:
    """How much room for redials earlier chunks of a scenario took, by replication. It changes no result."""

    used: float = -1.0
    """The most; negative as long as there is no chunk."""
    given: float = 0.0
    """The most, so as to have more numbers for offers: they grow with the room."""

    def of(self, replications: int) -> int | None:
        """What will do for so many; None: as much as is likely."""
        if self.used < 0.0:
            return None
        used = self.used * replications
        return max(int(used + 8.0 * math.sqrt(used)), math.ceil(self.given * replications)) + LEAST_ROOM

    def next(self, contacts: Contacts, outcomes: Outcomes) -> int:
        """What the same chunk is given now if it ran out; what it took is known from now on."""
        replications = len(contacts.first) - 1
        given = len(contacts.arrival_ms) - int(contacts.first[-1])
        used = int(outcomes.child_first[-1] - contacts.first[-1])
        room = max(LEAST_ROOM, 2 * given)
        if not outcomes.ran_out:
            self.used = max(self.used, used / replications)
        elif used < given:
            self.given = max(self.given, room / replications)
        return room


@remembered
def room_known(_: Scenario) -> Room:
    """What is known of the scenario, to be kept up to date by whoever runs it."""
    return Room()
