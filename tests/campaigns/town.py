"""A town for a campaign: the whole service in a home of its own, citizens who ring, agents who answer, witnesses."""

import asyncio
import os
import re
import shutil
import sqlite3
import tempfile
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from ivr.asterisk.free_site import free_site
from ivr.call_log.audit import GRACE_MS, audit_site
from ivr.call_log.cel import calls_from_cel
from ivr.clock import LiveClock
from ivr.config.house import House
from ivr.config.load import municipality_folder
from ivr.config.site import HOST
from ivr.control import ask
from ivr.live import load_house
from ivr.standing import Standing
from ivr.testphone.citizens import Habits
from ivr.testphone.prompts_heard import closing_prompts
from ivr.testphone.staff import Temper
from ivr.testphone.swarm import Swarm


@dataclass(slots=True, repr=False)
class Town:
    """The service, and the people who use it."""

    standing: Standing
    swarm: Swarm
    sounds: Path

    @property
    def witness(self) -> Path:
        """The callers' side (W1)."""
        return self.standing.site.home / "witness.jsonl"

    async def calls(self) -> Mapping[str, Any]:
        """The engine's live calls by id; {} while no engine answers."""
        try:
            found: Mapping[str, Any] = (await ask(self.standing.site.control_path, {"do": "calls"}))["calls"]
        except (OSError, ValueError):
            return {}
        return found

    async def drained(self, within_s: float = 75) -> int:
        """How many calls have no final row although nobody is on the line any more; waits for it to be 0."""
        async with asyncio.timeout(within_s):
            while (left := self.open_rows()) or await self.calls():
                await asyncio.sleep(0.5)
        return left

    def open_rows(self) -> int:
        """Calls without a final row in the log."""
        return int(self.query("SELECT count(*) FROM calls WHERE ended_at_ms IS NULL")[0][0])

    def calls_by_token(self) -> dict[str, str]:
        """SIP Call-ID → call id, as Asterisk's event log has it."""
        lines = self.standing.site.cel_path.read_text("utf-8", "replace").splitlines(keepends=True)
        return {call.sip_call_id: str(call.call) for call in calls_from_cel(lines).values()}

    @staticmethod
    def now_ms() -> float:
        """The wall clock, as the phones use it."""
        return time.time() * 1000

    def audit(self) -> dict[str, Any]:
        """The three witnesses joined, as if everything had had its minute to be written."""
        site = self.standing.site
        return audit_site(site, now_ms=round(self.now_ms()) + GRACE_MS + 1, callers=self.witness).as_dict()

    def overlaps(self) -> list[str]:
        """One sentence for each time a phone rang although it was ringing or talking already."""
        found = []
        for phone in self.swarm.phones:
            for before, ring in pairwise(phone.rings):
                if ring.overlapping:
                    found.append(
                        f"{ring.agent} for {ring.call}, offer {ring.offer}, {ring.at_ms - before.at_ms:.0f} ms after "
                        f"{before.call}, offer {before.offer}, ended {before.ended_ms - ring.at_ms:.0f} ms later "
                        f"as {before.end} {before.cancel_reason}"
                    )
        return found

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        """Rows of the log, read while the engine writes."""
        with closing(sqlite3.connect(f"file:{self.standing.site.database_path}?mode=ro", uri=True, timeout=10)) as log:
            return log.execute(sql).fetchall()


def quick_municipality(to: Path, name: str = "botkyrka", wrap_up_s: int = 1) -> Path:
    """A copy of a shipped municipality in which wrap-up is short, so that few agents serve many calls."""
    folder = to / name
    shutil.copytree(municipality_folder(name), folder)
    queues = folder / "queues.yaml"
    text, found = re.subn(r"wrap_up_s: \d+", f"wrap_up_s: {wrap_up_s}", queues.read_text("utf-8"))
    if not found:
        raise ValueError(f"{queues} names no wrap_up_s")
    queues.write_text(text, "utf-8")
    return folder


def house_of(folder: Path) -> House:
    """The municipality as of now."""
    return load_house(folder, LiveClock()())


@asynccontextmanager
async def town(
    habits: Habits,
    temper: Temper,
    *,
    calls: int | None = None,
    rate_per_s: float = 4.0,
    at_most: int = 40,
    seed: int = 1,
    agents: tuple[str, ...] | None = None,
) -> AsyncIterator[Town]:
    """A town whose service is up and whose citizens have not begun to ring; all gone afterwards."""
    home = Path(tempfile.mkdtemp(prefix="tv-"))
    try:
        folder = quick_municipality(home)
        standing = Standing(folder, house_of(folder), free_site(home / "h"), open_always=True)
        async with standing:
            words = standing.secrets.phone_passwords
            passwords = {str(agent): words[agent] for agent in standing.house.people}
            swarm = Swarm(
                (HOST, standing.site.sip_port),
                tuple(standing.house.plan.entrances)[:1],
                {agent: passwords[agent] for agent in agents or passwords},
                calls=calls,
                rate_per_s=rate_per_s,
                at_most=at_most,
                seed=seed,
                habits=habits,
                temper=temper,
                witness=standing.site.home / "witness.jsonl",
                closing_prompts=closing_prompts(standing.house.plan),
            )
            try:
                yield Town(standing, swarm, standing.site.sounds_dir)
            finally:
                await swarm.stop()
    finally:
        if not os.environ.get("TONVAL_KEEP_TOWN"):
            shutil.rmtree(home, ignore_errors=True)
