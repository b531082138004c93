"""Lines as Asterisk 22 writes them with asterisk-config/cel_custom.conf.jinja, for made-up calls."""

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass

from tests.call_log.stories import NUMBER, T0, call_id

TRUNK = "PJSIP/trunk-0000000"


def line(kind: str, at_ms: int, channel_id: str, call: str, channel: str, **more: str) -> str:
    """One line without its end."""
    out = io.StringIO()
    where = more.get("context", "wait"), more.get("exten", "s"), more.get("app", ""), more.get("data", "")
    token = more.get("token", "") if channel_id == call else ""
    seconds = f"{at_ms // 1000}.{at_ms % 1000:03}417"
    values = [kind, seconds, channel_id, call, channel, *where, "", token, more.get("extra", "")]
    csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="").writerow(values)
    return out.getvalue()


@dataclass(frozen=True, slots=True)
class Scene:
    """One caller's call in the fail-open dialplan or beside an engine; spans in ms from its beginning, 0 for never."""

    n: int = 0
    queue: str = ""
    queued: int = 4_000
    agent: str = ""
    talk_from: int = 0
    talk_to: int = 0
    hung_up: int = 0
    by: str = "caller"
    """caller, agent or server."""
    context: str = "wait"

    @property
    def call(self) -> str:
        return call_id(self.n)

    @property
    def token(self) -> str:
        return f"token-{self.n}@127.0.0.1"

    def lines(self) -> list[str]:
        """In the order of their instants."""
        return [text for _, text in sorted(self._timed(), key=lambda pair: pair[0])]

    def _timed(self) -> Iterator[tuple[int, str]]:
        t0 = T0 + self.n * 1000
        caller, phone = f"{TRUNK}{self.n}", f"PJSIP/{self.agent}-0000000{self.n}"

        def at(ms: int, kind: str, **more: str) -> tuple[int, str]:
            return ms, line(kind, t0 + ms, self.call, self.call, caller, **{"token": self.token, **more})

        def leg(ms: int, kind: str, **more: str) -> tuple[int, str]:
            return ms, line(kind, t0 + ms, f"{self.call}9", self.call, phone, context="from-phones", **more)

        yield at(0, "CHAN_START", context="from-trunk", exten=NUMBER, token="")
        yield at(1, "ANSWER", context="arrived", app="Answer")
        if self.queue:
            yield at(self.queued, "APP_START", app="Queue", data=f"fallback-{self.queue},cCiIb(to-agent^s^1(0))")
        if self.agent:
            yield leg(self.talk_from - 900, "CHAN_START")
            yield leg(self.talk_from - 2, "ANSWER", app="AppQueue", data="(Outgoing Line)")
            yield leg(self.talk_from - 1, "BRIDGE_ENTER")
            yield at(self.talk_from, "BRIDGE_ENTER")
        if self.agent and self.talk_to:
            yield at(self.talk_to, "BRIDGE_EXIT")
            yield leg(self.talk_to, "BRIDGE_EXIT")
            yield leg(self.talk_to + 1, "HANGUP")
        if self.hung_up:
            source = {"caller": caller, "agent": phone, "server": "dialplan/builtin"}[self.by]
            extra = json.dumps({"hangupcause": 16, "hangupsource": source, "dialstatus": ""}, separators=(",", ":"))
            yield at(self.hung_up, "HANGUP", context=self.context, extra=extra)
            yield at(self.hung_up, "CHAN_END", context=self.context)
            yield at(self.hung_up, "LINKEDID_END", context=self.context)


def lines_of(*scenes: Scene) -> list[str]:
    return [text for scene in scenes for text in scene.lines()]
