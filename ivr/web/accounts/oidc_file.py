"""Where the municipality's own sign-in stands, if it is used: `oidc.yaml` in the home, its owner's alone (S18)."""

import importlib.util
import os
import stat
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, Field, HttpUrl, ValidationError

from ivr.config.site import Site

LOOPBACK = frozenset({"127.0.0.1", "localhost"})


class ProviderRefusedError(Exception):
    """The file is not safe or not whole; the message says what to do, in Swedish."""


class Provider(BaseModel):
    """What the file holds."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    name: str = Field(min_length=1, max_length=60)
    """What the button says: Logga in med …"""
    issuer: HttpUrl
    client_id: str = Field(min_length=1, max_length=200)
    client_secret: str = Field(min_length=8, max_length=500, repr=False)
    account_claim: str = "preferred_username"
    """Which of the provider's claims is the account's name here."""
    scope: str = "openid profile"


def provider_path(site: Site) -> Path:
    """The file."""
    return site.home / "oidc.yaml"


def provider_name(site: Site) -> str:
    """What the provider is called on the button; "" without one that can be used."""
    if not importlib.util.find_spec("authlib"):
        return ""  # the extra `oidc` is not installed
    try:
        found = provider(site)
    except ProviderRefusedError:
        return ""
    return found.name if found else ""


def provider(site: Site) -> Provider | None:
    """The provider, None without a file. Raises ProviderRefusedError when others may read it or it is not whole."""
    path = provider_path(site)
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise ProviderRefusedError(f"{path}: kan inte läsas ({error.strerror}).") from error
    with os.fdopen(handle, "rb") as file:
        found = os.fstat(file.fileno())
        if found.st_mode & 0o077 or not stat.S_ISREG(found.st_mode) or found.st_uid != os.geteuid():
            raise ProviderRefusedError(f"{path}: får bara kunna läsas av sin ägare. Åtgärd: chmod 600 {path}")
        return _understood(path, file.read(64 * 1024))


def _understood(path: Path, raw: bytes) -> Provider:
    try:
        told = Provider.model_validate(yaml.safe_load(raw))
    except (yaml.YAMLError, ValueError, ValidationError):
        raise ProviderRefusedError(f"{path}: ska ha name, issuer, client_id och client_secret.") from None
    if told.issuer.scheme != "https" and told.issuer.host not in LOOPBACK:
        raise ProviderRefusedError(f"{path}: issuer ska vara https.")
    return told
