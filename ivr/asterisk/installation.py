"""An Asterisk to run: the machine's own from version 20, else a tree of its own in the cache, made once.

The tree is used through its own dynamic loader, so nothing of it mixes with the machine's libraries, no root is
needed to run it, and it sees the same files as everybody else. An interrupted making leaves nothing half.
"""

import os
import platform
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

MINIMUM_VERSION = 20
SUITE = "forky"
"""The Debian suite whose Asterisk is used where the machine has none."""
PACKAGES = ("asterisk", "asterisk-moh-opsound-gsm")
_MAKING_LIMIT_S = 1800
_URIS = re.compile(r"^URIs:\s*(\S+)|^deb\s+(?:\[[^\]]*\]\s+)?(\S+)", re.MULTILINE)

Progress = Callable[[str], None]


class InstallationError(Exception):
    """There is no Asterisk and none can be made; the message says what would help."""


@dataclass(frozen=True, slots=True)
class Installation:
    """Where a runnable Asterisk lies."""

    command: tuple[str, ...]
    """What is run; Asterisk's own options follow."""
    modules: Path
    data: Path
    """Documentation, music and sounds as packaged."""

    def version(self) -> str:
        """The whole version, as in `22.10.1~dfsg`; "" if it does not run."""
        try:
            ran = subprocess.run([*self.command, "-V"], capture_output=True, text=True, timeout=20, check=False)  # noqa: S603  # our own command
        except OSError:
            return ""
        return ran.stdout.strip().removeprefix("Asterisk ") if ran.returncode == 0 else ""


def find_installation() -> Installation | None:
    """The machine's own Asterisk if it is new enough, else the cached tree, else None."""
    for candidate in (system_installation(), tree_installation(cached_tree())):
        if candidate and major(candidate.version()) >= MINIMUM_VERSION:
            return candidate
    return None


def ensure_installation(progress: Progress = lambda _line: None) -> Installation:
    """As `find_installation`, making the cached tree if there is nothing else. Raises InstallationError."""
    if found := find_installation():
        return found
    make_tree(cached_tree(), progress)
    if found := tree_installation(cached_tree()):
        return found
    raise InstallationError(
        f"{cached_tree()} finns men innehåller ingen Asterisk som går att köra. Ta bort mappen och försök igen."
    )


def major(version: str) -> int:
    """The version's first number, 0 if it has none."""
    found = re.match(r"(?:certified/)?(\d+)", version)
    return int(found[1]) if found else 0


def cached_tree() -> Path:
    """Where the tree lies or will lie, outside every checkout."""
    cache = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(cache) / "tonval" / f"asterisk-{SUITE}"


def system_installation() -> Installation | None:
    """The machine's own, of whatever version."""
    program = shutil.which("asterisk", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
    if not program:
        return None
    modules = _modules(Path("/"))
    data = next((d for d in (Path("/usr/share/asterisk"), Path("/var/lib/asterisk")) if d.is_dir()), None)
    return Installation((program,), modules, data) if modules and data else None


def tree_installation(tree: Path) -> Installation | None:
    """The Asterisk of a tree, run through the tree's own loader."""
    multiarch = f"{platform.machine()}-linux-gnu"
    loader = next(iter(sorted(tree.glob("lib*/ld-linux-*.so.*"))), None)
    program, modules = tree / "usr/sbin/asterisk", _modules(tree)
    if loader is None or modules is None or not program.exists():
        return None
    libraries = [tree / "usr/lib" / multiarch, tree / "lib" / multiarch, tree / "usr/lib", modules.parent]
    path = ":".join(str(directory) for directory in libraries if directory.is_dir())
    return Installation((str(loader), "--library-path", path, str(program)), modules, tree / "usr/share/asterisk")


def _modules(root: Path) -> Path | None:
    places = [*root.glob("usr/lib/*/asterisk/modules"), root / "usr/lib/asterisk/modules"]
    return next((place for place in places if (place / "chan_pjsip.so").exists()), None)


def make_tree(tree: Path, progress: Progress, sources: Iterable[str] | None = None) -> None:
    """`tree` is a minimal Debian with Asterisk in it, whole or not at all. Raises InstallationError.

    `sources`: the text of package lists that name a mirror; None: this machine's.
    """
    program = shutil.which("mmdebstrap")
    if not program:
        raise InstallationError(
            "Det finns ingen Asterisk 20 eller senare. Installera paketet asterisk, eller mmdebstrap så görs en."
        )
    tree.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{tree.name}.", dir=tree.parent, ignore_cleanup_errors=True) as beside:
        made = Path(beside) / "tree"
        _run_making(
            [program, *_making_arguments(made, apt_mirror(_apt_sources() if sources is None else sources))], progress
        )
        if tree_installation(made) is None:
            raise InstallationError("Trädet blev klart men innehåller ingen Asterisk.")
        try:
            made.rename(tree)
        except OSError:
            # Somebody else was quicker; theirs is as good.
            if tree_installation(tree) is None:
                raise


def _making_arguments(tree: Path, mirror: str) -> list[str]:
    return [
        "--variant=minbase",
        f"--include={','.join(PACKAGES)}",
        '--aptopt=APT::Install-Recommends "false"',
        # The machine's mirror may be a snapshot, older than the clock.
        '--aptopt=Acquire::Check-Valid-Until "false"',
        SUITE,
        str(tree),
        f"deb {mirror} {SUITE} main",
    ]


def _run_making(command: list[str], progress: Progress) -> None:
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as made:  # noqa: S603  # our own command
        last = ""
        for line in made.stdout or ():
            last = line.strip()
            progress(last)
        try:
            code = made.wait(_MAKING_LIMIT_S)
        finally:
            made.kill()
    if code:
        raise InstallationError(f"mmdebstrap misslyckades: {last}")


def _apt_sources() -> Iterable[str]:
    """The text of every list of package sources of this machine, the main one first."""
    directory = Path("/etc/apt")
    named = sorted(directory.glob("sources.list.d/*.sources")) + sorted(directory.glob("sources.list.d/*.list"))
    return [path.read_text("utf-8", "replace") for path in (directory / "sources.list", *named) if path.exists()]


def apt_mirror(sources: Iterable[str]) -> str:
    """The first mirror that these texts name and that is a Debian archive, not a security one."""
    found: list[str] = [deb822 or one_line for text in sources for deb822, one_line in _URIS.findall(text)]
    debian = [uri for uri in found if uri.rstrip("/").endswith("/debian")]
    if not debian:
        raise InstallationError(
            "Ingen spegel av Debian bland datorns paketkällor. Installera asterisk 20 eller senare."
        )
    return debian[0]
