"""What is written for Asterisk, read as text: facts that must hold, and values that must not get in."""

import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from ivr.asterisk.plain import RenderError
from ivr.asterisk.render import MODULES, Tuning, render
from ivr.asterisk.server import write_configuration
from ivr.asterisk.sounds import sound_name
from ivr.config.house import House, Opening, Person
from ivr.config.load import load
from ivr.config.secrets import Secrets
from ivr.config.site import Site
from queues.ids import AgentId, Clearance, MenuId, PromptId, QueueId
from routing.plan import Choice
from tests.asterisk.house import MENU, NUMBER, small_house, with_hours

SITE = Site(Path("/srv/tonval"))
BOTKYRKA = Path(__file__).resolve().parents[2] / "ivr" / "menus" / "botkyrka"
FORBIDDEN = ["line\nbreak", "a;b", "a,b", "a]b", "[x](y)", "${SHELL(id)}", "a|b", 'a"b', "a\\b", "a^b", "<a>", "a(b)"]


def secrets_of(house: House) -> Secrets:
    phones = {account: f"phone0{i}" for i, account in enumerate(house.accounts)}
    return Secrets("ami0password", phones, b"k" * 32, "callback0password")


def rendered(house: House, tuning: Tuning | None = None) -> dict[str, str]:
    return render(house, SITE, secrets_of(house), tuning)


def with_person(house: House, agent: str, **changes: str) -> House:
    person = replace(house.people[AgentId("alma")], **({"id": AgentId(agent)} | changes))
    return replace(house, people={**house.people, AgentId(agent): person})


def with_queue(house: House, **changes: object) -> House:
    queue = replace(house.plan.queues[QueueId("bygg")], **changes)  # type: ignore[arg-type]
    return replace(house, plan=replace(house.plan, queues={**house.plan.queues, queue.id: queue}))


def with_number(house: House, number: str) -> House:
    return replace(house, plan=replace(house.plan, entrances={number: house.plan.entrances[NUMBER]}))


def with_choices(house: House, choices: dict[str, Choice]) -> House:
    menu = replace(house.plan.menus[MENU], choices=choices)
    return replace(house, plan=replace(house.plan, menus={MENU: menu}))


@pytest.mark.parametrize("value", FORBIDDEN)
def test_no_value_of_the_yaml_becomes_a_line_of_configuration(value: str) -> None:
    house = small_house()
    for bad in (
        with_number(house, value),
        with_person(house, value),
        with_person(house, "gun", extension=value),
        with_queue(house, id=QueueId(value)),
        with_queue(house, clearance=Clearance(value)),
        with_queue(house, music=value),
        with_queue(house, waiting_prompts=(PromptId(value),)),
        with_choices(house, {value: Choice(queue=QueueId("bygg"))}),
        with_choices(house, {"1": Choice(menu=MenuId(value))}),
        replace(house, fallback_prompts=(PromptId(value),)),
        replace(house, language=value),
        replace(house, trunk_addresses=(value,)),
        replace(house, timezone=value),
        replace(house, openings={value: house.openings["alltid"]}),
    ):
        with pytest.raises(ValueError, match=r"."):
            rendered(bad)


@pytest.mark.parametrize("value", FORBIDDEN)
def test_what_people_see_is_cleaned_instead(value: str) -> None:
    house = replace(small_house(), title=f"Kommun {value}")
    files = rendered(with_person(house, "gun", name=f"Gun {value}"))
    plain = rendered(with_person(replace(small_house(), title="Kommun"), "gun", name="Gun"))
    assert {name: len(text.splitlines()) for name, text in files.items()} == {
        name: len(text.splitlines()) for name, text in plain.items()
    }
    shown = [line for line in files["pjsip.conf"].splitlines() if "Gun" in line]
    assert len(shown) == 1
    assert re.fullmatch(r'callerid = "Gun[\w .:@+*-]*" <201>', shown[0])


@pytest.mark.parametrize("secret", ["short;x", "two\nlines", "", "åäö12345"])
def test_a_secret_that_cannot_be_written_is_refused_without_being_told(secret: str) -> None:
    house = small_house()
    for secrets in (
        replace(secrets_of(house), ami_password=secret),
        replace(secrets_of(house), phone_passwords=dict.fromkeys(house.people, secret)),
    ):
        with pytest.raises(RenderError) as refused:
            render(house, SITE, secrets)
        assert not secret or secret not in str(refused.value)


