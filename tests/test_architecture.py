"""The architecture is tested too: imports go one way, files and functions stay small, every command has help."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("queues", "routing", "ivr", "simulator")
MOST_LINES = 350
MOST_LINES_OF_A_FUNCTION = 60
VAGUE = {"utils", "util", "helpers", "common", "manager", "base", "misc"}


def sources():
    return [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]


def relative(path):
    return str(path.relative_to(ROOT))


def test_imports_go_one_way():
    lint = Path(sys.executable).with_name("lint-imports")
    result = subprocess.run([lint, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout


def test_only_the_link_imports_panoramisk():
    importing = [relative(p) for p in sources() if "panoramisk" in imported(p)]
    assert all(path.startswith("ivr/asterisk/") for path in importing), importing


def imported(path):
    """The top-level names that a file imports."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module.split(".")[0])
    return names


@pytest.mark.parametrize("package", ["queues", "routing"])
def test_pure_layers_import_nothing_that_could_differ_between_two_runs(package):
    same_every_time = {
        "bisect",
        "collections",
        "dataclasses",
        "enum",
        "functools",
        "heapq",
        "itertools",
        "re",
        "typing",
    }
    allowed = same_every_time | {"unicodedata", "queues", "routing"}
    strange = {relative(p): imported(p) - allowed for p in (ROOT / package).rglob("*.py")}
    assert not {path: names for path, names in strange.items() if names}


def test_files_stay_small():
    long = {relative(p): n for p in sources() if (n := len(p.read_text(encoding="utf-8").splitlines())) > MOST_LINES}
    assert not long


def test_functions_stay_small():
    long = {}
    for path in sources():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or node.lineno) - node.lineno + 1
                if lines > MOST_LINES_OF_A_FUNCTION:
                    long[f"{relative(path)}:{node.lineno} {node.name}"] = lines
    assert not long


def test_files_are_named_for_what_they_hold():
    assert not [relative(p) for p in sources() if p.stem in VAGUE]


def test_every_file_begins_with_what_it_is():
    silent = [relative(p) for p in sources() if not ast.get_docstring(ast.parse(p.read_text(encoding="utf-8")))]
    assert not silent
