"""The whole service for a file of tests, and people whose every step the test decides."""

import asyncio
import json
import re
import shutil
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

from ivr.asterisk.free_site import free_site
from ivr.config.site import HOST
from ivr.control import ask
from ivr.standing import Standing, phone_account
from ivr.testphone.agent import AgentPhone, Ring
from ivr.testphone.behaviour import Behaviour
from ivr.testphone.caller import Caller
from ivr.testphone.prompts_heard import prompt_book
from ivr.testphone.rtp import Studio
from ivr.testphone.testcall import call_of_token
from ivr.testphone.trunk import Trunk
from queues.agents import AgentState
from tests.asterisk.running import make_sounds
from tests.campaigns.town import Town, house_of, quick_municipality
from tests.live.relay import Relay

Seen = TypeVar("Seen")
SCHOOL, BUILDING, OTHER = "2", "4", "5"
"""Keys of Botkyrka's menu."""


def now_ms() -> float:
    """The wall clock, as the phones use it."""
    return time.time() * 1000


async def until(look: Callable[[], Seen], within_s: float = 30.0) -> Seen:
    """What `look` sees as soon as it is true; TimeoutError after the time."""
    async with asyncio.timeout(within_s):
        while not (seen := look()):  # noqa: ASYNC110  # what is waited for is in another process
            await asyncio.sleep(0.02)
    return seen


@dataclass(slots=True, repr=False)
class Scene:
    """The service at work. `people` are gone at the end of each test; the service stays."""

    standing: Standing
    log: Town
    book: dict[bytes, str] = field(default_factory=dict)
    ami: Relay | None = None
    """The manager link's wire, where the file asked for wires."""
    agi: Relay | None = None
    """The callers' wire to the engine, where the file asked for wires."""
    studio: Studio = field(default_factory=Studio)
    trunk: Trunk | None = None
    phones: list[AgentPhone] = field(default_factory=list)
    callers: list[Caller] = field(default_factory=list)

    # ── people ──────────────────────────────────────────────────────────────────────────────────────────────────
    async def phone(self, name: str, behaviour: Behaviour | Callable[[Ring], Behaviour]) -> AgentPhone:
        """The person's phone, registered; the service has seen it, and may have rung it already."""
        phone = await self.phone_alone(name, behaviour)
        await self.agent_is(name, *(state.value for state in AgentState if state is not AgentState.LOGGED_OUT))
        return phone

    async def phone_alone(self, name: str, behaviour: Behaviour | Callable[[Ring], Behaviour]) -> AgentPhone:
        """The person's phone, registered with Asterisk, whatever the engine knows of it."""
        account, password, server = phone_account(self.standing, name)
        phone = AgentPhone(account, password, server, self.studio, behaviour, voice=len(self.phones) % 200)
        self.phones.append(phone)
        assert await phone.register() == 200
        return phone

    def caller(self, **more: Any) -> Caller:
        """Somebody who has not rung yet."""
        assert self.trunk
        names = {phone.voice: phone.name for phone in self.phones}
        number = next(iter(self.standing.house.plan.entrances))
        voice = 200 + len(self.callers) % 56
        caller = Caller(self.trunk, number, names=names, book=self.book, voice=voice, attentive=True, **more)
        self.callers.append(caller)
        return caller

    async def in_menu(self, **more: Any) -> Caller:
        """A caller who hears the greeting."""
        caller = self.caller(**more)
        assert await caller.dial() == 200
        assert await caller.hear_sound()
        return caller

    async def chooses(self, key: str = SCHOOL, **more: Any) -> Caller:
        """A caller who has pressed the key, and stands in line or has a phone ringing."""
        caller = await self.in_menu(**more)
        await caller.press(key)
        await self.call_is(caller, "waiting", "offered", "talking")
        return caller

    async def nobody(self) -> None:
        """Every caller has hung up, every phone is gone, and the service knows."""
        await asyncio.gather(*(caller.hang_up() for caller in self.callers))
        await asyncio.gather(*(phone.close() for phone in self.phones))
        async with asyncio.timeout(40):
            while (await self.log.calls()) or (  # noqa: ASYNC110
                self.phones and any(a["state"] != "logged_out" for a in (await self.state())["agents"].values())
            ):
                await asyncio.sleep(0.05)
        self.callers.clear()
        self.phones.clear()

    # ── what the service says ───────────────────────────────────────────────────────────────────────────────────
    async def state(self) -> dict[str, Any]:
        """`tonval status`; {} while no engine answers."""
        return await self.standing.state() or {"agents": {}, "calls": {}, "paused": "dead"}

    async def agent_is(self, name: str, *states: str, within_s: float = 30.0) -> dict[str, Any]:
        """What the service says of the person, as soon as it is one of these."""
        async with asyncio.timeout(within_s):
            while (person := (await self.state())["agents"].get(name, {})).get("state") not in states:  # noqa: ASYNC110
                await asyncio.sleep(0.02)
        return dict(person)

    async def call_is(self, caller: Caller, *states: str, within_s: float = 30.0) -> str:
        """The call's id, as soon as the service says one of these of it."""
        call = await self.call_of(caller)
        async with asyncio.timeout(within_s):
            while (await self.log.calls()).get(call, {}).get("state") not in states:  # noqa: ASYNC110
                await asyncio.sleep(0.02)
        return call

    async def call_of(self, caller: Caller) -> str:
        """The call's id, by Asterisk's event log."""
        return await until(lambda: call_of_token(self.standing.site.cel_path, caller.token))

    async def order(self, do: str, **fields: str) -> dict[str, Any]:
        """The engine has done it."""
        return await ask(self.standing.site.control_path, {"do": do, **fields})

    # ── what the log says ───────────────────────────────────────────────────────────────────────────────────────
    async def row(self, caller: Caller, within_s: float = 30.0) -> dict[str, Any]:
        """The call's row in the log, once it is final."""
        call = await self.call_of(caller)
        columns = "call, queue, entered_at_ms, queued_at_ms, answered_at_ms, ended_at_ms, wait_ms, talk_ms, agent"
        columns += ", outcome, state, reason, recoveries"
        query = f"SELECT {columns} FROM calls WHERE call = '{call}' AND ended_at_ms IS NOT NULL"  # noqa: S608
        rows = await until(lambda: self.log.query(query), within_s)
        ends = self.log.query(f"SELECT count(*) FROM entries WHERE call = '{call}' AND kind = 'CallEnded'")  # noqa: S608
        assert (len(rows), ends) == (1, [(1,)])
        return dict(zip(columns.split(", "), rows[0], strict=True))

    def entries(self, kind: str, **where: str) -> list[dict[str, Any]]:
        """Entries of that kind, in their order."""
        narrowed = "".join(f" AND {column} = '{value}'" for column, value in where.items())
        rows = self.log.query(f"SELECT body FROM entries WHERE kind = '{kind}'{narrowed} ORDER BY seq")  # noqa: S608
        return [json.loads(body) for (body,) in rows]

    def rings(self) -> list[Ring]:
        """Every ring of this test, by instant."""
        return sorted((ring for phone in self.phones for ring in phone.rings), key=lambda ring: ring.at_ms)

    async def set(self, **seconds: int) -> None:
        """These rules of the queues are in force, for whoever enters from now on."""
        change(self.standing.folder, **seconds)
        await self.order("reload")


