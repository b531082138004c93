"""The bounds of a line as a municipality writes them: how long, how many, and what becomes of a line without people."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from ivr.config.fields import Listed, Name, Prompts, Strict, refusal
from ivr.config.problems import Code


class WayEntry(Strict):
    """One thing that may become of a call: another queue, a partner, a callback, or last words."""

    to: Literal["queue", "partner", "callback", "message"]
    queue: Name | None = None
    partner: Name | None = None
    say: Prompts = ()
    """The last words of a message; for the others what is said once on the way."""

    @model_validator(mode="after")
    def _names_what_it_leads_to(self) -> Self:
        if (self.to == "queue") != (self.queue is not None) or (self.to == "partner") != (self.partner is not None):
            raise refusal(Code.WAY_FIELDS, "Raden ska ha queue om, och bara om, den går till queue; så också partner.")
        if self.to == "message" and not self.say:
            raise refusal(Code.WAY_FIELDS, "Ett besked måste säga något (say): annars läggs luren på i örat.")
        return self


Ways = Annotated[Listed[WayEntry], Field(max_length=5)]
"""Tried in this order; the last is taken also when it cannot be seen that anybody is there. Empty: no limit."""


class MaxWaitEntry(Strict):
    """How long one may wait in this line."""

    after_s: Annotated[int, Field(ge=30, le=28_800)]
    then: Ways


class MaxLengthEntry(Strict):
    """How many may stand in the line; whoever comes after them does not."""

    over: Annotated[int, Field(ge=0, le=5_000)]
    """0: only those for whom somebody is free."""
    then: Ways


class NobodyEntry(Strict):
    """What becomes of those in line when nobody who could take their calls has been logged in for so long."""

    after_s: Annotated[int, Field(ge=0, le=3_600)] = 15
    then: Ways


LIMITS = ("max_wait", "max_length", "nobody_logged_in")
LimitEntry = MaxWaitEntry | MaxLengthEntry | NobodyEntry
