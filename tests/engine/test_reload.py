"""A configuration that cannot be used changes nothing while calls go on; one that can has its rule for each of them."""

import asyncio
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ivr.config.load import SHIPPED
from ivr.config.site import Site
from ivr.control import BadOrderError
from ivr.live import Service
from ivr.orders import orders
from queues.agents import AgentState, PhoneState
from queues.ids import AgentId, CallId
from routing.events import CallArrived, CallerHungUp, DigitsEntered, OfferAnswered, PhoneStateChanged, WorldListed
from routing.state import CallState

NUMBER, IVAN, JENNY, BENGT = "+46846500400", AgentId("ivan"), AgentId("jenny"), AgentId("bengt")
BUILDING = "4"
TALKS, WAITS = CallId("talks"), CallId("waits")


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    """Botkyrka's, never started: one call to the builders talks, one waits, and nobody else is there."""
    folder = Path(shutil.copytree(SHIPPED / "botkyrka", tmp_path / "botkyrka"))
    service = Service(folder, Site(tmp_path / "home"), open_always=True)
    yield service
    service.call_log.close()


@pytest.fixture
async def serving(service: Service) -> Service:
    feed = service.engine.feed
    feed(WorldListed(service.clock(), (), ()))
    feed(PhoneStateChanged(IVAN, PhoneState.IDLE))
    for call in (TALKS, WAITS):
        feed(CallArrived(call, NUMBER, ""))
        feed(DigitsEntered(call, BUILDING))
    feed(OfferAnswered(TALKS, service.kernel.centre.calls[TALKS].offer))
    assert states(service) == (CallState.TALKING, CallState.WAITING)
    return service


def states(service: Service) -> tuple[CallState, ...]:
    return tuple(service.kernel.centre.calls[call].state for call in (TALKS, WAITS))


async def refused(service: Service) -> str:
    """What `tonval reload` answers; the old configuration is in force, whole, and calls come in and are asked."""
    before, house = service.kernel.centre.plan, service.house
    with pytest.raises(BadOrderError) as told:
        await orders(service)["reload"]({})
    assert service.kernel.centre.plan is before
    assert service.house is house
    assert states(service) == (CallState.TALKING, CallState.WAITING)
    newcomer = CallId(f"newcomer {len(service.kernel.centre.over)}")
    service.engine.feed(CallArrived(newcomer, NUMBER, ""))
    assert service.kernel.centre.calls[newcomer].state is CallState.MENU
    service.engine.feed(CallerHungUp(newcomer))
    return str(told.value)


def bytes_of(change: Callable[[bytes], bytes]) -> Callable[[Path], None]:
    return lambda file: file.write_bytes(change(file.read_bytes())) and None


def hundred_mib(file: Path) -> None:
    with file.open("r+b") as written:
        written.truncate(100 * 2**20)


