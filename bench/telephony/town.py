"""The town that is measured: Botkyrka with many agents, and beside it the rivals' dialplan, on one Asterisk.

Three numbers can be rung: the municipality's own (the engine decides), `DIALPLAN` (Background and app_queue) and
`FASTAGI` (a minimal FastAGI program and app_queue). All play the same greeting and reach the same phones.
"""

import asyncio
import secrets
import socket
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import yaml

from bench.telephony.cel import CelReader
from bench.telephony.citizens import Crowd, Ringing, ring
from bench.telephony.phones import Phones
from ivr.asterisk.free_site import free_site
from ivr.asterisk.render import Tuning
from ivr.asterisk.translate import WANTED_EVENTS
from ivr.clock import LiveClock
from ivr.config.site import HOST
from ivr.control import ask
from ivr.live import load_house
from ivr.standing import Standing

SHIPPED = Path(__file__).resolve().parents[2] / "ivr" / "menus" / "botkyrka"
DIALPLAN, FASTAGI, LINE = "9101", "9102", "9103"
"""Numbers of the rivals; `LINE` goes straight to app_queue's line of `WAITING`."""
QUEUE, WAITING = "bench", "bench-waiting"
"""app_queue's queues: one with every phone, one that is given its phones later."""
GREETING = "tonval/sv/valkommen"
AGENT = "bench"
OBSERVER, LISTENER = "bench-observer", "bench-listener"
RTP_PORTS = (10_000, 29_999)
"""Two for each call: 2,000 callers and their agents have room."""

_SILENT = "\n[default](+)\nmode = playlist\nentry = /dev/null/no-such-file\n"

Say = Callable[[str], None]


def write_folder(folder: Path, agents: int) -> None:
    """Botkyrka with so many more agents of barn_skola, no wrap-up, no short talks, and long silences in line."""
    folder.mkdir(parents=True)
    for path in SHIPPED.glob("*.yaml"):
        content = yaml.safe_load(path.read_text("utf-8"))
        _CHANGES.get(path.name, lambda _content, _agents: None)(content, agents)
        text = yaml.safe_dump(content, allow_unicode=True, sort_keys=False)
        (folder / path.name).write_text(text, encoding="utf-8")


def agent_names(agents: int) -> list[str]:
    """The added people."""
    return [f"{AGENT}{n:04d}" for n in range(agents)]


def _add_agents(content: dict[str, Any], agents: int) -> None:
    for n, name in enumerate(agent_names(agents)):
        content["agents"][name] = {"name": f"Prov {n}", "extension": str(3_000 + n), "queues": {"barn_skola": 3}}


def _rush(content: dict[str, Any], _agents: int) -> None:
    content["defaults"] |= {"wrap_up_s": 0, "first_message_s": 60, "message_every_s": 600}
    content["queues"]["barn_skola"].pop("queued")


def _believe_short_talks(content: dict[str, Any], _agents: int) -> None:
    content["short_talk_s"] = 0


_CHANGES = {"agents.yaml": _add_agents, "queues.yaml": _rush, "municipality.yaml": _believe_short_talks}


@dataclass(slots=True)
class Town:
    """Everything that a measurement uses. The engine is up only between `engine_up` and `engine_down`."""

    standing: Standing
    phones: Phones
    agents: list[str]
    cel: CelReader
    folder: Path
    fastagi_pid: int
    passwords: dict[str, str]
    say: Say
    crowds: int = 0

    @property
    def number(self) -> str:
        """The municipality's own."""
        return next(iter(self.standing.house.plan.entrances))

    @property
    def asterisk_pid(self) -> int:
        """Asterisk's process."""
        return self.standing.asterisk.pid

    async def engine_up(self) -> None:
        """The engine serves, with every phone ready."""
        await self.standing.start_engine()

    async def engine_down(self) -> None:
        """There is no engine."""
        supervisor, self.standing.supervisor = self.standing.supervisor, None
        if supervisor is not None:
            supervisor.terminate()
            await asyncio.to_thread(supervisor.wait, 40)

    async def ring(self, crowd: Crowd) -> Ringing:
        """A crowd has begun to ring."""
        self.crowds += 1
        return await ring(crowd, self.standing.site.sip_port, self.folder / f"crowd-{self.crowds}")

    async def order(self, what: str, agents: Sequence[str]) -> None:
        """These people pause, or are ready."""
        for agent in agents:
            await ask(self.standing.site.control_path, {"do": "agent", "agent": agent, "what": what})

    async def state(self) -> dict[str, Any]:
        """What the engine says of itself; {} while there is none."""
        return await self.standing.state() or {}

    async def waiting(self) -> int:
        """How many callers wait in the engine's lines."""
        return int((await self.state()).get("calls", {}).get("waiting", 0))

    async def cli(self, command: str) -> str:
        """What Asterisk answers."""
        return await asyncio.to_thread(self.standing.asterisk.cli, command)

    async def cel_file(self, *, on: bool) -> None:
        """Asterisk writes CEL, or does not."""
        await self._rewrite(
            "cel.conf", "enable = no" if on else "enable = yes", "enable = yes" if on else "enable = no"
        )
        await self.cli("module reload cel")

    async def music(self, *, on: bool) -> None:
        """Who waits hears music, or nothing: which costs Asterisk nothing, however many wait."""
        await self._rewrite("musiconhold.conf", _SILENT if on else "", "" if on else _SILENT)
        await self.cli("moh reload")

    async def _rewrite(self, name: str, old: str, new: str) -> None:
        path = self.standing.site.asterisk_dir / "etc" / name
        text = path.read_text("utf-8")
        path.write_text(text.replace(old, new) if old else text + new, encoding="utf-8")

    async def channels(self) -> int:
        """How many channels Asterisk has."""
        return int((await self.cli("core show channels count")).split()[0])

    async def empty(self, within_s: float = 60.0) -> bool:
        """Whether Asterisk has no call left within that time."""
        try:
            async with asyncio.timeout(within_s):
                while await self.channels() > 0:
                    await asyncio.sleep(0.1)
        except TimeoutError:
            return False
        return True


