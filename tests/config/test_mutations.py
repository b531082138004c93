"""Whatever happens to the files, loading ends with a house or with problems that have a place (F73, F74)."""

import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ivr.config import yaml_nodes
from ivr.config.files import EVERY
from ivr.config.load import Loaded, load, municipality_folder
from ivr.config.yaml_nodes import read_yaml

NOW_MS = 1_795_294_800_000
SHIPPED = {
    name: (municipality_folder() / name).read_bytes() for name in EVERY if (municipality_folder() / name).exists()
}
SCRAPS = [
    b"\t", b"\n", b"\r\n", b"- ", b"? ", b"[", b"]", b"{", b"}", b"&a ", b"*a", b"!!str ", b"<<: ", b"---\n", b"...\n",
    b"%YAML 1.1\n", b'"', b"'", b"|", b">", b"#", b": ", b"no", b"8:30", b"0x1F", b"~", b"9" * 60, b"\x00", b"\xff",
    b"\xef\xbb\xbf", b"\xe2\x80\xa8", b"ovrigt", b"socialtjanst", b"any", b"partner", b"-1", b"99999999999",
]  # fmt: skip


@st.composite
def edits(draw: st.DrawFn) -> tuple[str, bytes]:
    """One file with a few bytes cut out, put in, doubled or moved."""
    name = draw(st.sampled_from(sorted(SHIPPED)))
    raw = SHIPPED[name]
    for _ in range(draw(st.integers(1, 3))):
        start = draw(st.integers(0, len(raw)))
        end = min(len(raw), start + draw(st.integers(0, 80)))
        middle = draw(
            st.one_of(st.just(b""), st.sampled_from(SCRAPS), st.binary(max_size=8), st.just(raw[start:end] * 2))
        )
        raw = raw[:start] + middle + raw[end:]
    return name, raw


def is_told(loaded: Loaded, name: str, raw: bytes) -> bool:
    """Either a house, or an error; and every place lies within the file it names."""
    for problem in loaded.problems:
        path = Path(problem.where.file)
        lines = (raw if path.name == name else SHIPPED.get(path.name, b"")).decode("utf-8", "replace").splitlines()
        assert 1 <= problem.where.line <= len(lines) + 2, problem
        assert problem.where.column >= 1
        assert problem.sentence
        assert problem.cure
    return (loaded.house is None) == bool(loaded.errors)


@pytest.fixture(scope="module")
def spoiled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Path(shutil.copytree(municipality_folder(), tmp_path_factory.mktemp("menus") / "botkyrka"))


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(edit=edits())
def test_changed_file_gives_a_house_or_problems_with_a_place(spoiled: Path, edit: tuple[str, bytes]):
    name, raw = edit
    (spoiled / name).write_bytes(raw)
    try:
        assert is_told(load(spoiled, NOW_MS), name, raw)
    finally:
        (spoiled / name).write_bytes(SHIPPED[name])


@settings(max_examples=300, deadline=None)
@given(raw=st.one_of(st.binary(max_size=200), st.lists(st.sampled_from(SCRAPS), max_size=30).map(b"".join)))
def test_any_bytes_at_all_are_read_or_refused(raw: bytes):
    document, problems = read_yaml("x.yaml", raw)
    assert document is not None or problems


def test_file_cut_off_anywhere_is_whole_or_a_problem(spoiled: Path):
    """A file that an editor has half written."""
    raw = SHIPPED["menu.yaml"]
    for end in range(0, len(raw), 97):
        (spoiled / "menu.yaml").write_bytes(raw[:end])
        assert is_told(load(spoiled, NOW_MS), "menu.yaml", raw[:end])
    (spoiled / "menu.yaml").write_bytes(raw)


@settings(max_examples=300, deadline=None)
@given(edit=edits())
def test_changed_file_says_the_same_to_the_quick_parser_and_to_the_slow(edit: tuple[str, bytes]):
    name, raw = edit
    read = read_yaml(name, raw)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(yaml_nodes, "_QUICK", None)
        assert read == read_yaml(name, raw)
