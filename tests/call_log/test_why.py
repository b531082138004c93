"""A routing decision is told in Swedish, by the names of the house, and never with a caller."""

import json
from zoneinfo import ZoneInfo

import pytest
from typer.testing import CliRunner

from ivr.call_log.journey import Names
from ivr.call_log.why import decisions, to_you
from ivr.commands import app
from queues.ids import AgentId, Instant, QueueId
from queues.weighed_entries import CandidatesWeighed, OtherCall, PassedOver
from tests.call_log.stories import CALLER, QUEUE, T0, Log, call_id, story

STOCKHOLM = ZoneInfo("Europe/Stockholm")
NAMES = Names(
    {QueueId("barn_skola"): "Barn och skola", QueueId("bygg"): "Bygg"},
    {AgentId("carina"): "Carina", AgentId("bengt"): "Bengt", AgentId("svar"): "Svar AB"},
)


def passed(agent: str, why: str, reason: str = "", until_ms: int = 0) -> PassedOver:
    return PassedOver(AgentId(agent), why, reason, until_ms)


def weighed(agent: str, *others: PassedOver, level: int = 3, step: int = 0, **more: object) -> CandidatesWeighed:
    counts: dict[str, int] = {}
    for one in others:
        counts[one.why] = counts.get(one.why, 0) + 1
    fields = {"counts": tuple(sorted(counts.items())), **more}
    return CandidatesWeighed(
        Instant(T0 + 5_000),
        call_id(0),
        QUEUE,
        AgentId(agent),
        step,
        level,
        others,
        **fields,  # type: ignore[arg-type]
    )


def told(entry: CandidatesWeighed) -> list[str]:
    (decision,) = decisions([entry], NAMES, STOCKHOLM)
    return [decision.what, *decision.others]


def test_whom_it_went_to_and_why_and_what_kept_the_others():
    entry = weighed(
        "carina",
        passed("david", "ready_longest"),
        passed("bengt", "wrap_up", until_ms=T0 + 20_000),
        passed("eva", "logged_out"),
    )
    assert told(entry) == [
        "Samtalet gick till Carina: gruppen är bland de egna (nivå 3), ledig längst.",
        "david: ledig kortare tid.",
        "Bengt: efterbehandling till 22.37.00.",
        "Inte inloggade: eva.",
    ]


@pytest.mark.parametrize(
    ("others", "level", "sentence"),
    [
        (["ready_longest"], 3, "gruppen är bland dina egna (nivå 3) och du har varit ledig längst"),
        (["talking", "level"], 2, "gruppen är bland dina egna (nivå 2) och du har högst nivå av de lediga"),
        (["step"], 1, "du hjälper till från en annan grupp (steg 2) och du är i en närmare krets än de andra lediga"),
        (
            ["talking", "wrap_up", "talking", "logged_out"],
            3,
            "gruppen är bland dina egna (nivå 3) och ingen annan kan ta det nu (2 i samtal, 1 i efterbehandling)",
        ),
        (["logged_out", "uncleared"], 3, "gruppen är bland dina egna (nivå 3) och ingen annan kan ta det nu"),
    ],
)
def test_why_just_you_in_one_sentence_without_anybodys_name(others, level, sentence):
    entry = weighed("carina", *(passed("david", why) for why in others), level=level, step=int(level == 1))
    assert to_you(entry) == f"Du får samtalet för att {sentence}."


def test_nobody_could_and_what_kept_each():
    entry = weighed(
        "",
        passed("bengt", "not_ready", "rona", T0 + 20_000),
        passed("david", "not_ready", "lunch"),
        passed("eva", "not_yet", until_ms=T0 + 25_000),
        passed("fia", "phone_busy"),
        passed("gun", "uncleared"),
        step=-1,
        level=0,
        counts=(
            ("logged_out", 3),
            ("not_ready", 2),
            ("not_yet", 1),
            ("phone_busy", 1),
            ("uncleared", 4),
            ("talking", 2),
        ),
    )
    assert told(entry) == [
        "Ingen kunde ta samtalet i Barn och skola just nu.",
        "Bengt: svarade inte nyss, vilar till 22.37.00.",
        "david: paus (lunch).",
        "eva: steget har inte öppnat, det sker 22.37.05.",
        "fia: telefonen är upptagen.",
        "Inte inloggade: 3.",
        "Saknar behörigheten: gun, 3 till.",
        "Och 2 till.",
    ]


def test_a_partners_lines_are_told_of_once_and_by_its_name():
    entry = weighed(
        "svar/2",
        passed("svar/1", "talking"),
        passed("svar/3", "first_by_name"),
        passed("svar/4", "first_by_name"),
        level=0,
    )
    assert told(entry) == [
        "Samtalet gick till svarsstället Svar AB: lika med de andra lediga, först i listan.",
        "Svar AB: i samtal.",
        "Svar AB: ledig lika länge, senare i listan.",
    ]


def test_why_before_other_calls():
    entry = weighed("carina", level=1, step=1, other_calls=(OtherCall(call_id(1), QueueId("bygg"), "own_order"),))
    assert told(entry) == [
        "Samtalet gick till Carina: hjälper till från en annan grupp (steg 2), ensam om att kunna ta det nu.",
        f"Före {call_id(1)} i Bygg: den här gruppen kommer före bland de egna.",
    ]


@pytest.fixture
def shown(log: Log):
    """The command over a log that holds the decision between the line and the offer."""
    log.add(*story(0, until="queued"), weighed("carina", passed("bengt", "talking")), *story(0)[4:])
    assert log.writer.flush()

    def run(*more: str) -> str:
        return (
            CliRunner()
            .invoke(app, ["call", "last", "--home", str(log.site.home), *more], catch_exceptions=False)
            .stdout
        )

    return run


def test_the_command_tells_it_with_the_houses_names_and_no_caller(shown):
    """Botkyrka's people; the way itself does not change, and only whoever asks is told."""
    assert "Samtalet gick till Carina Lindqvist: gruppen är bland de egna (nivå 3)" in shown("--why")
    assert "Bengt Östlund: i samtal." in shown("--why")
    assert "gick till" not in shown()
    assert shown("--why").startswith(shown())
    for words in (shown("--why"), shown("--why", "--json")):
        assert CALLER not in words
        assert "p:" not in words


def test_the_command_tells_it_to_machines(shown):
    why = json.loads(shown("--why", "--json"))["why"]
    assert [one["others"] for one in why] == [["Bengt Östlund: i samtal."]]
    assert "why" not in json.loads(shown("--json"))
