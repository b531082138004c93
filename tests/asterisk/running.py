"""A real Asterisk for a test: its own home and ports, sounds that can be told apart, phones and callers at hand."""

import asyncio
import random
import wave
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from ivr.asterisk.free_site import free_site
from ivr.asterisk.installation import ensure_installation
from ivr.asterisk.render import Tuning
from ivr.asterisk.server import AsteriskServer
from ivr.config.house import House
from ivr.config.secrets import Secrets, ensure_secrets
from ivr.config.site import Site
from ivr.testphone.agent import AgentPhone
from ivr.testphone.behaviour import Behaviour
from ivr.testphone.caller import Caller, Trunk
from ivr.testphone.loopback import Address
from ivr.testphone.prompts_heard import prompt_book
from ivr.testphone.rtp import Studio
from queues.ids import AgentId, PromptId

PROMPT_MS = 400


@dataclass(frozen=True, slots=True, repr=False)
class RunningAsterisk:
    """Asterisk as a test sees it."""

    server: AsteriskServer
    site: Site
    house: House
    secrets: Secrets
    sounds: dict[bytes, str]

    @property
    def address(self) -> Address:
        return ("127.0.0.1", self.site.sip_port)


@contextmanager
def running_asterisk(home: Path, house: House, tuning: Tuning | None = None) -> Iterator[RunningAsterisk]:
    """Asterisk with this house; gone, by its pid, whatever happens."""
    site = free_site(home)
    for language in house.languages:
        make_sounds(site.sounds_dir / language, house.prompts)
    secrets = ensure_secrets(site.secrets_path, house.accounts)
    server = AsteriskServer(ensure_installation(), site)
    server.prepare(house, secrets, tuning)
    try:
        server.start()
        yield RunningAsterisk(server, site, house, secrets, book_of(site.sounds_dir, house))
    finally:
        server.stop()


def book_of(sounds: Path, house: House) -> dict[bytes, str]:
    """Which prompt a packet is of; those of another language than the house's as `en/prompt`."""
    book = prompt_book(sounds / house.language)
    for language in house.languages[1:]:
        book |= {packet: f"{language}/{prompt}" for packet, prompt in prompt_book(sounds / language).items()}
    return book


def make_sounds(directory: Path, prompts: Iterable[PromptId]) -> None:
    """A short noise for each prompt, different from every other, so that a phone can tell which it hears."""
    directory.mkdir(parents=True, exist_ok=True)
    for prompt in prompts:
        noise = random.Random(f"{directory.name}/{prompt}")  # a noise, no secret
        with wave.open(str(directory / f"{prompt}.wav"), "wb") as sound:
            sound.setparams((1, 2, 8000, 0, "NONE", ""))
            samples = (noise.randint(-9_000, 9_000) for _ in range(8 * PROMPT_MS))
            sound.writeframes(b"".join(sample.to_bytes(2, "little", signed=True) for sample in samples))


@dataclass(slots=True, repr=False)
class Line:
    """Callers and phones of one test."""

    asterisk: RunningAsterisk
    studio: Studio
    trunk: Trunk
    phones: list[AgentPhone]

    async def phone(self, name: str, behaviour: Behaviour) -> AgentPhone:
        """The person's phone, registered."""
        password = self.asterisk.secrets.phone_passwords[AgentId(name)]
        phone = AgentPhone(
            name, password, self.asterisk.address, studio=self.studio, behaviour=behaviour, voice=len(self.phones) + 1
        )
        self.phones.append(phone)
        assert await phone.register() == 200
        return phone

    def caller(self, number: str, **more: object) -> Caller:
        return Caller(self.trunk, number, book=self.asterisk.sounds, attentive=True, **more)  # type: ignore[arg-type]


@asynccontextmanager
async def line_to(asterisk: RunningAsterisk) -> AsyncIterator[Line]:
    """A trunk and as many phones as the test asks for; all of it gone at the end."""
    studio = Studio()
    trunk = await Trunk.open(asterisk.address, studio)
    line = Line(asterisk, studio, trunk, [])
    try:
        yield line
    finally:
        for caller in list(trunk.calls.values()):
            await caller.hang_up()
        for phone in line.phones:
            await phone.close()
        trunk.close()
        await studio.close()


async def until(condition: Callable[[], bool], within_s: float = 30.0) -> None:
    """The condition holds; asked every 20 ms, TimeoutError after a time that is long on a busy machine too."""
    async with asyncio.timeout(within_s):
        while not condition():  # noqa: ASYNC110  # what is waited for is in another process
            await asyncio.sleep(0.02)
