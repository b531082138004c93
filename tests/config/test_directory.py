"""The directory's two kinds of file: what is read, what is left out and why, and that nothing in one can break it."""

import json
from base64 import b64encode
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from ivr.commands import app
from ivr.config import directory
from ivr.config.directory import read_directory
from ivr.config.directory_build import name_prompt, spoken_names
from ivr.config.load import load
from ivr.config.problems import Code, Severity
from ivr.sound_files import is_prompt_id
from routing.plan import OpenHours

NOW_MS = 1_795_294_800_000
"""An evening in November 2026."""
HEADING = "förnamn;efternamn;avdelning;telefon;telefontid;frånvarande_till;skyddad;uttal\n"


def csv(folder: Path, text: str):
    (folder / "directory.csv").write_text(text, encoding="utf-8")
    return read_directory(folder)


def ldif(folder: Path, text: str):
    (folder / "directory.ldif").write_text(text, encoding="utf-8")
    return read_directory(folder)


def names(found):
    return [f"{entry.first} {entry.last}".strip() for entry in found.people]


def told(found):
    return [(p.where.line, p.where.column, p.sentence) for p in found.problems]


class TestCsv:
    @pytest.mark.parametrize("between", [";", ",", "\t"])
    def test_a_line_a_person_whatever_stands_between(self, tmp_path, between):
        found = csv(
            tmp_path, "förnamn;efternamn;telefon\nKarin;Åberg;111\n\nBo;Ek;08-530 610 00\n".replace(";", between)
        )
        assert [(e.first, e.last, e.phone) for e in found.people] == [
            ("Karin", "Åberg", "111"),
            ("Bo", "Ek", "+46853061000"),
        ]
        assert found.problems == []

    def test_as_a_spreadsheet_saves_it(self, tmp_path):
        text = '\ufeffEfternamn,Avdelning\r\n"Åberg","Bygg, gata ""och"" park"\r\n'
        found = csv(tmp_path, text.replace('""och""', "och"))
        assert [(e.last, e.department) for e in found.people] == [("Åberg", "Bygg, gata och park")]

    @pytest.mark.parametrize(
        ("row", "column", "part"),
        [
            ("K4rin;Åberg;;;;;;", 1, "namn"),
            ("Karin;;;;;;;", 7, "Efternamnet"),
            ("Karin;Иванова;;;;;;", 7, "Efternamnet"),
            ("Karin;Åberg;<b>;;;;;", 13, "avdelning"),
            ("Karin;Åberg;;0900123456;;;;", 14, "anknytning"),
            ("Karin;Åberg;;;9-8;;;", 15, "slutar inte"),
            ("Karin;Åberg;;;;i morgon;;", 16, "datum"),
            ("Karin;Åberg;;;;;kanske;", 17, "skyddad"),
            ("Karin;Åberg;;;;;;[[a]]", 18, "uttal"),
            ("Karin;Åberg", 7, "2 fält"),
            ('Karin;Åberg;"Bygg;;;;;', 13, "citattecken"),
            ("Bo;Ek;;;;;;", 1, "rad 2"),
        ],
    )
    def test_what_is_wrong_is_told_where_it_stands_and_the_rest_is_used(self, tmp_path, row, column, part):
        found = csv(tmp_path, f"{HEADING}Bo;Ek;;;;;;\n{row}\nEva;Alm;;;;;;\n")
        assert names(found) == ["Bo Ek", "Eva Alm"]
        ((line, at, sentence),) = told(found)
        assert (line, at) == (3, column), sentence
        assert part in sentence
        assert {p.severity for p in found.problems} == {Severity.WARNING}

    @pytest.mark.parametrize("word", ["ja", "JA", "x", "1", "true"])
    def test_the_protected_are_left_out_without_a_word_about_them(self, tmp_path, word):
        found = csv(tmp_path, f"{HEADING}Karin;Åberg;;inget nummer;;;{word};\nBo;Ek;;;;;nej;\n")
        assert (names(found), found.problems) == (["Bo Ek"], [])

    def test_more_people_or_bytes_than_there_can_be_are_refused_whole(self, tmp_path, monkeypatch):
        monkeypatch.setattr(directory, "MOST_PEOPLE", 2)
        found = csv(tmp_path, HEADING + "".join(f"Bo;Ek{c};;;;;;\n" for c in "abc"))
        assert (found.people, [p.code for p in found.problems]) == ([], [Code.DIRECTORY_FORM])
        monkeypatch.setattr(directory, "MOST_BYTES", 100)
        assert [p.code for p in csv(tmp_path, HEADING + "x" * 200).problems] == [Code.DIRECTORY_FORM]

    def test_a_thousand_wrong_rows_are_a_hundred_problems_and_a_count(self, tmp_path):
        found = csv(tmp_path, HEADING + "B0;Ek;;;;;;\n" * 1000)
        assert len(found.problems) == directory.MOST_PROBLEMS + 1
        assert "900 rader" in found.problems[-1].sentence