def test_an_agent_cannot_take_the_name_of_a_section_or_look_like_a_number() -> None:
    for agent in ("trunk", "global", "0701740605", "Alma"):
        with pytest.raises(RenderError):
            rendered(with_person(small_house(), agent))


def test_a_number_that_catches_all_others_is_not_an_extension() -> None:
    house = small_house()
    entrances = {**house.plan.entrances, "": house.plan.entrances[NUMBER]}
    dialplan = rendered(replace(house, plan=replace(house.plan, entrances=entrances)))["extensions.conf"]
    # Only days of the calendar, in [hours-…], and codes of our own phones.
    assert set(re.findall(r"exten => (_[^*,]*),", dialplan)) == {"_XXXXXXXX"}


def test_keys_in_a_talk_are_the_agents_alone_and_can_be_done_without() -> None:
    files = rendered(small_house())
    assert "*74,self,Gosub" in files["features.conf"]
    assert files["extensions.conf"].count("DYNAMIC_FEATURES=agent") == 1
    (to_agent,) = re.findall(r"\[to-agent\](.*?)\n\[", files["extensions.conf"], re.DOTALL)
    assert "DYNAMIC_FEATURES=agent" in to_agent
    without = rendered(replace(small_house(), transfer_by_keys=False))
    assert "DYNAMIC_FEATURES" not in without["extensions.conf"]
    assert "Gosub" not in without["features.conf"]


def test_nothing_that_runs_programs_records_or_originates_is_loaded() -> None:
    dangerous = {"app_system", "func_shell", "app_mixmonitor", "app_originate", "app_exec", "func_env", "func_curl"}
    dangerous |= {"pbx_spool", "res_ari", "res_pjsip_refer", "app_record", "app_chanspy", "cdr_csv", "func_export"}
    assert not dangerous & set(MODULES)
    files = rendered(small_house())
    assert "autoload = no" in files["modules.conf"]
    assert "require = chan_pjsip.so" in files["modules.conf"]
    assert "live_dangerously = no" in files["asterisk.conf"]


def test_the_engines_account_has_the_least_rights() -> None:
    manager = rendered(small_house())["manager.conf"]
    assert re.findall(r"^(?:read|write|permit|allowmultiplelogin) = .*", manager, re.MULTILINE) == [
        "allowmultiplelogin = no",
        "permit = 127.0.0.1/255.255.255.255",
        "read = system,call,agent,user",
        "write = call,agent",
    ]


def test_everything_listens_on_loopback() -> None:
    text = "\n".join(rendered(small_house()).values())
    assert set(re.findall(r"^bind\w* = (\S+)", text, re.MULTILINE)) == {"127.0.0.1", "127.0.0.1:5060", "yes"}
    assert set(re.findall(r"^media_address = (\S+)", text, re.MULTILINE)) == {"127.0.0.1"}


def test_each_person_carries_what_they_may_hear() -> None:
    pjsip = rendered(small_house())["pjsip.conf"]
    may_hear = dict(re.findall(r"\[(\w+)\]\(phone\)\n(?:.*\n)*?set_var = TONVAL_MAY_HEAR=(\S+)", pjsip))
    assert may_hear["cilla"] == "/none/socialtjanst/"
    assert {may_hear[a] for a in may_hear if a != "cilla"} == {"/none/"}


def test_cel_names_no_caller() -> None:
    mapping = rendered(small_house())["cel_custom.conf"].split("=>", 1)[1]
    fields = re.findall(r"CSV_QUOTE\(\$\{(?:CHANNEL\()?(\w+)", mapping)
    assert fields == [
        *("eventtype", "eventtime", "uniqueid", "linkedid", "channame", "context", "exten", "appname", "IF"),
        *("peer", "userfield", "eventextra"),
    ]
    assert '${IF($["${CHANNEL(context)}" = "callback"]?:${CHANNEL(appdata)})}' in mapping, "nor who is rung back"


def test_the_right_to_originate_is_nobodys_but_one_accounts() -> None:
    accounts = rendered(replace(small_house(), outward="127.0.0.1:5070", shown_number="+46846500400"))["manager.conf"]
    rights = dict(re.findall(r"^\[(tonval[a-z-]*)\]$.*?^write = (.*?)$", accounts, re.MULTILINE | re.DOTALL))
    assert rights == {"tonval": "call,agent", "tonval-callback": "originate"}
    assert "originate\n" not in rendered(small_house())["manager.conf"]


