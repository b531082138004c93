"""`python -m bench.telephony`: the command."""

import argparse
import asyncio
import json
import signal
import sys
from collections.abc import Sequence
from typing import Any

from bench.telephony.report import FULL, PIECES, QUICK, TINY, Extent, Keep, keep, line_of, measure

DESCRIPTION = """Measure what a call costs and how fast it is handed over, against app_queue on the same Asterisk.

Pieces: cost (CPU a call in interleaved rounds: dialplan + app_queue, FastAGI + app_queue, Tonval; what AMI and CEL
cost), speed (100 calls/s: failures, answer to bridge), handover (agent free to next ring, 1,000 waiting), holding
(2,000 waiting for a minute, audit), killing (kill -9 of the engine with 300 waiting), watching (200 viewers of the
board, half of whom do not read, against nobody). All on 127.0.0.1, in a folder of its own that is removed. Let
nothing else run on the machine."""
EXAMPLE = """example: script/bench telephony --quick --pieces cost,handover

exit codes: 0 every target met, 1 a target missed, 2 bad options, 130 stopped"""


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit code."""
    options = _parser().parse_args(arguments)
    pieces = options.pieces.split(",")
    if unknown := sorted(set(pieces) - set(PIECES)):
        print(f"no such piece: {', '.join(unknown)}; there is {', '.join(PIECES)}", file=sys.stderr)
        return 2
    extent = TINY if options.tiny else QUICK if options.quick else FULL
    try:
        result = asyncio.run(_until_told(extent, pieces, keep if options.write else lambda _result: None))
    except (KeyboardInterrupt, asyncio.CancelledError):
        print("stopped; nothing is left behind", file=sys.stderr)
        return 130
    if options.json:
        print(json.dumps(result, ensure_ascii=False, indent=2))
        return 0 if result["met"] else 1
    for piece, measured in result["pieces"].items():
        print(f"{piece}, {result['extent']}, {measured['date']}, {measured['took_s']:.0f} s, {measured['machine']}")
        print("\n".join(map(line_of, measured["figures"])))
    return 0 if result["met"] else 1


async def _until_told(extent: Extent, pieces: Sequence[str], kept: Keep) -> dict[str, Any]:
    """The measurement; SIGTERM ends it as Ctrl-C does, with everything it had started."""
    task = asyncio.current_task()
    assert task is not None  # noqa: S101 - we are in one
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    return await measure(extent, pieces, lambda line: print(line, file=sys.stderr, flush=True), kept)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "script/bench telephony",
        description=DESCRIPTION,
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--quick", action="store_true", help="everything small, in a minute")
    parser.add_argument("--tiny", action="store_true", help="only whether it runs; the figures mean nothing")
    parser.add_argument("--pieces", default=",".join(PIECES), help="which, with commas between; default: all")
    parser.add_argument("--json", action="store_true", help="print JSON for machines")
    parser.add_argument("--write", action="store_true", help="keep the figures in bench/RESULTS.md")
    return parser


if __name__ == "__main__":
    sys.exit(main())
