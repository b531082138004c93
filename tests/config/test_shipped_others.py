"""Jönköping and Danderyd say what the descriptions of them say, and in no shipped municipality is anything wrong."""

from functools import cache

import pytest
from typer.testing import CliRunner

from ivr.commands import app
from ivr.config.house import House
from ivr.config.load import SHIPPED, Loaded, load
from ivr.config.problems import Code
from queues.ids import Clearance, PartnerId, QueueId
from routing.plan import TargetKind

NOW_MS = 1_795_294_800_000
FICTION = ("+46846500400", "+46313900610", "+46846500410")
"""Numbers that PTS has set aside for films and books."""


@cache
def loaded(name: str) -> Loaded:
    return load(SHIPPED / name, NOW_MS)


def municipality(name: str) -> House:
    house = loaded(name).house
    assert house is not None, "\n".join(map(str, loaded(name).problems))
    return house


@pytest.mark.parametrize("name", sorted(path.name for path in SHIPPED.iterdir() if path.is_dir()))
def test_every_shipped_municipality_is_without_a_fault(name, tmp_path):
    """Botkyrka's own words take long to say; nothing else is remarked on, but that no sounds are built yet."""
    checked = CliRunner().invoke(app, ["check", name, "--home", str(tmp_path)])
    assert checked.exit_code == 0, checked.output
    allowed = {Code.MENU_LONG} if name == "botkyrka" else set()
    assert {problem.code for problem in loaded(name).problems} == allowed
    assert next(iter(municipality(name).plan.entrances)) in FICTION


def test_three_are_shipped():
    assert sorted(path.name for path in SHIPPED.iterdir() if path.is_dir()) == ["botkyrka", "danderyd", "jonkoping"]


def test_joenkoeping_has_one_choice_one_line_and_fifteen_people_who_all_own_it():
    plan = municipality("jonkoping").plan
    (menu,) = plan.menus.values()
    (queue,) = plan.queues.values()
    assert {key: choice.queue for key, choice in menu.choices.items()} == {"1": queue.id}
    assert (menu.default, menu.human) == (queue.id, queue.id)
    assert [(step.after_ms, step.target) for step in queue.steps] == [(0, TargetKind.OWN)]
    levels = [level for agent in plan.agents.values() for q, level in agent.queues if q == queue.id]
    assert (levels.count(3), levels.count(2), len(levels), len(plan.agents)) == (9, 6, 15, 15)
    assert not plan.partners


def test_danderyd_goes_to_its_own_then_to_any_then_outside_when_the_line_is_long():
    plan = municipality("danderyd").plan
    open_queues = [queue for queue in plan.queues.values() if not queue.clearance]
    assert [queue.id for queue in open_queues] == ["omsorg", "barn", "bygg", "ovrigt"]
    for queue in open_queues:
        own, everybody, outside = queue.steps
        assert (own.after_ms, own.target) == (0, TargetKind.OWN)
        assert (everybody.after_ms, everybody.target) == (20_000, TargetKind.ANY)
        assert (outside.after_ms, outside.target, outside.partner) == (90_000, TargetKind.PARTNER, "svarsstalle")
        assert outside.queue_longer_than == 3
        assert queue.answer_target_ms == 120_000
    partner = plan.partners[PartnerId("svarsstalle")]
    assert (partner.lines, partner.ring_ms) == (6, 30_000)


def test_danderyds_confidential_group_has_a_plan_without_the_partner():
    queue = municipality("danderyd").plan.queues[QueueId("socialtjanst")]
    assert queue.clearance == Clearance("socialtjanst")
    assert [step.target for step in queue.steps] == [TargetKind.OWN, TargetKind.ANY]


def test_danderyd_and_its_partner_greet_with_the_same_words():
    text = (SHIPPED.parents[1] / "recordings-text" / "sv" / "danderyd" / "meny.yaml").read_text("utf-8")
    partners = (SHIPPED / "danderyd" / "partners.yaml").read_text("utf-8")
    assert "text: Välkommen till Danderyd." in text
    assert "greeting: Välkommen till Danderyd" in partners