@asynccontextmanager
async def open_town(where: Path, agents: int, say: Say) -> AsyncIterator[Town]:
    """Asterisk, the phones and the FastAGI program are up; all are gone afterwards, whatever happened."""
    folder = where / "botkyrka"
    write_folder(folder, agents)
    house = load_house(folder, LiveClock()())
    site = replace(free_site(where / "h"), rtp_first=RTP_PORTS[0], rtp_last=RTP_PORTS[1])
    names, agi_port = agent_names(agents), _free_port()
    passwords = {OBSERVER: secrets.token_hex(16), LISTENER: secrets.token_hex(16)}
    tuning = Tuning(
        caller_rtp_timeout_s=0,
        phone_rtp_timeout_s=0,
        qualify_s=0,
        extra={
            "extensions.conf": rivals_dialplan(agi_port),
            "queues.conf": rivals_queues(names),
            "manager.conf": _accounts(passwords),
        },
    )
    standing = Standing(folder, house, site, say, tuning, open_always=True)
    async with AsyncExitStack() as stack:
        standing.prepare()
        stack.callback(standing.down)
        standing.asterisk.start()
        phones = await Phones.open((HOST, site.sip_port))
        stack.push_async_callback(phones.close)
        await phones.register({name: standing.secrets.phone_passwords[name] for name in names})
        fastagi = await _start_fastagi(agi_port)
        stack.push_async_callback(_end, fastagi)
        cel = CelReader(site.cel_path, f"PJSIP/{AGENT}")
        yield Town(standing, phones, names, cel, where, fastagi.pid, passwords, say)


def rivals_dialplan(agi_port: int) -> str:
    """The same menu and the same line without us, twice, and a way straight into a line."""
    return f"""
[from-trunk](+)
exten => {DIALPLAN},1,Goto(bench-dialplan,s,1)
exten => {FASTAGI},1,Goto(bench-fastagi,s,1)
exten => {LINE},1,Goto(bench-line,s,1)

[bench-dialplan]
exten => s,1,Answer()
 same => n,Background({GREETING})
 same => n,WaitExten(6)
 same => n,Hangup()
exten => 2,1,Queue({QUEUE})
 same => n,Hangup()

[bench-fastagi]
exten => s,1,Answer()
 same => n,AGI(agi://{HOST}:{agi_port}/menu)
 same => n,Queue(${{BENCH_QUEUE}})
 same => n,Hangup()

[bench-line]
exten => s,1,Answer()
 same => n,Queue({WAITING})
 same => n,Hangup()
"""


def rivals_queues(agents: Sequence[str]) -> str:
    """app_queue with the best it has: autofill, retry 1, and the one who has been free longest, as ours."""
    rules = """strategy = leastrecent
musicclass = default
timeout = 20
retry = 1
wrapuptime = 0
ringinuse = no
joinempty = yes
leavewhenempty = no
announce-frequency = 0
"""
    members = "".join(f"member => PJSIP/{agent}\n" for agent in agents)
    return f"\n[{QUEUE}]\n{rules}{members}\n[{WAITING}]\n{rules}"


def _accounts(passwords: dict[str, str]) -> str:
    """One that hears of callers who fall into fail-open, and one that hears exactly what the engine's hears."""
    filters = "".join(f"eventfilter(action(include),name({event})) =\n" for event in sorted(WANTED_EVENTS))
    rights = {OBSERVER: "read = user\n", LISTENER: "read = system,call,agent,user\n" + filters}
    allowed = f"deny = 0.0.0.0/0.0.0.0\npermit = {HOST}/255.255.255.255\n"
    return "".join(f"\n[{name}]\nsecret = {passwords[name]}\n{allowed}{rights[name]}" for name in passwords)


async def _start_fastagi(port: int) -> asyncio.subprocess.Process:
    command = [sys.executable, "-m", "bench.telephony.fastagi_menu", str(port), GREETING, QUEUE]
    root = Path(__file__).resolve().parents[2]
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE, cwd=root)
    if process.stdout is None or await process.stdout.readline() != b"ready\n":
        raise RuntimeError("the FastAGI program did not start")
    return process


async def _end(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        process.kill()
        await process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])
