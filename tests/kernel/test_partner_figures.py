"""What a partner did with its calls, as figures; and what is left of its day for an engine that begins."""

from structlog.testing import capture_logs

from ivr.partners import alarm, figures, state, used_before
from queues.entries import OfferResult, PartnerChanged
from queues.ids import PartnerId
from routing.events import PartnerRestored
from routing.kernel import Step
from routing.outside import DAY_MS
from tests.kernel.test_partners import SVAR, bench, partner_hangs_up


def a_day():
    """Three calls: one talked with for 70 s, one let go of at once and sent once more, one refused twice."""
    b = bench(lines=3)
    entries = list(b.arrive(5, "c1", "1").entries)
    entries += b.arrive(6, "c2", "1").entries
    entries += b.arrive(7, "c3", "1").entries
    entries += b.answer(10, "c1").entries
    entries += b.answer(11, "c2").entries
    entries += b.fail(12, "c3", OfferResult.BUSY).entries
    entries += partner_hangs_up(b, 13, "c2").entries
    entries += b.at(41.9).entries
    entries += b.at(42).entries
    entries += b.fail(42.5, "c3", OfferResult.BUSY).entries
    entries += partner_hangs_up(b, 80, "c1").entries
    return b, entries


def test_figures_are_those_of_the_entries():
    _, entries = a_day()
    (partner,) = figures(entries).values()
    told = partner.as_dict(ore_per_min=450)
    assert told == {
        "offered": 5,
        "calls": 3,
        "answered": 2,
        "short_talks": 1,
        "failed": {"busy": 2},
        "talk_ms": 72_000,
        "mean_wait_ms": 5_000,
        "cost_ore": 900,
    }


def test_an_engine_that_begins_knows_what_was_talked_today():
    _, entries = a_day()
    assert used_before(entries, 90_000) == [PartnerRestored(SVAR, 0, 72_000)]
    assert used_before(entries, DAY_MS) == []


def test_the_state_tells_lines_and_minutes():
    b = bench(lines=2, most_ms_a_day=600_000)
    b.arrive(5, "c1", "1")
    b.answer(10, "c1")
    b.arrive(100, "c2", "1")
    (told,) = state(b.kernel.centre, {SVAR: "Svarsstället"}).values()
    assert told == {
        "title": "Svarsstället",
        "state": "open",
        "lines": 2,
        "ringing": 1,
        "talking": 1,
        "failures_in_a_row": 0,
        "minutes_today": 1,
        "most_minutes_a_day": 10,
    }


def test_what_keeps_calls_from_a_partner_is_an_alarm_and_its_end_is_not():
    with capture_logs() as logs:
        for word in ("circuit_open", "unreachable", "spent", "closed", "open"):
            alarm(Step((), (PartnerChanged(0, PartnerId("svar"), word),)))
    assert [(entry.get("because"), entry.get("alarm", False)) for entry in logs] == [
        ("circuit_open", True),
        ("unreachable", True),
        ("spent", True),
        (None, False),
        (None, False),
    ]
