"""The loops that place a chunk's calls on their line (`simulator.drawing.line`): written for numba, no objects."""

from simulator.arrays import REAL, SMALL, WHOLE, ArraysType, opened
from simulator.compiled import part, whole
from simulator.drawing.line import Alias, Line, Places
from simulator.machine_code import ALIAS, PLACE

LINE = ArraysType(
    "Line",
    (
        ("gaps", REAL, 1),
        ("marks", REAL, 1),
        ("from_ms", REAL, 1),
        ("to_ms", REAL, 1),
        ("ms_per_call", REAL, 1),
        ("calls", REAL, 1),
        ("keeps", REAL, 2),
        ("gives", SMALL, 2),
    ),
)
PLACES = ArraysType("Places", (("first", WHOLE, 1), ("arrival_ms", WHOLE, 1), ("stream", SMALL, 1)))
WALKER = ArraysType(
    "Alias", (("shares", REAL, 2), ("keeps", REAL, 2), ("gives", SMALL, 2), ("left", REAL, 1), ("done", SMALL, 1))
)
_line, _places, _walker = opened(LINE), opened(PLACES), opened(WALKER)


@part
def place(line: Line, places: Places) -> int:
    """How many calls came in all replications, each with instant and stream; -1 if there were too few gaps."""
    calls, streams, replications = line.calls, line.keeps.shape[1], places.first.shape[0] - 1
    total = calls[calls.shape[0] - 1]
    at, slot, replication = 0.0, 0, 0
    for made in range(line.gaps.shape[0]):
        at += line.gaps[made]
        while at >= total:
            at -= total
            slot = 0
            replication += 1
            places.first[replication] = made
            if replication == replications:
                return made
        while at >= calls[slot + 1]:
            slot += 1
        ms = line.from_ms[slot] + (at - calls[slot]) * line.ms_per_call[slot]
        places.arrival_ms[made] = min(int(ms), int(line.to_ms[slot]) - 1)
        if streams > 1:
            mark = line.marks[made] * streams
            one = int(mark)
            places.stream[made] = one if mark - one < line.keeps[slot, one] else line.gives[slot, one]
    return -1


@part
def alias(table: Alias) -> None:
    """Walker's table is made for each row of shares: of equal cells, what the owner keeps and who has the rest."""
    slots, streams = table.shares.shape
    left, done = table.left, table.done
    for slot in range(slots):
        for i in range(streams):
            left[i] = table.shares[slot, i] * streams
            done[i] = 0
        for _ in range(streams - 1):
            poor, rich = -1, -1
            for i in range(streams):
                if not done[i]:
                    if poor < 0 or left[i] < left[poor]:
                        poor = i
                    if rich < 0 or left[i] > left[rich]:
                        rich = i
            table.keeps[slot, poor] = min(left[poor], 1.0)
            table.gives[slot, poor] = rich
            left[rich] -= 1.0 - table.keeps[slot, poor]
            done[poor] = 1


@whole(PLACE)
def place_at(line: int, places: int) -> int:
    """As `place`, with the addresses of the arrays."""
    found: int = place(_line(line), _places(places))
    return found


@whole(ALIAS)
def alias_at(table: int) -> int:
    """As `alias`, with the address of the arrays."""
    alias(_walker(table))
    return 0
