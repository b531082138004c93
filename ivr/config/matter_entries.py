"""matters.yaml, field by field: what people ring about, which department has it, and what whoever answers goes through.

ROSA classes 7 and 8 (management, political tasks) are no matters of a contact centre and cannot be written.
"""

import re
from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints

from ivr.config.fields import Level, Listed, Name, Strict, Title, refusal
from ivr.config.problems import Code

_LINK = re.compile(r"https://[a-z0-9]([a-z0-9.-]{0,100}[a-z0-9])?(:[0-9]{2,5})?(/[\w./%~?=&#:+,-]{0,300})?", re.ASCII)


def _link(text: str) -> str:
    if not _LINK.fullmatch(text):
        raise refusal(Code.BAD_LINK, f"{text[:60]!r} är ingen adress som börjar med https://.")
    return text


Link = Annotated[str, AfterValidator(_link)]
Rosa = Annotated[int, Field(ge=1, le=6)]
Remark = Annotated[str, StringConstraints(pattern=r"^[^\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]{1,200}$")]
"""One line of a checklist; people read it, nothing else does."""


class DepartmentEntry(Strict):
    """A department (förvaltning) that has matters."""

    title: Title


class MatterEntry(Strict):
    """One type of matter."""

    title: Title
    department: Name
    rosa: Rosa
    queues: Listed[Name] = ()
    """The groups whose calls it is offered for; none: every group's."""
    level: Level = 1
    """What it usually takes to answer it."""
    checklist: Annotated[Listed[Remark], Field(max_length=12)] = ()
    link: Link | None = None


class MattersFile(Strict):
    """Every department and every type of matter by name, in the order in which people find them on the page."""

    departments: Annotated[dict[Name, DepartmentEntry], Field(max_length=100)]
    matters: Annotated[dict[Name, MatterEntry], Field(max_length=500)]
