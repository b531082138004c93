"""A bench that writes down what happens, as a person reads it: what the transcripts are made with."""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass

from queues.agents import PhoneState
from queues.ids import AgentId, Instant
from routing.events import AgentLoggedIn, PhoneStateChanged, Tick
from routing.kernel import Step
from routing.plan import Plan
from tests.kernel.centre import Bench


class Story(Bench):
    """A bench that writes down what happens."""

    def __init__(self, plan: Plan, *, linked: bool = True):
        super().__init__(plan, linked=linked)
        self.lines: list[str] = []

    def at(self, seconds, *events):
        now = Instant(round(seconds * 1000))
        while (due := self.kernel.next_deadline()) is not None and due <= now:
            self._write(due, "time passes", self._lawful(self.kernel.expire(Instant(due))))
        for event in events:
            self._write(
                now, "Tick" if isinstance(event, Tick) else told(event), self._lawful(self.kernel.handle(event, now))
            )
        return self.step

    def staff(self, seconds, *names):
        for name in names:
            self.at(seconds, AgentLoggedIn(AgentId(name)), PhoneStateChanged(AgentId(name), PhoneState.IDLE))

    def _write(self, at_ms: int, what: str, step: Step) -> None:
        if what == "time passes" and not step.actions + step.entries:
            return
        self.lines.append(f"{at_ms / 1000:7.1f}  {what}")
        self.lines += [f"         → {told(action)}" for action in step.actions]
        self.lines += [f"         · {told(entry)}" for entry in step.entries]


def told(thing: object) -> str:
    """An event, action or entry as one short line: its name, then its fields, without what is empty."""
    parts = [type(thing).__name__]
    for field in fields(thing):  # type: ignore[arg-type]
        if field.name not in {"at_ms", "language", "caller", "recoveries", "max_digits"}:
            parts += _value(field.name, getattr(thing, field.name))
    return " ".join(parts)


def _value(name: str, value: object) -> Iterator[str]:
    if not value and name != "digits":
        return
    if is_dataclass(value):
        yield f"({told(value)})"
    elif isinstance(value, tuple):
        texts = [t for v in value for t in ((f"({told(v)})",) if is_dataclass(v) else _value(name, v))]
        yield "+".join(texts)
    elif name.endswith("_ms") and isinstance(value, int):
        yield f"{name.removesuffix('_ms')}={value / 1000:g}"
    elif isinstance(value, int):
        yield f"{name}={value}"
    else:
        yield str(value) or "(silence)"
