"""Where one installation lives: a directory of its own and ports on 127.0.0.1."""

import os
from dataclasses import dataclass
from pathlib import Path

HOST = "127.0.0.1"


def default_home(municipality: str) -> Path:
    """The directory of this municipality's installation: TONVAL_HOME, else below XDG_STATE_HOME."""
    if home := os.environ.get("TONVAL_HOME"):
        return Path(home)
    state = os.environ.get("XDG_STATE_HOME") or str(Path.home() / ".local" / "state")
    return Path(state) / "tonval" / municipality


@dataclass(frozen=True, slots=True)
class Site:
    """One installation. Everything it writes lies below `home`."""

    home: Path
    sip_port: int = 5060
    """PJSIP over UDP, trunk and phones."""
    ami_port: int = 5038
    agi_port: int = 4573
    rtp_first: int = 20000
    rtp_last: int = 29999
    web_port: int = 8080
    """The pages, the API and the metrics."""

    @property
    def ports(self) -> str:
        """All ports, as the commands' --ports takes them."""
        numbers = (self.sip_port, self.ami_port, self.agi_port, self.rtp_first, self.rtp_last, self.web_port)
        return ",".join(map(str, numbers))

    @property
    def secrets_path(self) -> Path:
        """YAML of mode 0600, made on first run."""
        return self.home / "secrets.yaml"

    @property
    def database_path(self) -> Path:
        """The call log (SQLite, WAL)."""
        return self.home / "calls.sqlite"

    @property
    def journal_path(self) -> Path:
        """Where rows wait while the database refuses them."""
        return self.home / "calls.journal"

    @property
    def callbacks_path(self) -> Path:
        """The promises that are neither kept nor given up, with the numbers to ring; mode 0600."""
        return self.home / "callbacks.sqlite"

    @property
    def switched_path(self) -> Path:
        """What somebody has switched by hand."""
        return self.home / "switched.json"

    @property
    def web_path(self) -> Path:
        """What the pages keep: accounts, sessions, matters, who looked at what (SQLite, mode 0600)."""
        return self.home / "web.sqlite"

    @property
    def sounds_dir(self) -> Path:
        """Built prompts: <language>/<prompt id>.wav (8 kHz) and .wav16."""
        return self.home / "sounds"

    @property
    def recordings_dir(self) -> Path:
        """Where people put recordings that replace the voice: <language>/<prompt id>.wav."""
        return self.home / "recordings"

    @property
    def asterisk_dir(self) -> Path:
        """Asterisk's own etc, log, run, spool and lib."""
        return self.home / "asterisk"

    @property
    def cel_path(self) -> Path:
        """Asterisk's event log: the second witness."""
        return self.asterisk_dir / "log" / "cel-custom" / "tonval.csv"

    @property
    def control_path(self) -> Path:
        """The Unix socket on which a running engine takes orders from its own user."""
        return self.home / "engine.sock"
