"""A copy of the shipped municipality that a test may spoil."""

import shutil
from pathlib import Path

import pytest

from ivr.config.load import municipality_folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Botkyrka's files, ours to change."""
    return Path(shutil.copytree(municipality_folder("botkyrka"), tmp_path / "botkyrka"))
