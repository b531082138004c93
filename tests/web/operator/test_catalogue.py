"""Finding people: beginnings of anything about them, å ä ö as letters, those who sound alike; never the protected."""

from datetime import date

import pytest

from ivr.config.directory import Entry, read_directory
from ivr.config.problems import Place
from ivr.web.accounts.access import looks
from ivr.web.accounts.roles import Role
from ivr.web.accounts.viewer import Viewer
from ivr.web.catalogue import MOST, Catalogue
from ivr.web.pages import catalogue
from ivr.web.reachable import reach_of
from queues.agents import AgentState
from queues.board import Board, BoardAgent
from queues.ids import AgentId
from tests.web.town import OTHER

EMPLOYEE = Viewer("eva", "Eva", frozenset({Role.EMPLOYEE}))


def entry(first, last, department="", title="", phone="", **more):
    fields = {"hours": "", "absent_to": None, "said": f"{first} {last}"} | more
    return Entry(first, last, department, title, phone, where=Place("d.csv"), **fields)


PEOPLE = Catalogue(
    [
        entry("Karin", "Åberg", "Kontaktcenter", "Telefonist", "111"),
        entry("Anders", "Aberg", "Teknik", "Ingenjör", "112"),
        entry("Per", "Öberg", "Teknik- och fastighetsförvaltningen", "Gatuingenjör", "213"),
        entry("Sofia", "Lindkvist", "Utbildningsförvaltningen", "Rektor", "212"),
        entry("Carina", "Lindqvist", "Kontaktcenter", "Skolvägledare", "103"),
        entry("Anna-Karin", "Åkerlund", "Kommunledningsförvaltningen", "Kommunjurist", "215"),
        entry("Eriksson", "Teknik", "", "", ""),
    ]
)


def names(typed):
    return [f"{one.first} {one.last}" for one in PEOPLE.find(typed).people]


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("åberg", ["Karin Åberg"]),
        ("ÅBERG", ["Karin Åberg"]),
        ("a\u030aberg", ["Karin Åberg"]),
        ("aberg", ["Anders Aberg", "Karin Åberg"]),
        ("öb", ["Per Öberg"]),
        ("ob", ["Per Öberg"]),
        ("karin", ["Karin Åberg", "Anna-Karin Åkerlund"]),
        ("karin åk", ["Anna-Karin Åkerlund"]),
        ("kontakt karin", ["Karin Åberg"]),
        ("rektor", ["Sofia Lindkvist"]),
        ("213", ["Per Öberg"]),
        ("teknik", ["Eriksson Teknik", "Anders Aberg", "Per Öberg"]),
        ("lindqv", ["Carina Lindqvist"]),
        ("linkvist", []),
        ("x", []),
        ("", []),
        ("  % ", []),
        ("(.*", []),
    ],
)
def test_everything_that_was_typed_begins_something_of_theirs_and_names_come_first(typed, found):
    assert names(typed) == found


def test_who_sounds_so_is_found_when_nobody_is_called_so():
    found = PEOPLE.find("lindquist")
    assert found.alike
    assert [one.last for one in found.people] == ["Lindqvist", "Lindkvist"] or {one.last for one in found.people} == {
        "Lindqvist",
        "Lindkvist",
    }
    assert not PEOPLE.find("lindkvist").alike


def test_no_more_are_shown_than_can_be_read():
    crowd = Catalogue([entry("Anna", f"Berg{'x' * n}") for n in range(MOST + 5)])
    found = crowd.find("anna")
    assert (len(found.people), found.more) == (MOST, True)


@pytest.mark.fault("S10")
def test_whoever_is_protected_is_in_no_answer(tmp_path):
    header = "förnamn;efternamn;avdelning;titel;telefon;telefontid;frånvarande_till;skyddad\n"
    rows = "Vera;Hemlig;Socialtjänst;Handläggare;301;;;ja\nAda;Öppen;Socialtjänst;Handläggare;302;;;\n"
    (tmp_path / "directory.csv").write_text(header + rows, encoding="utf-8")
    catalogue = Catalogue(read_directory(tmp_path).people)
    assert [one.first for one in catalogue.find("socialtjänst").people] == ["Ada"]
    for typed in ("vera", "hemlig", "301", "wera", "hemlich"):
        assert catalogue.find(typed).people == ()


def test_who_can_be_reached_is_told_without_what_they_do(desk):
    house, now = desk.web.house, desk.web.clock()
    board = Board(now)
    at_home = entry("Karin", "Åberg", phone=house.people["karin"].extension)
    away = entry("Karin", "Åberg", phone="111", absent_to=date(2999, 12, 3))
    assert reach_of(at_home, house, board, now, EMPLOYEE).words == "Inte inloggad"
    assert reach_of(at_home, house, board, now, EMPLOYEE).agent == "karin"
    assert reach_of(away, house, board, now, EMPLOYEE).words == "Borta till och med 3/12"
    assert reach_of(entry("Per", "Öberg"), house, board, now, EMPLOYEE).words == "Har ingen telefon här"


@pytest.mark.fault("S08")
def test_when_a_talk_that_the_asker_may_not_hear_was_over_is_not_told(desk):
    house, now = desk.web.house, desk.web.clock()
    board = Board(now)
    words = {}
    for agent in ("goran", "karin"):
        found = entry(agent, "", phone=house.people[agent].extension)
        for state in (AgentState.RINGING, AgentState.TALKING, AgentState.WRAP_UP):
            board.agents[AgentId(agent)] = BoardAgent(AgentId(agent), state)
            words.setdefault(agent, []).append(reach_of(found, house, board, now, EMPLOYEE).words)
    assert words == {
        "goran": ["Upptagen i telefon"] * 3,
        "karin": ["Upptagen i telefon", "Upptagen i telefon", "Strax ledig"],
    }


async def test_every_employee_may_search_and_each_search_is_written(desk):
    employee = await desk.client(Role.EMPLOYEE, account="eva")
    desk.logs_in("karin")
    desk.arrives("c1", OTHER)
    desk.answers("c1")
    await desk.settled()
    assert (await employee.get("/katalog")).status_code == 200
    found = (await employee.post("/katalog/sok", json={"typed": " Åberg "})).json()
    assert [(p["name"], p["phone"], p["words"]) for p in found["people"]] == [
        ("Karin Åberg", "111", "Upptagen i telefon")
    ]
    rows = await desk.web.store.run(lambda db: list(looks(db)))
    assert [(r.look.account, r.look.what, r.look.subject) for r in rows] == [("eva", "directory_searched", "Åberg")]


async def test_nobody_searches_without_an_account(desk):
    stranger = await desk.client()
    assert (await stranger.post("/katalog/sok", json={"typed": "Åberg"})).status_code == 401
    assert (await (await desk.client(Role.EMPLOYEE)).post("/katalog/sok", json={"typed": "x" * 81})).status_code == 422


async def test_the_directory_cannot_be_copied_by_searching(desk, monkeypatch):
    monkeypatch.setattr(catalogue, "MOST_SEARCHES", 3)
    eva, olle = await desk.client(Role.EMPLOYEE, account="eva"), await desk.client(Role.EMPLOYEE, account="olle")
    answers = [await eva.post("/katalog/sok", json={"typed": typed}) for typed in ("an", "be", "ce", "da")]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert answers[-1].json()["detail"].startswith("För många sökningar")
    assert (await olle.post("/katalog/sok", json={"typed": "an"})).status_code == 200