def test_a_date_with_hours_of_its_own_is_an_extension_of_its_own_and_the_last_minute_is_closed() -> None:
    week = (((8 * 60, 16 * 60 + 30),),) * 5 + ((), ())
    opening = Opening(weekly=week, dates={date(2026, 12, 24): (), date(2026, 12, 23): ((480, 1440),)})
    dialplan = rendered(with_hours(small_house(), opening))["extensions.conf"]
    hours = dialplan.split("[hours-alltid]")[1]
    zone = "/srv/tonval/asterisk/lib/zoneinfo/Europe/Stockholm"
    assert "exten => 20261224,1,NoOp()\n same => n,Return(closed)" in hours
    assert f"exten => 20261223,1,NoOp()\n same => n,GotoIfTime(08:00-23:59,*,*,*,{zone}?s,open)" in hours
    assert f"GotoIfTime(08:00-16:29,mon,*,*,{zone}?s,open)" in hours
    assert "sat" not in hours.split("[hours-")[0]


def test_whoever_hangs_up_leaves_no_session_with_the_engine_behind() -> None:
    dialplan = rendered(small_house())["extensions.conf"]
    asking = [part for part in dialplan.split("\n[") if "AGI(agi://" in part]
    assert len(asking) >= 3
    for part in asking:
        assert "AGIEXITONHANGUP=yes" in part.split("AGI(agi://")[0], part.split("]")[0]


def test_many_phones_are_looked_at_less_often() -> None:
    house = small_house()
    many = {AgentId(f"a{n}"): Person(AgentId(f"a{n}"), f"A {n}", str(1000 + n)) for n in range(200)}
    assert "qualify_frequency = 2\n" in rendered(house)["pjsip.conf"]
    assert "qualify_frequency = 10\n" in rendered(replace(house, people=many))["pjsip.conf"]
    assert "qualify_frequency = 0\n" in rendered(house, Tuning(qualify_s=0))["pjsip.conf"]


def test_extra_text_of_a_bench_is_appended() -> None:
    files = rendered(small_house(), Tuning(extra={"extensions.conf": "[bench]\n", "new.conf": "x\n"}))
    assert files["extensions.conf"].endswith("\n[bench]\n")
    assert files["new.conf"] == "\nx\n"


def test_the_shipped_municipality_renders() -> None:
    house = load(BOTKYRKA, 1_780_000_000_000).house
    assert house is not None
    files = rendered(house)
    assert files["extensions.conf"].count("exten => 2,1,Goto(choose-barn_skola,s,1)") == 1
    assert "Playback(tonval/${TONVAL_LANGUAGE}/reservlage)" in files["extensions.conf"]


def test_without_an_engine_the_key_to_the_directory_leads_to_people_and_its_phones_are_there_all_the_same() -> None:
    house = load(BOTKYRKA, 1_780_000_000_000).house
    assert house is not None
    files = rendered(house)
    assert files["extensions.conf"].count("exten => 6,1,Goto(choose-ovrigt,s,1)") == 1
    assert "exten => 213,1,Dial(PJSIP/tel-213,30,i)" in files["extensions.conf"]
    phone = files["pjsip.conf"].split("[tel-213](phone)")[1].split("[tel-213]")[0]
    assert "set_var = TONVAL_MAY_HEAR=/none/" in phone
    assert "context = from-directory" in phone
    assert "Åberg" not in "".join(text for name, text in files.items() if "tel-" in text and name != "pjsip.conf")
    assert "Mikael" not in "".join(files.values())


@pytest.mark.parametrize("prompt", ["../x", "a/b", "a&b", "a,b", "", "a.wav", "A"])
def test_a_prompt_names_no_file_outside(prompt: str) -> None:
    with pytest.raises(ValueError, match="prompt"):
        sound_name(PromptId(prompt), "sv")


def test_a_prompt_is_named_with_its_language() -> None:
    assert sound_name(PromptId("valkommen"), "sv") == "tonval/sv/valkommen"
    with pytest.raises(ValueError, match="language"):
        sound_name(PromptId("valkommen"), "../sv")


def test_the_directory_holds_just_these_files_for_their_owner_alone(tmp_path: Path) -> None:
    (tmp_path / "old.conf").write_text("[old]\n")
    write_configuration(tmp_path, {"new.conf": "[new]\n"})
    assert [path.name for path in tmp_path.iterdir()] == ["new.conf"]
    assert (tmp_path / "new.conf").stat().st_mode & 0o777 == 0o600
