"""The shipped municipality says what the description of Botkyrka says, and nothing in it is wrong."""

from pathlib import Path

import pytest

from ivr.config.house import House
from ivr.config.load import load, municipality_folder
from ivr.config.problems import Code
from ivr.phone_codes import SPOKEN, queue_keys
from queues.ids import AgentId, Clearance, MenuId, QueueId
from routing.directory import NamingWords
from routing.plan import Discipline, TargetKind
from routing.secrecy import may_hear
from routing.spoken_swedish import every_prompt

NOW_MS = 1_795_294_800_000
MENU = MenuId("huvudmeny")
GROUPS = ["aldre", "barn_skola", "socialtjanst", "bygg", "ovrigt"]


@pytest.fixture(scope="module")
def house() -> House:
    loaded = load(municipality_folder(), NOW_MS)
    assert loaded.house is not None, "\n".join(map(str, loaded.problems))
    return loaded.house


def test_only_the_length_of_the_menu_is_remarked_on():
    """Six choices in Botkyrka's own words take half a minute in each of its languages; they are its own to shorten."""
    assert [p.code for p in load(municipality_folder(), NOW_MS).problems] == [Code.MENU_LONG] * 3


def test_five_groups_six_choices_and_the_net_under_them(house: House):
    menu = house.plan.menus[MENU]
    assert list(house.plan.queues) == GROUPS
    matters = {key: choice.queue for key, choice in menu.choices.items() if not choice.language}
    assert matters == dict(zip("123456", [*GROUPS, ""], strict=True))
    assert [key for key, choice in menu.choices.items() if choice.directory] == ["6"]
    assert (menu.default, menu.human) == ("ovrigt", "ovrigt")
    assert (menu.first_key_ms, menu.repeats, menu.invalid_tries) == (6_000, 1, 2)


def test_finnish_and_english_are_offered_first_and_somebody_speaks_them_in_every_group(house: House):
    menu = house.plan.menus[MENU]
    assert {key: (choice.menu, choice.language) for key, choice in menu.choices.items() if choice.language} == {
        "7": (MENU, "fi"),
        "8": (MENU, "en"),
    }
    assert menu.language_prompts == ("sprak_fi", "sprak_en")
    assert house.languages == ("sv", "fi", "en")
    for queue in house.plan.queues.values():
        able = [a for a in house.plan.agents.values() if may_hear(a.clearances, queue.clearance)]
        assert {"fi", "en"} <= {language for agent in able for language in agent.languages}
    assert sum(person.may_switch for person in house.people.values()) == 2


def test_first_own_then_anybody_at_once_and_never_a_partner(house: House):
    for queue in house.plan.queues.values():
        assert [(s.after_ms, s.target) for s in queue.steps] == [(0, TargetKind.OWN), (0, TargetKind.ANY)]
        assert (queue.ring_ms, queue.wrap_up_ms, queue.answer_target_ms) == (20_000, 30_000, 120_000)
        assert queue.first_message_ms <= 10_000
        assert 45_000 <= queue.message_every_ms <= 60_000
    assert house.plan.discipline is Discipline.OWN_FIRST
    assert house.plan.login_by_phone


def test_only_socialtjanst_is_confidential_and_three_or_four_may_hear_it(house: House):
    assert {q.id for q in house.plan.queues.values() if q.clearance} == {"socialtjanst"}
    cleared = {a.id for a in house.plan.agents.values() if may_hear(a.clearances, Clearance("socialtjanst"))}
    assert cleared == {"fatima", "goran", "helena", "lars"}


def test_about_twelve_people_with_one_or_two_groups_of_their_own_and_level_1_in_the_rest(house: House):
    assert len(house.plan.agents) == 12
    for agent in house.plan.agents.values():
        assert 1 <= sum(level >= 2 for _, level in agent.queues) <= 2
        assert sorted(q for q, _ in agent.queues) == sorted(GROUPS)
    operators = [a for a in ("karin", "lars") if dict(house.plan.agents[AgentId(a)].queues)[QueueId("ovrigt")] == 3]
    assert operators == ["karin", "lars"]


def test_choice_6_finds_people_by_name_and_the_protected_one_is_nowhere(house: House):
    directory = house.plan.directory
    assert directory is not None
    by_id = {listed.id: f"{listed.first} {listed.last}" for listed in directory.people.values()}

    def found(digits: str) -> list[str]:
        complete, partial = directory.find(digits)
        return [by_id[person] for person in complete + partial]

    assert found("22374") == ["Karin Åberg"]
    assert found("62374") == ["Helena Öberg", "Per Öberg"]
    assert found("75678766") == ["Göran Sjöström", "Maria Sjöström"]
    assert found("22757766") == ["Anders Carlsson", "Jenny Karlsson"]
    assert found("546358478") == ["Sofia Lindkvist", "Carina Lindqvist"]
    assert found("645235") == []  # Mikael
    said = " ".join(house.spoken_names.values())
    assert "Karin Åberg" in said
    assert "Mikael" not in said
    seats = {by_id[p.id]: p.agent for p in directory.people.values() if p.agent}
    assert seats["Karin Åberg"] == "karin"
    assert set(house.phones) == {p.phone for p in directory.people.values() if p.phone}


