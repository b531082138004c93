"""A promise that was kept while no engine lived is known from Asterisk's own log."""

from dataclasses import replace
from pathlib import Path

from ivr.call_log.callbacks_in_cel import with_what_was_reached
from queues.ids import CallId, Instant
from tests.engine.test_pending_callbacks import pending

T0 = 1_795_310_000_000


def line(kind: str, at_ms: int, channel: str, userfield: str) -> str:
    """One line as Asterisk writes it."""
    at = f"{at_ms // 1000}.{at_ms % 1000:03d}000"
    return ",".join(f'"{text}"' for text in (kind, at, channel, channel, "PJSIP/anna-1", "callback", "1", "Dial", "", "", userfield, "")) + "\n"  # fmt: skip # noqa: E501


def promise(tries: int = 1):
    return replace(pending(tries=tries), promised_at_ms=Instant(T0))


def read(tmp_path: Path, promised, *lines: str) -> int:
    cel = tmp_path / "tonval.csv"
    cel.write_text("".join(lines), encoding="utf-8")
    return with_what_was_reached([promised], cel)[0].reached_at_ms


def test_an_agents_channel_that_came_into_a_bridge_reached_the_citizen(tmp_path):
    channel = "tonval-callback-7"
    rang = line("CHAN_START", T0 + 1_000, channel, "")
    assert read(tmp_path, promise(), rang, line("ANSWER", T0 + 2_000, channel, "c1")) == 0
    assert read(tmp_path, promise(), rang, line("BRIDGE_ENTER", T0 + 9_000, channel, "c1")) == T0 + 9_000


def test_what_is_about_another_call_or_another_channel_is_not(tmp_path):
    others = [
        line("BRIDGE_ENTER", T0 + 9_000, "tonval-callback-7", "c2"),
        line("BRIDGE_ENTER", T0 + 9_000, "tonval-1.2", "c1"),
        line("BRIDGE_ENTER", T0 - 9_000, "tonval-callback-6", "c1"),
        "nonsense\n",
    ]
    assert read(tmp_path, promise(), *others) == 0


def test_nothing_is_read_for_who_was_never_rung(tmp_path):
    assert with_what_was_reached([promise(0)], tmp_path / "none.csv") == [promise(0)]
    assert with_what_was_reached([promise()], tmp_path / "none.csv") == [promise()]
    assert CallId("c1") == promise().call
