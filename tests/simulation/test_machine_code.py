"""Machine code is made once, kept as a library, never older than its sources, and needs no numba to be called."""

import os
import subprocess
import sys
import time

import numpy as np
import pytest

from simulator import compiled, machine_code
from simulator.drawing import placing
from simulator.drawing.line import Alias
from simulator.machine_code import ALIAS, COUNT, FILL, PLACE, RUN, called, library_path, loop_of
from simulator.runs import Speed, warm
from simulator.scenario.file import load_scenario
from tests.simulation.watched_loops import DAYS, MODELS, digests

SHARES = np.array([[0.5, 0.25, 0.125, 0.125], [0.1, 0.2, 0.3, 0.4]])
SECOND_START = """
import sys
from simulator.runs import Speed, run
from simulator.scenario.file import load_scenario
run(load_scenario("botkyrka").scenario, speed=Speed.FAST, replications=1)
slow = {"numba", "llvmlite", "scipy", "matplotlib", "holidays", "rich"}
needless = {"concurrent.futures", "difflib", "ivr.prompts", "ivr.phone_codes"}
print(sorted((slow | needless) & set(sys.modules)))
"""

WATCHED = """
from tests.simulation.watched_loops import digests, watch
watch()
print(*digests())
"""


@pytest.fixture(autouse=True)
def _each_loop_is_found_anew():
    loop_of.cache_clear()
    yield
    loop_of.cache_clear()


def table():
    slots, streams = SHARES.shape
    return Alias(
        SHARES.copy(),
        np.ones((slots, streams)),
        np.zeros((slots, streams), np.int32),
        np.empty(streams),
        np.empty(streams, np.int32),
    )


def walker():
    made = table()
    assert called(ALIAS, made) == 0
    return made.keeps.tolist(), made.gives.tolist()


def plain():
    made = table()
    placing.alias.py_func(made)
    return made.keeps.tolist(), made.gives.tolist()


def test_a_kept_library_a_new_one_and_plain_python_come_to_the_same(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert not library_path(ALIAS).exists()
    assert walker() == plain()  # made now
    assert library_path(ALIAS).exists()
    loop_of.cache_clear()
    monkeypatch.setattr(compiled, "link", None)  # the next one makes nothing
    assert walker() == plain()


def test_without_a_linker_or_a_place_to_keep_it_numba_runs_the_loop(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "a"))
    monkeypatch.setattr(compiled, "LINKER", None)
    assert walker() == plain()
    assert loop_of(ALIAS) is placing.alias_at
    (tmp_path / "b").write_text("no folder")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "b"))
    monkeypatch.undo()
    assert walker() == plain()


def test_a_library_that_is_broken_is_made_anew(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    path = library_path(ALIAS)
    path.parent.mkdir(parents=True)
    path.write_bytes(b"\x7fELF, but half of it")
    assert walker() == plain()
    assert loop_of(ALIAS) is not placing.alias_at


def days_old(path, days):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()
    now = time.time()
    os.utime(path, (now, now - days * 86_400))
    return path


def test_a_library_that_nobody_has_used_for_a_month_is_gone_when_another_is_made(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    folder = library_path(ALIAS).parent
    unused, used = days_old(folder / "alias_at-1.so", 31), days_old(folder / "run_at-2.so", 29)
    theirs = days_old(folder / "notes.txt", 400)
    assert walker() == plain()
    assert [path.exists() for path in (unused, used, theirs)] == [False, True, True]
    days_old(unused, 31)
    loop_of.cache_clear()
    assert walker() == plain()  # none is made
    assert unused.exists()


def test_a_library_in_use_is_not_removed_however_long_ago_it_was_made(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert walker() == plain()
    library = days_old(library_path(ALIAS), 40)
    loop_of.cache_clear()
    assert walker() == plain()
    loop_of(PLACE)  # another is made
    assert library.exists()
    noted = library.stat().st_mtime_ns
    loop_of.cache_clear()
    assert walker() == plain()
    assert library.stat().st_mtime_ns == noted  # once a day is enough


@pytest.mark.parametrize("kernel", [RUN, FILL, PLACE, ALIAS, COUNT])
def test_other_sources_or_another_processor_have_another_library(kernel, tmp_path, monkeypatch):
    paths = {library_path(kernel)}
    monkeypatch.setattr(machine_code, "_processor", lambda: b"another")
    paths.add(library_path(kernel))
    another = tmp_path / "rules.py"
    another.write_text("# another rule\n")
    for rules in (machine_code.matching, machine_code.line_rules):
        monkeypatch.setattr(rules, "__file__", str(another))
        paths.add(library_path(kernel))
    monkeypatch.setattr(machine_code, "_version_of", lambda _: b"another")
    paths.add(library_path(kernel))
    assert len(paths) == 5


def test_a_second_start_imports_nothing_slow_or_needless():
    warm(load_scenario("botkyrka").scenario, Speed.FAST)
    done = subprocess.run([sys.executable, "-c", SECOND_START], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_plain_python_comes_to_the_same_and_no_index_counts_from_the_end():
    plain = subprocess.run(
        [sys.executable, "-c", WATCHED],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "NUMBA_DISABLE_JIT": "1"},
    )
    assert plain.stdout.split() == digests()
    assert len(set(digests())) == len(DAYS + MODELS)
