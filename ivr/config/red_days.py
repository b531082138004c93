"""Sweden's red days, worked out by `holidays` once and then kept: to import it takes a tenth of a second.

What is kept is named by the calendar that made it, so another version of the package works them out anew.
"""

import json
import os
from collections.abc import Mapping
from datetime import date
from functools import cache, lru_cache
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path


@lru_cache(maxsize=64)
def red_days(year: int) -> Mapping[date, str]:
    """Sweden's public holidays by law, with Swedish names; Sundays only when they have a name of their own."""
    kept = _kept(year)
    try:
        return {date.fromisoformat(day): name for day, name in json.loads(kept.read_text("utf-8")).items()}
    except (OSError, ValueError, AttributeError):
        found = _worked_out(year)
    _keep(kept, found)
    return found


def _worked_out(year: int) -> Mapping[date, str]:
    import holidays  # noqa: PLC0415  few years are worked out twice

    return dict(holidays.country_holidays("SE", years=year, language="sv", include_sundays=False))


def _keep(path: Path, found: Mapping[date, str]) -> None:
    """They are there the next time; where nothing can be kept they are worked out each time."""
    written = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        written.write_text(json.dumps({day.isoformat(): name for day, name in found.items()}), "utf-8")
        written.replace(path)
    except OSError:
        return


def _kept(year: int) -> Path:
    cache_home = Path(os.environ.get("XDG_CACHE_HOME") or Path("~/.cache").expanduser())
    return cache_home / "tonval" / f"red-days-{_calendar()}" / f"{year}.json"


@cache
def _calendar() -> str:
    """One value for each version of the package, which is not imported for it."""
    spec = find_spec("holidays")
    folder = Path(spec.origin).parent if spec and spec.origin else Path()
    digest = sha256()
    for name in ("version.py", "countries/sweden.py"):
        path = folder / name
        digest.update(path.read_bytes() if path.is_file() else b"")
    return digest.hexdigest()[:16]
