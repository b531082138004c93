"""Reports: what they say, and that no text from a scenario does anything but stand there."""

import csv
import re
import zipfile
from dataclasses import replace
from html.parser import HTMLParser
from io import StringIO
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from rich.console import Console

from queues.ids import AgentId
from simulator.contacts import ABANDONED
from simulator.measuring.definitions import Unit
from simulator.measuring.intervals import Estimate
from simulator.measuring.measures import difference, measures
from simulator.measuring.tally import tally
from simulator.report import csv_files as report_csv
from simulator.report import html as report_html
from simulator.report import workbook as report_xlsx
from simulator.report.assumptions import assumptions
from simulator.report.headline import difference_headline, headline
from simulator.report.swedish import figure, interval, number, with_interval
from simulator.report.terminal import print_difference, print_measures
from simulator.scenario.file import load_scenario, shipped_scenarios
from tests.simulation.made_outcomes import QUEUES, Call, outcomes, scenario

HOSTILE = "=HYPERLINK(\"x\")<script>alert('1')</script>$\\frac{}&amp;\x07\n--> ]]> åäö 😀"


def made(name="gjord", shift=0.0, titles=None, *, steady=False):
    chance = np.random.default_rng(1)
    days = [
        [
            Call(
                at=float(30_000 + 60 * n),
                wait=float(chance.exponential(80)) + shift,
                queue=n % 2,
                seat=n % 3,
                fate=ABANDONED if chance.random() < 0.1 else 1,
            )
            for n in range(120)
        ]
        for _ in range(12)
    ]
    world = replace(scenario(12), name=name, titles=titles or {})
    world = replace(world, world=replace(world.world, everybody_works=steady))
    tallies = tally(world, *outcomes(days))
    return world, tallies, measures(world, tallies)


@pytest.fixture(scope="module")
def plain():
    return made()


@pytest.fixture(scope="module")
def hostile():
    return made(name=f"_{HOSTILE}", shift=30.0, titles={QUEUES[0]: HOSTILE, QUEUES[1]: "@$\\frac{$"})


@pytest.mark.parametrize(
    ("value", "decimals", "written"),
    [
        (1234567.891, 1, "1\N{NARROW NO-BREAK SPACE}234\N{NARROW NO-BREAK SPACE}567,9"),
        (-0.04, 1, "0,0"),
        (-2.5, 1, "−2,5"),
        (float("nan"), 1, "–"),
    ],
)
def test_figures_are_written_the_swedish_way(value, decimals, written):
    assert number(value, decimals) == written


def test_an_estimate_shows_two_digits_of_its_width_and_no_more():
    wide, narrow = Estimate(0.784, 0.74, 0.82, 0.73, 0.83, 9), Estimate(0.78412, 0.78398, 0.78426, 0.7839, 0.7843, 9)
    assert figure(wide, Unit.SHARE) == "78,4\N{NO-BREAK SPACE}%"
    assert interval(narrow, Unit.SHARE) == "78,40–78,43"
    assert interval(Estimate(-0.01, -0.02, 0.001, -0.03, 0.01, 9), Unit.SHARE) == "−2,0 till 0,1"
    assert with_interval(Estimate(0.784), Unit.SHARE) == "78,4\N{NO-BREAK SPACE}%"


def test_the_sentence_says_the_share_the_limit_and_the_interval():
    _, _, found = made()
    level = Estimate(0.784, 0.779, 0.789, 0.777, 0.791, 40)
    said = headline(replace(found, total=found.total | {"service_level": level}))
    assert said.replace("\N{NO-BREAK SPACE}", " ") == "78,4 % (95 % KI 77,9–78,9) besvaras inom 120 s."


def test_the_sentence_of_a_comparison_says_which_way_or_that_nobody_knows(plain, hostile):
    found = difference(*plain[:2], *hostile[:2])
    assert difference_headline(found).startswith("Servicenivån minskar med ")
    assert "−" not in difference_headline(found)
    same = difference(*plain[:2], *plain[:2])
    assert difference_headline(same).startswith("Ingen säker skillnad")


