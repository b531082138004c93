"""A call log of days whose truth is known: the kernel's own entries of a simulated run, as the engine would log."""

from pathlib import Path

from ivr.call_log.store import CallLogWriter
from ivr.config.site import Site
from queues.entries import Entry
from routing.kernel import Kernel
from simulator.contacts import Contacts, Outcomes
from simulator.drawing.draws import draw
from simulator.faithful.books import Books
from simulator.faithful.driver import _Replication
from simulator.faithful.habits import Habits
from simulator.simulated_plan import simulated
from simulator.world import Scenario


class Remembering(_Replication):
    """A replication that keeps all entries."""

    entries: list[Entry]

    def _react(self, step):
        self.entries.extend(step.entries)
        super()._react(step)


def lived(scenario: Scenario) -> tuple[list[Entry], Contacts, Outcomes]:
    """One replication as it was remembered, who came, and what became of them."""
    plan, contacts = simulated(scenario), draw(scenario, 0, 1, room=5_000)
    books = Books(contacts, 1, len(Kernel(plan).centre.circles.seats))
    day = Remembering(scenario, Kernel(plan), Habits(scenario, contacts), books)
    day.entries = []
    day.run(0, contacts.absent[0].tolist())
    return day.entries, contacts, books.outcomes(ran_out=False)


def write(home: Path, entries: list[Entry]) -> Site:
    """A home with a log of them."""
    home.mkdir(exist_ok=True)
    site = Site(home)
    writer = CallLogWriter(site.database_path, site.journal_path, b"k" * 32)
    for n, entry in enumerate(entries):
        writer.append(entry.at_ms, None, (entry,))
        if n % 10_000 == 0:  # what waits in memory is bounded
            assert writer.flush(60.0)
    assert writer.flush(60.0)
    assert writer.close(60.0)
    return site
