"""Where an Asterisk comes from. The machine's package tool is played by a small program of its name."""

import os
from pathlib import Path

import pytest

from ivr.asterisk.installation import InstallationError, apt_mirror, cached_tree, major, make_tree, tree_installation

SOURCES = ["URIs: http://mirror.invalid/debian\n"]
MAKES_HALF = """#!/bin/sh
for word; do case $word in /*) tree=$word;; esac; done
mkdir -p $tree/usr
echo E: no network
exit 1
"""
MAKES_ALL = """#!/bin/sh
for word; do case $word in /*) tree=$word;; esac; done
mkdir -p $tree/usr/sbin $tree/lib64 $tree/usr/lib/x86_64-linux-gnu/asterisk/modules
touch $tree/usr/sbin/asterisk $tree/lib64/ld-linux-x86-64.so.2
touch $tree/usr/lib/x86_64-linux-gnu/asterisk/modules/chan_pjsip.so
echo I: success
"""


@pytest.fixture
def tool(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The program that `mmdebstrap` is here."""
    directory = tmp_path / "bin"
    directory.mkdir()
    program = directory / "mmdebstrap"
    program.touch(mode=0o755)
    monkeypatch.setenv("PATH", f"{directory}:{os.environ['PATH']}")
    return program


def test_a_making_that_fails_leaves_nothing_and_says_why(tool: Path, tmp_path: Path) -> None:
    tool.write_text(MAKES_HALF)
    with pytest.raises(InstallationError, match="no network"):
        make_tree(tmp_path / "cache" / "tree", lambda _line: None, SOURCES)
    assert list((tmp_path / "cache").iterdir()) == []


def test_a_making_that_succeeds_is_there_whole(tool: Path, tmp_path: Path) -> None:
    tool.write_text(MAKES_ALL)
    said: list[str] = []
    tree = tmp_path / "cache" / "tree"
    make_tree(tree, said.append, SOURCES)
    made = tree_installation(tree)
    assert made is not None
    assert made.command[0] == str(tree / "lib64/ld-linux-x86-64.so.2")
    assert said == ["I: success"]
    assert list((tmp_path / "cache").iterdir()) == [tree]


def test_without_the_tool_the_message_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(InstallationError, match="mmdebstrap"):
        make_tree(tmp_path / "tree", lambda _line: None)


@pytest.mark.parametrize(
    ("sources", "mirror"),
    [
        (["Types: deb\nURIs: http://a.invalid/debian\nSuites: x\n"], "http://a.invalid/debian"),
        (["deb [signed-by=/k] http://b.invalid/debian stable main\n"], "http://b.invalid/debian"),
        (
            ["URIs: http://c.invalid/debian-security\n", "deb http://d.invalid/debian/ x main"],
            "http://d.invalid/debian/",
        ),
    ],
)
def test_the_mirror_is_the_machines_own(sources: list[str], mirror: str) -> None:
    assert apt_mirror(sources) == mirror


def test_without_a_debian_mirror_nothing_is_guessed() -> None:
    with pytest.raises(InstallationError, match="asterisk 20"):
        apt_mirror(["deb http://e.invalid/ubuntu noble main universe\n", "# deb http://f.invalid/debian x main\n"])


@pytest.mark.parametrize(
    ("version", "first"),
    [("22.10.1+dfsg", 22), ("20.6.0~dfsg", 20), ("certified/18.9", 18), ("GIT-master", 0), ("", 0)],
)
def test_the_major_version_decides(version: str, first: int) -> None:
    assert major(version) == first


def test_the_tree_lies_in_the_cache_and_not_in_the_checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cached_tree() == tmp_path / "tonval" / "asterisk-forky"