def test_the_terminal_shows_figures_and_queues(plain, hostile):
    out = StringIO()
    print_measures(Console(file=out, width=200), *plain[::2])
    print_difference(Console(file=out, width=200), difference(*plain[:2], *hostile[:2]))
    shown = out.getvalue()
    for word in ("Servicenivå", "Medelsvarstid", "95 % KI", "bygg", "skola", "Alla köer", "sämre"):
        assert word in shown


def test_the_assumptions_say_under_which_rules_they_hold(plain):
    said = assumptions(plain[0])
    assert (
        "Inkommande",
        "bygg",
        "slumpvis (Poisson), 60,0 samtal/h, i medeltal 1\N{NARROW NO-BREAK SPACE}440,0 samtal",
    ) in said
    assert ("Steg", "bygg", "genast: egen grupp") in said
    assert ("Steg", "bygg", "efter 1 min 0 s: all personal från nivå 1") in said
    assert ("Kostnad", "Partner svar", "9,00 kr/min") in said


def test_every_shipped_scenario_can_be_told_of():
    for name in shipped_scenarios():
        told = assumptions(load_scenario(name).scenario)
        assert all(len(row) == 3 and all(row) for row in told), name


def read(path, **dialect):
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file, **dialect))


def test_csv_is_what_a_swedish_spreadsheet_reads(tmp_path, plain):
    world, _, found = plain
    report_csv.write(tmp_path / "ut.csv", world, found)
    assert (tmp_path / "ut.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    head, first, *_ = read(tmp_path / "ut.csv", delimiter=";")
    assert head[:6] == ["Kö-id", "Kö", "Nyckel", "Mått", "Enhet", "Skattning"]
    assert first[2:5] == ["service_level", "Servicenivå", "%"]
    assert float(first[5].replace(",", ".")) == pytest.approx(100 * found.service_level.value, abs=1e-6)
    report_csv.write(tmp_path / "program.csv", world, found, decimal=".")
    assert float(read(tmp_path / "program.csv")[1][5]) == pytest.approx(100 * found.service_level.value, abs=1e-6)


def test_csv_in_a_folder_has_every_table(tmp_path, plain):
    report_csv.write(tmp_path / "ut", plain[0], plain[2])
    names = {path.stem for path in (tmp_path / "ut").iterdir()}
    assert names == {"sammanfattning", "köer", "kvartar", "väntetider", "personal", "antaganden"}
    rows = read(tmp_path / "ut" / "kvartar.csv", delimiter=";")
    assert rows[1][:4] == ["Alla köer", "08:15", "08:30", "10"]


def test_no_cell_of_a_csv_file_begins_a_formula(tmp_path, hostile):
    world, tallies, found = hostile
    report_csv.write(tmp_path / "ut", world, found)
    report_csv.write(tmp_path / "ut.csv", world, found)
    report_csv.write_difference(tmp_path / "skillnad.csv", difference(world, tallies, world, tallies))
    cells = [cell for path in tmp_path.rglob("*.csv") for row in read(path, delimiter=";") for cell in row]
    assert any("=HYPERLINK" in cell for cell in cells)
    numbers = re.compile(r"-?\d+(,\d+)?")
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t")) and not numbers.fullmatch(cell)]


def parsed_xml(text):
    return ET.fromstring(text)  # noqa: S314 – our own


SHEETS = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def test_a_workbook_has_every_table_a_picture_and_no_formula(tmp_path, hostile):
    world, tallies, found = hostile
    path = tmp_path / "ut.xlsx"
    report_xlsx.write(path, world, found, [difference(world, tallies, world, tallies)])
    with zipfile.ZipFile(path) as book:
        names = [tab.get("name") for tab in parsed_xml(book.read("xl/workbook.xml")).iter(f"{SHEETS}sheet")]
        pages = [parsed_xml(book.read(name)) for name in book.namelist() if name.startswith("xl/worksheets/sheet")]
        charts = [name for name in book.namelist() if name.startswith("xl/charts/chart")]
        links = [name for name in book.namelist() if "hyperlink" in name]
        texts = book.read("xl/sharedStrings.xml").decode()
    whole = ["Sammanfattning", "Köer", "Kvartar", "Väntetider", "Personal", "Antaganden", "Jämförelse"]
    assert names == whole
    assert len(charts) == 2
    assert not links
    assert not [cell for page in pages for cell in page.iter(f"{SHEETS}f")]
    assert all(page.find(f".//{SHEETS}pane") is not None for page in pages)
    assert "=HYPERLINK" in texts


class Elements(HTMLParser):
    """What a page consists of."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.found, self.text = [], []

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.text.append(data)


def parsed(page):
    elements = Elements()
    elements.feed(page)
    return elements


@pytest.fixture(scope="module")
def page(plain, hostile):
    return report_html.page([plain[::2], hostile[::2]], [difference(*plain[:2], *hostile[:2])])


def test_a_page_needs_nothing_else_and_runs_nothing(page):
    elements = parsed(page)
    tags = {tag for tag, _ in elements.found}
    assert not tags & {"script", "link", "img", "iframe", "object", "embed", "form", "image", "foreignobject"}
    for _, attributes in elements.found:
        assert not [name for name in attributes if name.startswith("on")]
        for name in ("src", "href", "xlink:href"):
            assert attributes.get(name, "#").startswith("#")
    assert "@import" not in page
    assert not re.findall(r"url\((?!#)", page)


def test_what_a_scenario_is_called_stands_on_the_page_as_it_is(page):
    assert "<script>alert('1')</script>" in "".join(parsed(page).text)


def test_each_picture_has_words_and_ids_of_its_own(page):
    elements = parsed(page)
    drawn = [attributes for tag, attributes in elements.found if tag == "svg"]
    assert len(drawn) == 2 + 2 * 4
    assert all(attributes["role"] == "img" and len(attributes["aria-label"]) > 30 for attributes in drawn)
    pictures = re.findall(r"<svg.*?</svg>", page, re.DOTALL)
    owned = [set(re.findall(r'\bid="([^"]+)"', picture)) for picture in pictures]
    assert sum(map(len, owned)) == len(set().union(*owned))
    for picture, ids in zip(pictures, owned, strict=True):
        assert set(re.findall(r'(?:href="#|url\(#)([^")]+)', picture)) <= ids
        parsed_xml(picture)


def test_a_run_without_hours_has_no_day(plain):
    steady = made(steady=True)
    assert "Över dagen" in report_html.page([plain[::2]])
    assert "Över dagen" not in report_html.page([steady[::2]])


def test_scenarios_of_one_name_are_told_apart(plain):
    other = made(shift=500.0)
    page = report_html.page([plain[::2], other[::2]], [difference(*plain[:2], *other[:2])])
    row = re.search(r"<tr><th[^>]*>Medelsvarstid</th>(.*?)</tr>", page)[1]
    before, after = (float(text.replace(",", ".")) for text in re.findall(r"<td>([\d,]+)", row)[:2])
    assert after > before + 400


def test_the_same_result_is_the_same_page(plain):
    assert report_html.page([plain[::2]]) == report_html.page([plain[::2]])


def test_a_page_of_many_people_or_of_no_calls_is_whole(plain):
    world, _, found = plain
    many = tuple(replace(found.people[0], id=AgentId(f"p{n}")) for n in range(60))
    assert "Antal personer per beläggning" in report_html.page([(world, replace(found, people=many))])
    nobody = measures(world, tally(world, *outcomes([[], []])))
    assert "Inga samtal att mäta" in report_html.page([(world, nobody)])
