"""The kinds of things that are said once and never changed: what happened, what is remembered, what is to be done."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

__all__ = ["fact"]

if TYPE_CHECKING:
    from dataclasses import dataclass as fact
else:

    def fact(*, frozen: bool, slots: bool) -> Callable[[type], type]:
        """`dataclass`, of which mypy alone forbids any change.

        To have Python forbid it as well makes each fact four times as dear to make, and the kernel makes about thirty
        in a call: a seventh of all its time.
        """
        return dataclass(slots=slots, unsafe_hash=frozen)
