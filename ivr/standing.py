"""A whole service brought up and taken down: sounds, Asterisk, engine, pages. For `tonval up`, drills, benches."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from ivr.asterisk.installation import ensure_installation
from ivr.asterisk.render import Tuning
from ivr.asterisk.server import AsteriskServer
from ivr.config.always_open import always_open
from ivr.config.house import House
from ivr.config.secrets import Secrets, ensure_secrets
from ivr.config.site import HOST, Site
from ivr.control import ask
from ivr.manuscripts import lexicon_of_folders, manuscript_folders, manuscripts
from ivr.speech import build
from ivr.spoken_names import forget_others, name_manuscripts

Say = Callable[[str], None]
SERVING_WITHIN_S = 90.0


class NotServingError(Exception):
    """The service did not come up; its text says what the engine said last."""


@dataclass(slots=True, repr=False)
class Standing:
    """One municipality's whole service on this machine. Use as an async context manager."""

    folder: Path
    house: House
    site: Site
    say: Say = field(default=lambda _line: None)
    tuning: Tuning = field(default_factory=Tuning)
    open_always: bool = False
    engine_options: Sequence[str] = ()
    secrets: Secrets = field(init=False)
    asterisk: AsteriskServer = field(init=False)
    supervisor: subprocess.Popen[bytes] | None = None
    web: subprocess.Popen[bytes] | None = None
    """The pages' supervisor, where they are served."""

    async def __aenter__(self) -> Self:
        """The service takes calls. Raises NotServingError, InstallationError or AsteriskError."""
        self.prepare()
        try:
            self.asterisk.start()
            await self.start_engine()
        except BaseException:
            self.down()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        """Nothing runs any more; the home with its log stays."""
        self.down()

    def prepare(self) -> None:
        """Secrets, sounds and Asterisk's configuration lie in the home."""
        self.site.home.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.secrets = ensure_secrets(self.site.secrets_path, self.house.accounts)
        self.say("ljud: talar in det som saknas")
        lexicon = lexicon_of_folders(manuscript_folders(self.house.language, self.folder))
        names = name_manuscripts(self.house.spoken_names, self.house.language, lexicon)
        for language in self.house.languages:
            written = {**manuscripts(*manuscript_folders(language, self.folder)), **names}
            build(written, self.site.sounds_dir, language, self.site.recordings_dir)
            forget_others(self.site.sounds_dir, language, names)
        self.asterisk = AsteriskServer(ensure_installation(self.say), self.site)
        house = always_open(self.house) if self.open_always else self.house
        self.asterisk.prepare(house, self.secrets, self.tuning)

    async def start_engine(self) -> None:
        """The engine, under its supervisor, has listed what Asterisk has and makes offers."""
        command = [sys.executable, "-m", "ivr", "run", str(self.folder), "--home", str(self.site.home)]
        command += ["--ports", self.site.ports, *(["--open"] if self.open_always else [])]
        with self.log_path.open("ab") as written:
            self.supervisor = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=written, stderr=written)  # noqa: ASYNC220, S603 - our own command
        await self.until_serving()

    async def until_serving(self, within_s: float = SERVING_WITHIN_S) -> None:
        """The engine makes offers. Raises NotServingError if it does not in time, or has ended."""
        try:
            async with asyncio.timeout(within_s):
                while True:
                    state = await self.state()
                    if state is not None and not state["paused"]:
                        return
                    if self.supervisor is not None and self.supervisor.poll() is not None:
                        break
                    await asyncio.sleep(0.02)
        except TimeoutError:
            pass
        raise NotServingError(self.last_words())

    async def state(self) -> dict[str, Any] | None:
        """What the engine says of itself (`tonval status --json`), None while none answers."""
        try:
            return await ask(self.site.control_path, {"do": "state"})
        except (OSError, ValueError):
            return None

    @property
    def log_path(self) -> Path:
        """Where engine and supervisor write."""
        return self.site.home / "engine.log"

    def last_words(self) -> str:
        """The end of the engine's log."""
        return _end_of(self.log_path)

    def engine_pid(self) -> int:
        """The engine's process now; 0 while there is none."""
        return _pid_in(self.site.home / "engine.pid")

    def kill_engine(self) -> int:
        """The engine is dead, without warning; its pid."""
        pid = self.engine_pid()
        os.kill(pid, signal.SIGKILL)
        return pid

    def down(self) -> None:
        """Pages, engine and Asterisk are gone, whatever state they were in."""
        self.stop_web()
        self.stop_engine(at_once=True)
        self.asterisk.stop()

    async def start_web(self, within_s: float = SERVING_WITHIN_S) -> None:
        """The pages, under a supervisor of their own, answer. Raises NotServingError."""
        if await self._web_answers():
            raise NotServingError(f"port {self.site.web_port} är upptagen: välj en annan med --ports")
        command = [sys.executable, "-m", "ivr", "web", str(self.folder), "--home", str(self.site.home)]
        with self.web_log_path.open("ab") as written:
            self.web = subprocess.Popen(  # noqa: ASYNC220, S603 - our own command
                [*command, "--ports", self.site.ports, *(["--open"] if self.open_always else [])],
                stdin=subprocess.DEVNULL,
                stdout=written,
                stderr=written,
            )
        try:
            async with asyncio.timeout(within_s):
                while not await self._web_answers():
                    if self.web.poll() is not None:
                        raise NotServingError(_end_of(self.web_log_path))
                    await asyncio.sleep(0.05)
        except TimeoutError:
            raise NotServingError(_end_of(self.web_log_path)) from None

    async def _web_answers(self) -> bool:
        try:
            _, writer = await asyncio.open_connection(HOST, self.site.web_port)
        except OSError:
            return False
        writer.close()
        return True

    @property
    def web_log_path(self) -> Path:
        """Where the pages' process and its supervisor write."""
        return self.site.home / "web.log"

    def web_pid(self) -> int:
        """The pages' process now; 0 while there is none."""
        return _pid_in(self.site.home / "web.pid")

    def stop_web(self) -> None:
        """The pages are gone."""
        if self.web is not None and self.web.poll() is None:
            self.web.terminate()
            try:
                self.web.wait(40)
            except subprocess.TimeoutExpired:
                self.web.kill()
                self.web.wait()
        self.web = None

    def stop_engine(self, *, at_once: bool = False) -> None:
        """Engine and supervisor are gone; callers are with the fail-open dialplan. `at_once`: nobody is waited for."""
        if self.supervisor is not None and self.supervisor.poll() is None:
            self.supervisor.terminate()
            if at_once and (pid := self.engine_pid()):
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGINT)
            try:
                self.supervisor.wait(40)
            except subprocess.TimeoutExpired:
                self.supervisor.kill()
                self.supervisor.wait()
        self.supervisor = None


def _end_of(path: Path) -> str:
    """The last lines of a log."""
    return "\n".join(path.read_text("utf-8", "replace").splitlines()[-12:])


def _pid_in(path: Path) -> int:
    """The process that a file names; 0 for none."""
    try:
        return int(path.read_text(encoding="ascii"))
    except (OSError, ValueError):
        return 0


def phone_account(standing: Standing, agent: str) -> tuple[str, str, tuple[str, int]]:
    """Name, password and server for a phone of that person."""
    passwords = {str(name): password for name, password in standing.secrets.phone_passwords.items()}
    return agent, passwords[agent], (HOST, standing.site.sip_port)
