"""Percentiles, and figures held against their limits."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any


def percentile(values: Sequence[float], share: float) -> float:
    """The value that `share` (0 to 1) of all values do not exceed; nan for none."""
    if not values:
        return float("nan")
    ordered = sorted(values)
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)]


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured value and, where there is one, the limit that it must not exceed."""

    name: str
    value: float
    unit: str
    limit: float | None = None
    beside: str = ""
    """What it is to be compared with."""

    @property
    def met(self) -> bool:
        """Whether the value keeps within its limit; a value that could not be measured does not."""
        return self.limit is None or self.value <= self.limit

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {**asdict(self), "met": self.met}


def spread(name: str, unit: str, values: Sequence[float], shares: Sequence[float] = (0.5, 0.95, 0.99)) -> str:
    """The percentiles as a person reads them."""
    parts = [f"p{share * 100:g} {percentile(values, share):.2f}" for share in shares]
    return f"{name}: {', '.join(parts)} {unit} (n={len(values)})"
