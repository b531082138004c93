"""Whatever happens, in whatever order: the laws of `routing.invariants` hold after every step of the kernel.

Hypothesis drives single happenings and shrinks what fails; a plain random stream drives many more. `TONVAL_STEPS` sets
how many steps the stream takes (default 100,000), the profile `large` how many Hypothesis does.
"""

import os
from random import Random

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from tests.kernel.life import Life

STEPS = int(os.environ.get("TONVAL_STEPS", "100000"))
STEPS_A_LIFE = 400
WAITS = (0, 0, 1, 40, 900, 2_500, 10_000, 61_000)
OFTEN = (
    "look_for_somebody",
    "look_for_somebody",
    "arrive",
    "press",
    "press",
    "press",
    "answer",
    "answer",
    "end_talk",
    "hear",
    "hang_up",
    "refuse",
    "come_back",
    "transfer",
    "park",
    "ask_for_callback",
    "write_promise",
    "ring_back",
    "ring_back",
)
SELDOM = (
    "press_in_line",
    "lose_session",
    "choose_in_fallback",
    "ring_in_fallback",
    "everybody_ready",
    "lose_link",
    "list_truly",
    "switch",
    "move",
    "pick",
    "order_callback",
    "cancel_callback",
    "line_seen",
    "come_through",
    "come_back_from_outside",
    "remember_minutes",
    "repeat_something",
    "say_anything",
)
RARELY = ("list_falsely", "replace_plan", "restart", "cut_menus")


class Machine(RuleBasedStateMachine):
    """One life, one happening at a time."""

    @initialize(seed=st.integers(0, 2**32))
    def begin(self, seed):
        self.life = Life(Random(seed))

    @rule(what=st.sampled_from(OFTEN), often=st.integers(1, 4), ms=st.sampled_from(WAITS))
    def often(self, what, often, ms):
        self.life.wait(ms)
        for _ in range(often):
            getattr(self.life, what)()

    @rule(what=st.sampled_from(SELDOM + RARELY), ms=st.sampled_from(WAITS))
    def seldom(self, what, ms):
        self.life.wait(ms)
        getattr(self.life, what)()

    @rule(kind=st.integers(0, 6), ms=st.sampled_from(WAITS))
    def staff(self, kind, ms):
        self.life.wait(ms)
        self.life.staff(kind)

    @rule()
    def to_the_next_deadline(self):
        due = self.life.kernel.next_deadline()
        if due is not None:
            self.life.wait(max(due - self.life.now, 0))

    @rule()
    def late_for_a_deadline(self):
        """The driver was held up: several deadlines have passed when it wakes."""
        self.life.now += 30_000
        self.life.wake()

    def teardown(self):
        if hasattr(self, "life"):
            self.life.replayed()


TestMachine = Machine.TestCase
_LARGE = os.environ.get("HYPOTHESIS_PROFILE") == "large"
TestMachine.settings = settings(
    max_examples=2_000 if _LARGE else 500,
    stateful_step_count=100 if _LARGE else 50,
    deadline=None,
    derandomize=not _LARGE,
    suppress_health_check=list(HealthCheck),
)


def live(seed: int, steps: int, kind: type[Life] = Life) -> Life:
    """A life of at least so many steps, calm or troubled."""
    rnd = Random(seed)
    life = kind(rnd)
    trouble = rnd.choice([0.02, 0.1, 0.3])
    waits = rnd.choice([WAITS, WAITS[:5]])
    while life.steps < steps:
        life.wait(rnd.choice(waits))
        dice = rnd.random()
        if dice < trouble / 10:
            getattr(life, rnd.choice(RARELY))()
        elif dice < trouble:
            getattr(life, rnd.choice(SELDOM))()
        elif dice < 0.4:
            life.staff(rnd.choice([0, 0, 2, 2, 6, 6, rnd.randrange(7)]))
        else:
            getattr(life, rnd.choice(OFTEN))()
    life.replayed()
    return life


@pytest.mark.parametrize("part", range(10))
def test_laws_hold_whatever_happens(part):
    lives = max(STEPS // STEPS_A_LIFE // 10, 1)
    for seed in range(part * lives, (part + 1) * lives):
        try:
            live(seed, STEPS_A_LIFE)
        except BaseException as broken:
            broken.add_note(f"seed {seed}")
            raise
