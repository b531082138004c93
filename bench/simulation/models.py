"""The models that every rival runs, as plain figures, and what a run of one of them tells."""

from dataclasses import dataclass

OWN = 2
"""From this level on the line of one's group comes before all others."""


@dataclass(frozen=True, slots=True)
class Model:
    """Groups of people, each with a line of its own; times in seconds, rates a second."""

    name: str
    title: str
    per_s: tuple[float, ...]
    """Poisson arrivals, by group."""
    levels: tuple[int, ...]
    """Of the people of each group."""
    talk_s: dict[int, float]
    """Mean of the exponential talk by the level of who answers; 0: of another group."""
    patience_s: float
    """Mean of the exponential patience."""
    lent_after_s: float = 0.0
    """After exactly so long, free people of other groups take the call too; 0 for never."""
    warm_up_s: float = 3_600.0


@dataclass(frozen=True, slots=True)
class Told:
    """What one run came to: how many calls it made in how long, and the share of them that was abandoned."""

    calls: int
    seconds: float
    abandoned: float
    mean_wait_s: float

    @property
    def per_s(self) -> float:
        """Calls a second."""
        return self.calls / self.seconds


M_M_20_M = Model(
    "m_m_20_m",
    "M/M/20+M: 20 people, 5 calls a minute, talk 240 s, patience 480 s",
    per_s=(300 / 3600,),
    levels=(1,) * 20,
    talk_s={1: 240.0},
    patience_s=480.0,
)
SIX_GROUPS = Model(
    "six_groups",
    "six groups of five at levels 1,1,2,2,3, any other group after exactly 60 s",
    per_s=tuple(calls / 3600 for calls in (83, 74, 64, 64, 54, 45)),
    levels=(1, 1, 2, 2, 3),
    talk_s={1: 240.0, 2: 264.0, 3: 300.0, 0: 300.0},
    patience_s=480.0,
    lent_after_s=60.0,
)
MODELS = (M_M_20_M, SIX_GROUPS)
