"""A process that notes calls for ever and prints the number of each durable step: to be killed (F66, G16)."""

import sys
from pathlib import Path

from ivr.call_log.store import CallLogWriter
from tests.call_log.stories import KEY, steps


def main(home: Path) -> None:
    """Write until killed; each line is `run step`."""

    def acknowledged(number: int) -> None:
        sys.stdout.write(f"{writer.run} {number}\n")
        sys.stdout.flush()

    paths = home / "calls.sqlite", home / "calls.journal"
    writer = CallLogWriter(*paths, KEY, alarm=lambda *_: None, on_acknowledged=acknowledged)
    first = 0
    while True:
        for at_ms, event, entries in steps(20, first):
            writer.append(at_ms, event, entries)
        first += 20
        writer.flush()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
