"""Passwords and keys of one installation: made once, in a file of mode 0600, never in the municipality's YAML.

Refused when anyone but the owner can read it. What is there is never changed; what is missing is added.
"""

import fcntl
import os
import secrets
import stat
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

import yaml

from queues.ids import AgentId

MAX_BYTES = 1_000_000
FIELDS = frozenset({"ami_password", "ami_callback_password", "pseudonym_key", "phones", "webhooks"})
HEADING = """\
# Lösenord och nycklar för den här installationen. Filen är gjord av tonval vid första starten.
# Den får bara läsas av sin ägare (chmod 600) och ska inte in i versionshantering eller i öppna säkerhetskopior.
# Byt en telefons lösenord: ta bort dess rad och starta om. Byts pseudonym_key känns tidigare uppringare inte igen.
"""


class SecretsRefusedError(Exception):
    """The file of secrets is not safe or not whole; the message says what to do, in Swedish."""


@dataclass(frozen=True, slots=True)
class Secrets:
    """What must not be known outside. Nothing of it shows in `repr`."""

    ami_password: str = field(repr=False)
    phone_passwords: Mapping[AgentId, str] = field(repr=False)
    """One for each agent's phone, 32 hex digits when made here."""
    pseudonym_key: bytes = field(repr=False)
    """32 bytes; keys the pseudonyms of caller numbers."""
    ami_callback_password: str = field(default="", repr=False)
    """Of the account that rings agents for callbacks and may do nothing else."""
    webhook_keys: Mapping[str, str] = field(default_factory=dict, repr=False)
    """What signs events to systems outside, by the name that webhooks.yaml gives the key."""


def ensure_secrets(path: Path, agent_ids: Iterable[AgentId], webhooks: Iterable[str] = ()) -> Secrets:
    """The secrets in `path`, made or completed so that every agent has a phone password and every webhook a key.

    Raises SecretsRefusedError when others can read the file or it does not hold what it should.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with _alone_in(path.parent):
        kept = _read(path) if path.exists() or path.is_symlink() else {}
        whole = _completed(kept, sorted(set(agent_ids)), sorted(set(webhooks)))
        if whole != kept:
            _write(path, whole)
    return Secrets(
        ami_password=whole["ami_password"],
        phone_passwords=MappingProxyType({AgentId(a): p for a, p in whole["phones"].items()}),
        pseudonym_key=bytes.fromhex(whole["pseudonym_key"]),
        ami_callback_password=whole["ami_callback_password"],
        webhook_keys=MappingProxyType(dict(whole.get("webhooks", {}))),
    )


@contextmanager
def _alone_in(directory: Path) -> Iterator[None]:
    """Nobody else makes secrets in the directory meanwhile."""
    handle = os.open(directory, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _completed(kept: Mapping[str, Any], agents: list[AgentId], webhooks: list[str]) -> dict[str, Any]:
    phones = dict(kept.get("phones", {}))
    for agent in agents:
        phones.setdefault(str(agent), secrets.token_hex(16))
    keys = dict(kept.get("webhooks", {}))
    for name in webhooks:
        keys.setdefault(name, secrets.token_hex(32))
    return {
        "ami_password": kept.get("ami_password") or secrets.token_hex(16),
        "ami_callback_password": kept.get("ami_callback_password") or secrets.token_hex(16),
        "pseudonym_key": kept.get("pseudonym_key") or secrets.token_hex(32),
        "phones": phones,
        **({"webhooks": keys} if keys else {}),
    }


def _read(path: Path) -> dict[str, Any]:
    """The file's content; refused unless it is the owner's alone and has the right shape."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    except OSError as error:
        raise SecretsRefusedError(f"{path}: kan inte läsas ({error.strerror}).") from error
    with os.fdopen(handle, "rb") as file:
        _refuse_unless_private(path, os.fstat(file.fileno()))
        raw = file.read(MAX_BYTES + 1)
    return _shaped(path, _parsed(path, raw))


def _refuse_unless_private(path: Path, found: os.stat_result) -> None:
    if not stat.S_ISREG(found.st_mode):
        raise SecretsRefusedError(f"{path}: är inte en vanlig fil.")
    if found.st_mode & 0o077:
        mode = stat.S_IMODE(found.st_mode)
        raise SecretsRefusedError(f"{path}: kan läsas av andra (läge {mode:04o}). Åtgärd: chmod 600 {path}")
    if found.st_uid != os.geteuid():
        raise SecretsRefusedError(f"{path}: ägs av en annan användare. Åtgärd: chown, eller kör som ägaren.")


def _parsed(path: Path, raw: bytes) -> Any:
    if len(raw) > MAX_BYTES:
        raise SecretsRefusedError(f"{path}: är större än {MAX_BYTES} byte.")
    try:
        return yaml.safe_load(raw) or {}
    except (yaml.YAMLError, ValueError, RecursionError):
        # The parser's own message quotes the file, and with it perhaps a password.
        raise SecretsRefusedError(f"{path}: går inte att tolka som YAML.") from None


def _shaped(path: Path, content: Any) -> dict[str, Any]:
    if not isinstance(content, dict) or not set(content) <= FIELDS:
        raise SecretsRefusedError(f"{path}: ska innehålla {', '.join(sorted(FIELDS))}, inget annat.")
    groups = [content.get(name, {}) for name in ("phones", "webhooks")]
    texts = [v for k, v in content.items() if k not in {"phones", "webhooks"}]
    whole = all(isinstance(group, dict) for group in groups)
    if not whole or not all(_is_secret(t) for t in [*texts, *(v for group in groups for v in group.values())]):
        raise SecretsRefusedError(
            f"{path}: varje hemlighet ska vara en text av bokstäver och siffror inom citattecken."
        )
    try:
        bytes.fromhex(content.get("pseudonym_key", ""))
    except ValueError:
        raise SecretsRefusedError(f"{path}: pseudonym_key ska vara hexadecimala siffror.") from None
    return content


def _is_secret(value: Any) -> bool:
    """Text that can stand in Asterisk's configuration without meaning anything there."""
    return isinstance(value, str) and 8 <= len(value) <= 128 and value.isascii() and value.isalnum()


def _write(path: Path, content: Mapping[str, Any]) -> None:
    """The file holds `content` and was at no instant readable by others or half-written."""
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(HEADING)
            yaml.safe_dump(content, file, sort_keys=False, default_style='"', allow_unicode=True)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
