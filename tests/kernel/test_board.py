"""The board shows what the kernel knows, whatever happens, and its counts are those of the entries (I2, I23, I24)."""

import os
from random import Random

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule

from tests.kernel.board_watch import Watched
from tests.kernel.test_machine import Machine, live

LIVES = int(os.environ.get("TONVAL_STEPS", "100000")) // 400


class BoardMachine(Machine):
    """One life, folded."""

    @initialize(seed=st.integers(0, 2**32))
    def begin(self, seed):
        self.life = Watched(Random(seed))

    @rule()
    def midnight(self):
        self.life.midnight()


TestBoard = BoardMachine.TestCase
_LARGE = os.environ.get("HYPOTHESIS_PROFILE") == "large"
TestBoard.settings = settings(
    max_examples=1_000 if _LARGE else 100,
    stateful_step_count=100 if _LARGE else 40,
    deadline=None,
    derandomize=not _LARGE,
    suppress_health_check=list(HealthCheck),
)


@pytest.mark.fault("I2", "I23", "I24")
@pytest.mark.parametrize("seed", range(LIVES // 4))
def test_board_is_what_the_kernel_knows_whatever_happens(seed):
    live(seed, 400, Watched)