BOMB = b"a0: &a0 [x, x]\n" + b"".join(
    b"a%d: &a%d [%s]\n" % (n, n, b", ".join([b"*a%d" % (n - 1)] * 10)) for n in range(1, 11)
)
BROKEN: dict[str, tuple[Callable[[Path], None], str]] = {
    "not YAML": (bytes_of(lambda raw: raw + b"\n  [\n"), "fel Y08"),
    "empty": (bytes_of(lambda _: b"\n"), "fel Y09"),
    "half written": (bytes_of(lambda raw: raw[: len(raw) * 2 // 3]), "fel "),
    "BOM": (bytes_of(lambda raw: b"\xef\xbb\xbf" + raw), "fel Y06"),
    "UTF-16": (bytes_of(lambda raw: raw.decode().encode("utf-16")), "fel Y06"),
    "tabs": (bytes_of(lambda raw: raw.replace(b"\n  ", b"\n\t", 1)), "fel Y07"),
    "100 MiB": (hundred_mib, "fel Y04"),
    "alias bomb": (bytes_of(lambda _: BOMB), "fel Y12"),
    "duplicate key": (
        bytes_of(lambda raw: raw.replace(b"    title: Bygg", b"    title: X\n    title: Bygg", 1)),
        "fel Y10",
    ),
    "unknown key": (bytes_of(lambda raw: raw.replace(b"  ring_s:", b"  rings_s:", 1)), "fel S01"),
    "gone": (lambda file: file.unlink(), "fel Y02"),
}


@pytest.mark.fault("F73")
async def test_a_broken_file_changes_nothing_and_the_refusal_says_where(serving: Service):
    file = serving.folder / "queues.yaml"
    whole = file.read_bytes()
    for how, (spoil, told) in BROKEN.items():
        spoil(file)
        refusal = await refused(serving)
        assert told in refusal, how
        assert f"{file}:" in refusal, how
        file.write_bytes(whole)


@pytest.mark.fault("F73")
async def test_what_was_mended_is_taken_the_next_time(serving: Service):
    file = serving.folder / "queues.yaml"
    whole = file.read_text("utf-8")
    file.write_text("\ufeff" + whole, "utf-8")
    await refused(serving)
    file.write_text(whole.replace("ring_s: 20", "ring_s: 25"), "utf-8")
    await orders(serving)["reload"]({})
    assert {queue.ring_ms for queue in serving.kernel.centre.plan.queues.values()} == {25_000}
    assert states(serving) == (CallState.TALKING, CallState.WAITING)


Change = tuple[str, str, str]
PARTNER = 'partners: {svar: {title: Svar, number: "%s", address: "127.0.0.1:5090", lines: 4}}'
ANY_STEP = "- {after_s: 0, to: any, min_level: 1}"
TO_PARTNER = f"{ANY_STEP}\n    - {{after_s: 90, to: partner, partner: svar}}"
OVERFLOW = "    queued: [%s]\n    max_wait: {after_s: 600, then: [{to: queue, queue: %s}]}"
HARMFUL: dict[str, tuple[tuple[Change, ...], str]] = {
    "a group that choices still lead to": ((("queues.yaml", "  bygg:\n", "  byggen:\n"),), "fel N02"),
    "a group without anybody": (
        (
            ("queues.yaml", "title: Bygg, gata, park och miljö", "title: Bygg\n    plan: [{after_s: 0, to: own}]"),
            ("agents.yaml", "{aldre: 2, bygg: 2}", "{aldre: 2}"),
            ("agents.yaml", "{bygg: 3}", "{ovrigt: 2}"),
            ("agents.yaml", "{bygg: 2, ovrigt: 2}", "{ovrigt: 2}"),
        ),
        "fel K01",
    ),
    "a secret group that nobody may hear": (
        (("queues.yaml", "confidential: socialtjanst", "confidential: valfusk"),),
        "fel K03",
    ),
    "overflow in a circle": (
        (
            ("queues.yaml", "    queued: [ko_bygg]", OVERFLOW % ("ko_bygg", "aldre")),
            ("queues.yaml", "    queued: [ko_aldre]", OVERFLOW % ("ko_aldre", "bygg")),
        ),
        "rundgång",
    ),
    "a choice without a target": (
        (("menu.yaml", "5: {prompt: val_5_ovrigt, queue: ovrigt}", "5: {prompt: val_5_ovrigt}"),),
        "fel S07",
    ),
    "a partner's number that may not be rung": (
        (("partners.yaml", "partners: {}", PARTNER % "+4690050499"), ("queues.yaml", ANY_STEP, TO_PARTNER)),
        "fel S14",
    ),
    "a secret group with a partner": (
        (("partners.yaml", "partners: {}", PARTNER % "+46406280490"), ("queues.yaml", ANY_STEP, TO_PARTNER)),
        "fel K06",
    ),
}


def change(service: Service, *changes: Change) -> None:
    for name, old, new in changes:
        text = (service.folder / name).read_text("utf-8")
        assert text.count(old) == 1, (name, old)
        (service.folder / name).write_text(text.replace(old, new), "utf-8")


@pytest.mark.fault("F74")
async def test_a_harmful_change_is_refused_as_a_whole_with_its_reason(serving: Service):
    files = {path: path.read_bytes() for path in serving.folder.glob("*.yaml")}
    for what, (changes, told) in HARMFUL.items():
        change(serving, *changes)
        assert told in await refused(serving), what
        for path, whole in files.items():
            path.write_bytes(whole)


NO_BUILDERS: tuple[Change, ...] = (
    ("menu.yaml", "4: {prompt: val_4_bygg, queue: bygg}", "4: {prompt: val_4_bygg, queue: ovrigt}"),
    ("agents.yaml", "{aldre: 2, bygg: 2}", "{aldre: 2}"),
    ("agents.yaml", "{bygg: 3}", "{ovrigt: 2}"),
    ("agents.yaml", "{bygg: 2, ovrigt: 2}", "{ovrigt: 2}"),
)


@pytest.mark.fault("F74")
async def test_a_group_that_is_removed_serves_those_who_stand_in_it(serving: Service):
    """They finish under the rules by which they came: same line, same place, answered by those who had the group."""
    entered = serving.kernel.centre.calls[WAITS].entered_at_ms
    queues = (serving.folder / "queues.yaml").read_text("utf-8")
    block = queues[queues.index("  bygg:\n") : queues.index("  ovrigt:\n")]
    change(serving, ("queues.yaml", block, ""), *NO_BUILDERS)
    await orders(serving)["reload"]({})
    call = serving.kernel.centre.calls[WAITS]
    assert (call.state, call.queue, call.entered_at_ms) == (CallState.WAITING, "bygg", entered)
    serving.engine.feed(PhoneStateChanged(JENNY, PhoneState.IDLE))
    assert (call.state, call.agent) == (CallState.OFFERED, JENNY)
    late = CallId("late")
    serving.engine.feed(CallArrived(late, NUMBER, ""))
    serving.engine.feed(DigitsEntered(late, BUILDING))
    assert serving.kernel.centre.calls[late].queue == "ovrigt"


@pytest.mark.fault("F74")
async def test_a_person_who_is_removed_finishes_the_talk(serving: Service):
    line = next(line for line in (serving.folder / "agents.yaml").read_text("utf-8").splitlines() if "  ivan:" in line)
    change(serving, ("agents.yaml", f"{line}\n", ""))
    await orders(serving)["reload"]({})
    assert states(serving) == (CallState.TALKING, CallState.WAITING)
    assert serving.kernel.centre.people[IVAN].state is AgentState.TALKING
    serving.engine.feed(CallerHungUp(TALKS))
    await asyncio.sleep(0)
    person = serving.kernel.centre.people.get(IVAN)
    assert person is None or person.state is AgentState.LOGGED_OUT
    assert serving.kernel.centre.calls[WAITS].state is CallState.WAITING