def test_opening_hours_are_botkyrkas(house: House):
    day = {
        name: [tuple(f"{m // 60}:{m % 60:02d}" for m in span) for span in spans]
        for name, spans in zip(
            ("mon", "tue", "wed", "thu", "fri", "sat", "sun"), house.openings["kontaktcenter"].weekly, strict=True
        )
    }
    assert day["mon"] == [("8:00", "18:30")]
    assert day["tue"] == day["wed"] == day["thu"] == [("8:00", "16:30")]
    assert day["fri"] == [("8:00", "14:30")]
    assert day["sat"] == day["sun"] == []
    assert set(house.queue_hours.values()) == set(house.entrance_hours.values()) == {"kontaktcenter"}


def test_the_number_is_known_in_every_form_in_which_a_trunk_writes_it(house: House):
    assert list(house.plan.entrances) == ["+46846500400", "46846500400", "0846500400"]
    assert len({id(e.menu) for e in house.plan.entrances.values()}) == 1
    assert set(house.entrance_hours) == set(house.plan.entrances)


def test_the_digest_names_the_files(folder: Path):
    first = load(folder, NOW_MS).house
    again = load(folder, NOW_MS + 86_400_000).house
    (folder / "partners.yaml").write_text("# another comment\npartners: {}\n")
    changed = load(folder, NOW_MS).house
    assert first is not None
    assert again is not None
    assert changed is not None
    assert first.plan.digest == again.plan.digest != changed.plan.digest


def test_every_prompt_that_can_be_said_is_among_the_houses_prompts(house: House):
    plan = house.plan
    said = {*plan.sorry_prompts, *plan.too_many_prompts, *house.fallback_prompts}
    for entrance in plan.entrances.values():
        said |= {*entrance.greeting, *entrance.closed_prompts}
    for menu in plan.menus.values():
        said |= {*menu.language_prompts, *menu.prompts, *menu.invalid_prompts}
    for queue in plan.queues.values():
        said |= {*queue.queued_prompts, *queue.waiting_prompts, *queue.closed_prompts}
        said |= {*queue.waiting.callback_prompts, *(every_prompt() if queue.waiting.position else ())}
        rules = queue.callback
        assert rules is not None
        said |= {*rules.promised_prompts, *rules.kept_place_prompts, *rules.refused_prompts, *rules.title_prompts}
    said |= {*house.crisis_prompts, *SPOKEN, *(p for pause in house.pause_reasons.values() for p in pause.prompts)}
    said |= NamingWords().every_prompt()
    words = plan.callback_words
    said |= {*words.announced, *words.waited, *words.accept, *words.rung, *words.not_reached, *words.citizen}
    assert said == house.prompts


def test_a_pause_by_phone_has_its_reasons_and_a_call_is_put_through_five_times_at_the_most(house: House):
    assert {key: pause.reason for key, pause in house.pause_reasons.items()} == {
        "1": "rast",
        "2": "lunch",
        "3": "möte",
        "9": "annat",
    }
    assert house.prompts >= SPOKEN
    assert house.plan.transfer_limit == 5
    assert queue_keys(house.plan)["4"] == "bygg"


@pytest.mark.parametrize("municipality", ["botkyrka", "danderyd", "jonkoping"])
def test_every_group_has_matters_that_one_key_chooses(municipality: str):
    """ROSA 1–6; the first nine of a group have the keys 1–9."""
    house = load(municipality_folder(municipality), NOW_MS).house
    assert house is not None
    assert {matter.department for matter in house.matters.values()} == set(house.departments)
    assert {1, 2, 3, 4, 5} <= {matter.rosa for matter in house.matters.values()} <= {1, 2, 3, 4, 5, 6}
    for queue in house.plan.queues:
        assert 3 <= sum(matter.offered_for(queue) for matter in house.matters.values()) <= 16


def test_folder_without_matters_is_served(folder: Path):
    (folder / "matters.yaml").unlink()
    loaded = load(folder, NOW_MS)
    assert loaded.house is not None
    assert loaded.house.matters == {}


@pytest.mark.parametrize("municipality", ["botkyrka", "danderyd", "jonkoping"])
def test_every_group_has_thresholds_on_the_wallboard(municipality: str):
    house = load(municipality_folder(municipality), NOW_MS).house
    assert house is not None
    for queue in house.plan.queues:
        rules = house.wallboard.of(queue)
        assert None not in (rules.waiting, rules.longest_wait_s, rules.level_percent)


def test_folder_without_a_wallboard_has_the_defaults_and_a_queue_its_own(folder: Path):
    house = load(folder, NOW_MS).house
    assert house is not None
    own, others = house.wallboard.of("socialtjanst"), house.wallboard.of("bygg")
    assert (own.longest_wait_s.bad, others.longest_wait_s.bad) == (240, 300)
    assert own.waiting == others.waiting
    (folder / "wallboard.yaml").unlink()
    bare = load(folder, NOW_MS).house
    assert bare is not None
    assert bare.wallboard.of("socialtjanst").longest_wait_s.bad == 300