class TestLdif:
    def test_an_entry_a_person_folded_encoded_and_among_much_else(self, tmp_path):
        encoded = b64encode("Åberg".encode()).decode()
        found = ldif(
            tmp_path,
            "version: 1\n# people\ndn: cn=karin,dc=se\nobjectClass: person\ngivenName: Ka\n rin\n"
            f"sn:: {encoded}\nou: Bygg\ntelephoneNumber: 111\njpegPhoto:: ////\n\n"
            "dn: ou=bygg,dc=se\nou: Bygg\n\ndn: cn=bo\nsn: Ek\ntonvalProtected: TRUE\n",
        )
        assert [(e.first, e.last, e.department, e.phone) for e in found.people] == [("Karin", "Åberg", "Bygg", "111")]
        assert found.problems == []

    @pytest.mark.parametrize(
        ("text", "code"),
        [
            ("dn: cn=bo\nchangetype: modify\nsn: Ek\n", Code.DIRECTORY_FORM),
            ("detta är ingen LDIF\n", Code.DIRECTORY_FORM),
            ("dn: cn=bo\nsn:: !!!\n", Code.DIRECTORY_ROW),
            ("dn: cn=bo\nsn:< file:///etc/passwd\n", Code.DIRECTORY_ROW),
            ("dn: cn=bo\nsn: Ek\ntonvalProtected: nej\ntonvalProtected: ja\n", Code.DIRECTORY_ROW),
        ],
    )
    def test_what_it_cannot_be(self, tmp_path, text, code):
        found = ldif(tmp_path, text)
        assert (found.people, [p.code for p in found.problems]) == ([], [code])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(st.binary(max_size=400) | st.text(max_size=200).map(lambda t: (HEADING + t).encode()), st.booleans())
def test_no_file_breaks_it(tmp_path, raw, as_csv):
    for name in ("directory.csv", "directory.ldif"):
        (tmp_path / name).unlink(missing_ok=True)
    (tmp_path / ("directory.csv" if as_csv else "directory.ldif")).write_bytes(raw)
    found = read_directory(tmp_path)
    assert all(is_prompt_id(prompt) for prompt in spoken_names(found.people))


def test_a_sound_has_no_letter_of_the_name_in_its_path_and_each_name_its_own(tmp_path):
    found = csv(tmp_path, f"{HEADING}Karin;Åberg;;;;;;\nKarin;Ek;;;;;;Karin Eek\n")
    prompts = [name_prompt(entry) for entry in found.people]
    assert len(set(prompts)) == 2
    assert list(spoken_names(found.people).values()) == ["Karin Åberg", "Karin Eek"]
    assert not any("karin" in prompt for prompt in prompts)


def test_hours_and_absence_become_instants_in_the_municipalitys_time(folder):
    csv(folder, f"{HEADING}Bo;Ek;;211;9-11;2026-11-23;;\nEva;Alm;;212;kontaktcenter;;;\n")
    house = load(folder, NOW_MS).house
    assert house is not None
    people = {p.last: p for p in house.plan.directory.people.values()}
    at_nine = 1_795_420_800_000  # Monday 23 November 2026, 09:00
    hours = people["Ek"].hours
    assert isinstance(hours, OpenHours)
    assert (hours.is_open(at_nine - 1), hours.is_open(at_nine), hours.is_open(at_nine + 7_200_000)) == (
        False,
        True,
        False,
    )
    assert people["Ek"].absent_until_ms == at_nine + 15 * 3_600_000
    assert people["Alm"].hours == house.plan.queues["bygg"].hours
    assert people["Alm"].absent_until_ms == 0


def test_another_directory_is_another_plan(folder):
    before = load(folder, NOW_MS).house
    csv(folder, f"{HEADING}Bo;Ek;;;;;;\n")
    after = load(folder, NOW_MS).house
    assert before is not None
    assert after is not None
    assert before.plan.digest != after.plan.digest


class TestCommand:
    def test_it_tells_whom_digits_or_a_name_find(self):
        for wanted in ("22374", "22374#", "Åberg"):
            ran = CliRunner().invoke(app, ["names", wanted, "--json"])
            assert ran.exit_code == 0, ran.output
            assert [row["name"] for row in json.loads(ran.output)["found"]] == ["Karin Åberg"]
        assert "Per Öberg" in CliRunner().invoke(app, ["names", "62374"]).output

    def test_nobody_and_no_directory_have_codes_of_their_own(self, tmp_path):
        assert CliRunner().invoke(app, ["names", "999"]).exit_code == 1
        assert CliRunner().invoke(app, ["names", "999", str(tmp_path)]).exit_code == 2
