from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def nothing_said_before(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What other installations on this machine have had spoken is not there; → where what is spoken now is kept."""
    directory = tmp_path_factory.mktemp("cache")
    monkeypatch.setenv("XDG_CACHE_HOME", str(directory))
    return directory / "tonval" / "voice"