def change(folder: Path, **seconds: int) -> None:
    """The municipality's files say so; every rule must be there."""
    for file in ("queues.yaml", "municipality.yaml"):
        text = (folder / file).read_text("utf-8")
        for rule, value in seconds.items():
            text = re.sub(rf"\b{rule}: \d+", f"{rule}: {value}", text)
        (folder / file).write_text(text, "utf-8")


@asynccontextmanager
async def service(
    *,
    municipality: str = "botkyrka",
    adapted: tuple[tuple[str, str, str], ...] = (),
    wires: bool = False,
    short_prompts: bool = True,
    outward: str = "",
    **seconds: int,
) -> AsyncIterator[Scene]:
    """The service in a home of its own, taking calls; gone afterwards.

    `wires`: relays stand between engine and Asterisk. `short_prompts`: every prompt is 0.4 s of noise. `outward`: where
    calls to citizens go. `adapted`: in this file, instead of this text, that.
    """
    home = Path(tempfile.mkdtemp(prefix="tv-"))
    folder = quick_municipality(home, municipality)
    for file, old, new in adapted:
        text = (folder / file).read_text("utf-8")
        assert old in text, (file, old)
        (folder / file).write_text(text.replace(old, new), "utf-8")
    change(folder, **seconds)
    if outward:
        numbers = folder / "municipality.yaml"
        numbers.write_text(numbers.read_text("utf-8").replace("127.0.0.1:5070", outward), "utf-8")
    site = free_site(home / "h")
    standing = Standing(folder, house_of(folder), site, open_always=True)
    scene = Scene(standing, Town(standing, None, site.sounds_dir))  # type: ignore[arg-type]  # no swarm in a scene
    try:
        if wires:
            scene.ami, scene.agi = await Relay.to(site.ami_port), await Relay.to(site.agi_port)
            standing.site = replace(site, agi_port=scene.agi.port)
        await asyncio.to_thread(standing.prepare)
        await asyncio.to_thread(standing.asterisk.start)
        if scene.ami:
            standing.site = replace(site, ami_port=scene.ami.port)
        await standing.start_engine()
        if short_prompts:
            make_sounds(
                site.sounds_dir / standing.house.language, (*standing.house.prompts, *standing.house.spoken_names)
            )
        scene.book = prompt_book(site.sounds_dir)
        yield scene
    finally:
        await asyncio.to_thread(standing.down)
        for relay in (scene.ami, scene.agi):
            if relay:
                await relay.close()
        shutil.rmtree(home, ignore_errors=True)


@asynccontextmanager
async def people(scene: Scene) -> AsyncIterator[Scene]:
    """The scene with a trunk and no people; whoever comes is gone at the end."""
    scene.studio = Studio()
    scene.trunk = await Trunk.open((HOST, scene.standing.site.sip_port), scene.studio)
    try:
        yield scene
    finally:
        await scene.nobody()
        scene.trunk.close()
        await scene.studio.close()
