"""Every code has a sample that brings it forth where it says; F73, F74 and S19 of the fault list are among them."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from problem_samples import SAMPLES, Sample

from ivr.config.load import Loaded, load
from ivr.config.problems import WARNINGS, Code, Problem
from ivr.config.yaml_nodes import MAX_BYTES
from ivr.sound_files import RATES_HZ, sound_path, tone, write_wav
from queues.ids import PromptId

NOW_MS = 1_795_294_800_000
"""An evening in November 2026."""


def changed(folder: Path, sample: Sample) -> Loaded:
    for file, old, new in sample.changes:
        text = (folder / file).read_text(encoding="utf-8")
        assert text.count(old) == 1, (file, old)
        (folder / file).write_text(text.replace(old, new), encoding="utf-8")
    return load(folder, NOW_MS)


def line_of(problem: Problem) -> str:
    return Path(problem.where.file).read_text(encoding="utf-8").splitlines()[problem.where.line - 1]


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda s: f"{s.code}-{s.code.name.lower()} {s.name}".strip())
def test_sample_brings_forth_its_problem_where_it_stands(folder: Path, sample: Sample):
    loaded = changed(folder, sample)
    found = [line_of(p) for p in loaded.problems if p.code is sample.code]
    assert any(sample.at in line for line in found), "\n".join(map(str, loaded.problems))
    assert (loaded.house is None) == bool(loaded.errors)
    if sample.code not in WARNINGS:
        assert loaded.house is None


def make_unreadable(folder: Path) -> None:
    (folder / "menu.yaml").unlink()
    (folder / "menu.yaml").mkdir()


def make_pipe(folder: Path) -> None:
    (folder / "menu.yaml").unlink()
    os.mkfifo(folder / "menu.yaml")


def write_manuscripts(folder: Path, text: str) -> None:
    own = folder / "recordings-text" / "sv"
    own.mkdir(parents=True)
    (own / "egna.yaml").write_text(text, encoding="utf-8")


def rewrite(name: str, change: Callable[[bytes], bytes]) -> Callable[[Path], None]:
    return lambda folder: (folder / name).write_bytes(change((folder / name).read_bytes())) and None


MENU_1 = 'val_1_aldre: {text: "Tryck 1 för äldre", when: alternativ 1, version: 2}'
WHOLE_FILES: list[tuple[Code, Callable[[Path], object]]] = [
    (Code.FILE_UNREADABLE, make_unreadable),
    (Code.FILE_UNREADABLE, make_pipe),
    (Code.FILE_UNREADABLE, lambda folder: folder.rename(folder.with_name("elsewhere"))),
    (Code.DIRECTORY_NONE, lambda folder: (folder / "directory.csv").unlink()),
    (Code.DIRECTORY_FORM, lambda folder: (folder / "directory.ldif").write_text("")),
    (Code.DIRECTORY_FORM, rewrite("directory.csv", lambda raw: raw.decode().encode("latin-1"))),
    (Code.DIRECTORY_FORM, rewrite("directory.csv", lambda _raw: b"")),
    (Code.FILE_MISSING, lambda folder: (folder / "menu.yaml").unlink()),
    (Code.FILE_UNKNOWN, lambda folder: (folder / "meny.yaml").write_text("menus: {}")),
    (Code.FILE_UNKNOWN, lambda folder: (folder / "menu.yml").write_text("menus: {}")),
    (Code.FILE_TOO_LARGE, rewrite("menu.yaml", lambda raw: raw + b"#" * MAX_BYTES)),
    (Code.NOT_UTF8, rewrite("menu.yaml", lambda raw: raw.decode().encode("latin-1", "replace"))),
    (Code.BOM, rewrite("menu.yaml", lambda raw: b"\xef\xbb\xbf" + raw)),
    (Code.BOM, rewrite("menu.yaml", lambda raw: raw.decode().encode("utf-16"))),
    (Code.EMPTY, rewrite("menu.yaml", lambda _: b"")),
    (Code.EMPTY, rewrite("menu.yaml", lambda _: b"# only a comment\n")),
    (Code.SYNTAX, rewrite("menu.yaml", lambda raw: raw + b"\x00")),
    (Code.MISSING_FIELD, rewrite("menu.yaml", lambda raw: raw[: raw.index(b"    silence")])),
    (Code.QUEUE_WITHOUT_MATTER, rewrite("matters.yaml", lambda raw: raw[: raw.index("  # ── Övrigt".encode())])),
    (Code.LABEL_AFTER_DIGIT, lambda folder: write_manuscripts(folder, MENU_1)),
    (Code.MANUSCRIPTS_REFUSED, lambda folder: write_manuscripts(folder, "x: {text: a}")),
]


@pytest.mark.parametrize(("code", "spoil"), WHOLE_FILES)
def test_spoiled_file_is_a_problem(folder: Path, code: Code, spoil: Callable[[Path], object]):
    spoil(folder)
    assert code in {p.code for p in load(folder, NOW_MS).problems}


def test_alias_bomb_costs_nothing(folder: Path):
    """S19: ten aliases of ten aliases, ten times over, would be 10¹⁰ values."""
    bomb = "a0: &a0 [x, x]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 11))
    (folder / "partners.yaml").write_text(bomb)
    assert [p.code for p in load(folder, NOW_MS).errors] == [Code.ALIAS]


@pytest.fixture
def sounds(folder: Path) -> Path:
    """A sound for every prompt, none of them known to say what the manuscript says."""
    house = load(folder, NOW_MS).house
    assert house is not None
    directory = folder.parent / "sounds"
    for prompt in house.prompts:
        for ending, rate_hz in RATES_HZ.items():
            write_wav(sound_path(directory, "sv", prompt, ending), tone(rate_hz))
    return directory


def test_sounds_that_nobody_has_built_are_one_warning(folder: Path):
    loaded = load(folder, NOW_MS, folder.parent / "sounds")
    assert [p.code for p in loaded.problems if p.code.startswith("P")] == [Code.SOUNDS_NOT_BUILT]


@pytest.mark.fault("F75")
def test_missing_empty_and_stale_sounds_are_warnings_where_the_prompt_is_used(folder: Path, sounds: Path):
    """F75: callers hear a tone instead, so the municipality is still used."""
    sound_path(sounds, "sv", PromptId("galler"), "wav").unlink()
    sound_path(sounds, "sv", PromptId("stangt"), "wav").write_bytes(b"")
    loaded = load(folder, NOW_MS, sounds)
    assert loaded.house is not None
    bad = {line_of(p).split("#")[0].strip() for p in loaded.problems if p.code is Code.SOUND_BAD}
    assert bad == {"before: [galler]", "closed: [stangt]"}
    stale = [p for p in loaded.problems if p.code is Code.SOUND_STALE]
    assert len(stale) == len(loaded.house.prompts) - 2


def test_every_code_has_a_sample():
    elsewhere = {Code.CALENDAR_FAULT, Code.SOUNDS_NOT_BUILT, Code.SOUND_BAD, Code.SOUND_STALE}
    of_scenarios = {code for code in Code if code.startswith("M")}
    found = {s.code for s in SAMPLES} | {code for code, _ in WHOLE_FILES} | elsewhere
    assert found == set(Code) - of_scenarios


def test_all_problems_come_at_once_in_the_order_of_their_places(folder: Path):
    for file, old, new in (
        ("hours.yaml", "påskafton: stängt", "påskafton: no"),
        ("agents.yaml", "aldre: 3", "aldre: 9"),
        ("agents.yaml", '"112"', '"111"'),
        ("menu.yaml", "silence: ovrigt", "silence: vaxel"),
    ):
        (folder / file).write_text((folder / file).read_text().replace(old, new))
    found = load(folder, NOW_MS).errors
    assert [p.code for p in found] == [Code.OUT_OF_BOUNDS, Code.AMBIGUOUS_VALUE, Code.UNKNOWN_QUEUE]
    assert [p.where for p in found] == sorted(p.where for p in found)


def test_what_is_wrong_in_a_list_is_named_and_not_its_place(folder: Path):
    loaded = changed(
        folder, Sample(Code.NOT_AN_OPTION, (("alarms.yaml", "silent: []", "silent: [engine, queue]"),), "")
    )
    assert [str(p) for p in loaded.problems if p.code is Code.NOT_AN_OPTION and "'queue' ska vara något av" in str(p)]
