"""A directory's rows, whatever file they come from: named values, each with its place, and what is wrong with one."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ivr.config.problems import Place

FIELDS = (
    "förnamn",
    "efternamn",
    "uttal",
    "avdelning",
    "titel",
    "telefon",
    "telefontid",
    "frånvarande_till",
    "skyddad",
)
"""What may be said of a person, in whichever file."""


@dataclass(frozen=True, slots=True)
class Row:
    """A person's fields by name; what is not said is not there. Where one stands is worked out when it is asked for."""

    line: int
    values: Mapping[str, str]
    columns: Callable[[], Mapping[str, int]]

    def where(self, file: str, name: str = "") -> Place:
        """Where the field stands, or the row."""
        return Place(file, self.line, self.columns().get(name, 1) if name else 1)


class RowError(ValueError):
    """A row that cannot be used; where, and why, in Swedish."""

    def __init__(self, where: Place, sentence: str) -> None:
        super().__init__(sentence)
        self.where = where
        self.sentence = sentence


class FileError(ValueError):
    """A file that cannot be used; where, and why, in Swedish."""

    def __init__(self, where: Place, sentence: str, cure: str = "Rätta filen.") -> None:
        super().__init__(sentence)
        self.where, self.sentence, self.cure = where, sentence, cure
