from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio

from ivr.asterisk.render import Tuning
from tests.asterisk.house import small_house
from tests.asterisk.running import Line, RunningAsterisk, line_to, running_asterisk

PAPERS_DIALPLAN = """
; Numbers whose calls come with papers already on them, as an engine that died has left them.
[from-trunk](+)
exten => 9001,1,Set(TONVAL_QUEUE=ovrigt)
 same => n,Set(TONVAL_CLEARANCE=socialtjanst)
 same => n,Goto(with-papers,s,1)
exten => 9002,1,Set(TONVAL_QUEUE=ovrigt)
 same => n,Goto(with-papers,s,1)
exten => 9003,1,Set(TONVAL_QUEUE=bygg)
 same => n,Set(TONVAL_CLEARANCE=none)
 same => n,Set(TONVAL_ENTERED_MS=1700000009000)
 same => n,Goto(with-papers,s,1)
exten => 9004,1,Set(TONVAL_QUEUE=bygg)
 same => n,Set(TONVAL_CLEARANCE=none)
 same => n,Set(TONVAL_ENTERED_MS=1700000001000)
 same => n,Goto(with-papers,s,1)
exten => 9005,1,Set(TONVAL_MENU=huvudmeny)
 same => n,Set(TONVAL_LANGUAGE=sv)
 same => n,Goto(with-papers,s,1)
exten => 9006,1,Set(TONVAL_QUEUE=no_such_queue)
 same => n,Set(TONVAL_CLEARANCE=none)
 same => n,Goto(with-papers,s,1)
[with-papers]
exten => s,1,Answer()
 same => n,Goto(fallback,s,1)
"""


@pytest.fixture(scope="session")
def asterisk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningAsterisk]:
    """A real Asterisk with the small house, and no engine: one for all tests that do not harm it."""
    tuning = Tuning(engine_silence_s=2, extra={"extensions.conf": PAPERS_DIALPLAN})
    with running_asterisk(tmp_path_factory.mktemp("a"), small_house(), tuning) as running:
        yield running


@pytest_asyncio.fixture
async def line(asterisk: RunningAsterisk) -> AsyncIterator[Line]:
    """Callers and phones; the fail-open queues are empty before and after."""
    async with line_to(asterisk) as line:
        yield line
    for queue in asterisk.house.plan.queues:
        for person in asterisk.house.people:
            asterisk.server.cli(f"queue remove member PJSIP/{person} from fallback-{queue}")
