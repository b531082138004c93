"""Days and clock times as the municipality's people have them: in its own time zone, 23 and 25 hours included."""

from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

FALLBACK_ZONE = "Europe/Stockholm"


def zone_of(folder: Path) -> ZoneInfo:
    """The municipality's time zone; Sweden's while its files cannot be read."""
    from ivr.config.load import load  # noqa: PLC0415  --help answers at once

    house = load(folder, _now_ms()).house
    return ZoneInfo(house.timezone if house else FALLBACK_ZONE)


def today(zone: ZoneInfo) -> date:
    """The date it is there now."""
    return datetime.now(zone).date()


def day_span(day: date, zone: ZoneInfo) -> tuple[int, int]:
    """From midnight to midnight, in milliseconds: [first, last)."""
    return _midnight_ms(day, zone), _midnight_ms(day + timedelta(days=1), zone)


def instant(text: str, zone: ZoneInfo) -> int:
    """Milliseconds of an ISO date and time; local unless it says otherwise. Raises ValueError."""
    at = datetime.fromisoformat(text)
    return int((at if at.tzinfo else at.replace(tzinfo=zone)).timestamp() * 1000)


def local(at_ms: int, zone: ZoneInfo) -> datetime:
    """The instant on the local clock."""
    # Not by adding: that would forget which of the two hours it is on the night when one comes twice.
    return datetime.fromtimestamp(at_ms // 1000, zone).replace(microsecond=at_ms % 1000 * 1000)


def iso(at_ms: int | None, zone: ZoneInfo) -> str | None:
    """As machines like it: local time with its offset, to the millisecond."""
    return None if at_ms is None else local(at_ms, zone).isoformat(timespec="milliseconds")


def clock(at_ms: int | None, zone: ZoneInfo) -> str:
    """Hours, minutes and seconds as people read them; "" for what has not happened."""
    return "" if at_ms is None else local(at_ms, zone).strftime("%H:%M:%S")


def length(span_ms: int | None) -> str:
    """A span in Swedish, to the second: 7 s, 1 min 7 s, 2 h 3 min; "" for none."""
    if span_ms is None:
        return ""
    minutes, seconds = divmod(round(span_ms / 1000), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {seconds} s" if minutes else f"{seconds} s"


def _midnight_ms(day: date, zone: ZoneInfo) -> int:
    return int(datetime.combine(day, time(), zone).timestamp()) * 1000


def _now_ms() -> int:
    return int(datetime.now(ZoneInfo("UTC")).timestamp() * 1000)
