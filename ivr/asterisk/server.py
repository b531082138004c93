"""One Asterisk of our own: its files written from the municipality, started, asked, reloaded and stopped by its pid."""

import importlib.resources
import os
import resource
import shutil
import socket
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path

from ivr.asterisk.installation import Installation
from ivr.asterisk.render import MODULES, MUSIC, REQUIRED, Tuning, render
from ivr.asterisk.sounds import SOUNDS_LINK
from ivr.config.house import House
from ivr.config.secrets import Secrets
from ivr.config.site import Site

_CONFIGURATION = "etc/asterisk.conf"
_START_LIMIT_S = 60.0
_STOP_LIMIT_S = 10.0
_DEAF_AFTER_S = 3.0
_CLI_LIMIT_S = 30.0
_LONGEST_SOCKET_PATH = 100


class AsteriskError(Exception):
    """Asterisk did not do what it was asked; the message holds what it said."""


class AsteriskServer:
    """The Asterisk of one site. `prepare`, then `start`; `stop` whatever happened."""

    def __init__(self, installation: Installation, site: Site) -> None:
        self.installation = installation
        self.site = site
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """The running process that this object started, else the one that the site's own file names, else 0."""
        if self._process is not None and self._process.poll() is None:
            return self._process.pid
        return _living_pid(self.site.asterisk_dir / "run" / "asterisk.pid", self._configuration)

    def prepare(self, house: House, secrets: Secrets, tuning: Tuning | None = None) -> None:
        """Everything that Asterisk reads lies in the site: configuration (0600), links, directories."""
        root = self.site.asterisk_dir
        if len(str(root / "run" / "asterisk.ctl")) > _LONGEST_SOCKET_PATH:
            raise AsteriskError(
                f"{root}: sökvägen är för lång för Asterisks kontrolluttag. Välj en kortare med --home."
            )
        for name in ("etc", "lib/sounds", "lib/moh", "log/cel-custom", "spool", "run", "cache"):
            (root / name).mkdir(parents=True, exist_ok=True, mode=0o700)
        self._link()
        _copy_zone(root / "lib" / "zoneinfo", house.timezone)
        files = render(house, self.site, secrets, tuning)
        files["modules.conf"] = _without_absent(files["modules.conf"], self.installation.modules)
        write_configuration(root / "etc", files)

    def _link(self) -> None:
        """What differs between installations, behind names that do not."""
        root, data = self.site.asterisk_dir, self.installation.data
        _symlink(root / "modules", self.installation.modules)
        _symlink(root / "lib" / "documentation", data / "documentation")
        _symlink(root / "lib" / "moh" / MUSIC[0], _music(data))
        self.site.sounds_dir.mkdir(parents=True, exist_ok=True)
        _symlink(root / "lib" / "sounds" / SOUNDS_LINK, self.site.sounds_dir)

    def start(self) -> None:
        """Asterisk runs and is fully booted. Raises AsteriskError with what it logged if it does not come up."""
        if self.pid:
            raise AsteriskError(f"Asterisk är redan igång (process {self.pid}). Stoppa den med tonval asterisk stop.")
        self._refuse_taken_ports()
        with (self.site.asterisk_dir / "log" / "console.log").open("wb") as console:
            self._process = subprocess.Popen(  # noqa: S603  # our own command
                [*self.installation.command, "-f", "-C", str(self._configuration)],
                stdin=subprocess.DEVNULL,
                stdout=console,
                stderr=subprocess.STDOUT,
                # Not in the terminal's group: Ctrl-C is the engine's to hear first, then it stops this one.
                start_new_session=True,
                cwd=self.site.asterisk_dir,
            )
        _raise_file_limit(self._process.pid)
        self._await_boot(self._process)

    def _await_boot(self, process: "subprocess.Popen[bytes]") -> None:
        deadline = time.monotonic() + _START_LIMIT_S
        while time.monotonic() < deadline and process.poll() is None:
            if self._asked("core waitfullybooted").returncode == 0:
                return
            time.sleep(0.02)
        self.stop()
        raise AsteriskError(f"Asterisk startade inte:\n{self.complaints()}{self.console()}")

    def stop(self) -> None:
        """No process of this site is left; calls in progress are cut."""
        pid, process = self.pid, self._process
        if not pid:
            return
        heard = self._asked("core stop now", _DEAF_AFTER_S).returncode == 0
        if process is None:
            _await_end(pid)
            return
        try:
            process.wait(_STOP_LIMIT_S if heard else _DEAF_AFTER_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(_STOP_LIMIT_S)

    def kill(self) -> None:
        """The process this object started is gone at once, as in a crash."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(_STOP_LIMIT_S)

    def reload(self, house: House, secrets: Secrets, tuning: Tuning | None = None) -> None:
        """The configuration on disk is the house's, and Asterisk has read it; calls and registrations live on."""
        self.prepare(house, secrets, tuning)
        for command in ("dialplan reload", "module reload res_pjsip.so", "queue reload all", "moh reload"):
            self.cli(command)

    def cli(self, command: str) -> str:
        """What Asterisk answers to a command; raises AsteriskError if nobody answers."""
        answered = self._asked(command)
        if answered.returncode:
            raise AsteriskError(f"Asterisk svarar inte på {command}: {answered.stdout.strip()}")
        return answered.stdout

    def complaints(self) -> str:
        """Every warning and error since the log began."""
        log = self.site.asterisk_dir / "log" / "messages.log"
        return log.read_text("utf-8", "replace") if log.exists() else ""

    def console(self) -> str:
        """What Asterisk said before its log was open."""
        log = self.site.asterisk_dir / "log" / "console.log"
        return log.read_text("utf-8", "replace") if log.exists() else ""

    @property
    def _configuration(self) -> Path:
        return self.site.asterisk_dir / _CONFIGURATION

    def _asked(self, command: str, limit_s: float = _CLI_LIMIT_S) -> "subprocess.CompletedProcess[str]":
        """The answer; an Asterisk that does not give one in time has given a bad one."""
        asking = [*self.installation.command, "-C", str(self._configuration), "-rx", command]
        try:
            return subprocess.run(asking, capture_output=True, text=True, timeout=limit_s, check=False)  # noqa: S603  # our own command
        except subprocess.TimeoutExpired:
            return subprocess.CompletedProcess(asking, 1, "", "")

    def _refuse_taken_ports(self) -> None:
        """Asterisk itself would start without a transport and only say so in its log."""
        for kind, port in ((socket.SOCK_DGRAM, self.site.sip_port), (socket.SOCK_STREAM, self.site.ami_port)):
            with socket.socket(socket.AF_INET, kind) as probe:
                if kind == socket.SOCK_STREAM:
                    probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                try:
                    probe.bind(("127.0.0.1", port))
                except OSError as error:
                    raise AsteriskError(f"Port {port} är upptagen. Välj andra med --ports.") from error


def write_configuration(directory: Path, files: Mapping[str, str]) -> None:
    """The directory holds exactly these files, readable by their owner alone: they hold passwords."""
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    for name, text in files.items():
        beside = directory / f".{name}.new"
        handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        beside.replace(directory / name)
    for stale in directory.glob("*.conf"):
        if stale.name not in files:
            stale.unlink()


def _without_absent(modules: str, directory: Path) -> str:
    """The list without modules that this Asterisk does not have and that we can do without."""
    absent = {name for name in MODULES if name not in REQUIRED and not (directory / f"{name}.so").exists()}
    return "".join(
        line
        for line in modules.splitlines(keepends=True)
        if line.strip() not in {f"load = {name}.so" for name in absent}
    )


def _symlink(link: Path, target: Path) -> None:
    if link.is_symlink() and link.readlink() == target:
        return
    link.unlink(missing_ok=True)
    link.symlink_to(target)


def _music(data: Path) -> Path:
    """The packaged music. Raises AsteriskError without any: Asterisk would hold callers in silence and not say so."""
    places = (data / "moh", Path("/usr/share/asterisk/moh"), Path("/var/lib/asterisk/moh"))
    for place in places:
        if place.is_dir() and any(place.iterdir()):
            return place
    raise AsteriskError(f"Det finns ingen väntmusik i {places[0]}. Installera paketet asterisk-moh-opsound-gsm.")


def _copy_zone(directory: Path, timezone: str) -> None:
    """The time zone's file lies in the directory, from the same database that the engine uses."""
    area = importlib.resources.files("tzdata").joinpath("zoneinfo", *timezone.split("/"))
    target = directory / timezone
    target.parent.mkdir(parents=True, exist_ok=True)
    with importlib.resources.as_file(area) as source:
        shutil.copyfile(source, target)


def _raise_file_limit(pid: int) -> None:
    """Asterisk may open as many files as the system lets it: a call needs about six."""
    hard = resource.prlimit(pid, resource.RLIMIT_NOFILE)[1]
    resource.prlimit(pid, resource.RLIMIT_NOFILE, (hard, hard))


def _living_pid(pid_file: Path, configuration: Path) -> int:
    """The process that the file names, if it runs with this configuration; else 0."""
    try:
        pid = int(pid_file.read_text())
        arguments = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except (OSError, ValueError):
        return 0
    return pid if os.fsencode(configuration) in arguments else 0


def _await_end(pid: int) -> None:
    deadline = time.monotonic() + _STOP_LIMIT_S
    while time.monotonic() < deadline:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return
        time.sleep(0.05)
    raise AsteriskError(f"Asterisk (process {pid}) avslutas inte.")
