from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.call_log.stories import Log, log_in


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Log]:
    """A call log with a writer of its own, closed at the end."""
    home = tmp_path / "home"
    home.mkdir()
    log = log_in(home)
    yield log
    log.writer.close()
