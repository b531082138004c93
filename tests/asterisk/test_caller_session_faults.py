"""What Asterisk, the network and our own faults can do to a caller's session, and what must come of it."""

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs

from ivr.asterisk.agi_opening import read_opening
from ivr.asterisk.caller_session import HANGUP_WITHIN_S, MAX_WAITING_ACTIONS, CallerSession
from queues.ids import AgentId, CallId, Clearance, MenuId, OfferId, PromptId, QueueId
from routing.actions import AskDigits, EndCall, HoldMusic, KeepPapers, OfferToAgent, Say
from routing.events import CallerHungUp, DigitsEntered, PromptFinished
from routing.papers import Papers
from tests.asterisk.agi_peer import listening, opening

CALL = CallId("tonval-1.1")
HANGUP = ("HANGUP", "HANGUP")
SAY = Say(CALL, (PromptId("hej"), PromptId("adjo")), "sv")
ASK = AskDigits(CALL, (PromptId("meny"),), "sv", 3, 6_000, 4_000)
OFFER = OfferToAgent(CALL, OfferId(7), AgentId("alma"), 20_000, "lugn")
MUSIC = HoldMusic(CALL, "lugn")
BUSY_WITH = [SAY, ASK, MUSIC, OFFER, KeepPapers(CALL, Papers(MenuId("m"))), EndCall(CALL)]


@pytest.fixture
async def bench():
    async with listening() as one:
        yield one


async def gone(bench, *, hung_up: bool) -> None:
    """The session ended just so, and nothing else was reported."""
    if hung_up:
        assert await bench.director.report() == CallerHungUp(CALL)
    assert await bench.director.report() == (CALL, hung_up)
    assert bench.director.reported.empty()


# ── hang-up ─────────────────────────────────────────────────────────────────────────────────────────────────────
async def test_a_hang_up_while_nothing_is_asked_is_seen_at_once(bench):
    peer, _session = await bench.caller()
    peer.reply(*HANGUP)
    await gone(bench, hung_up=True)
    assert await peer.closed() == b""


@pytest.mark.fault("F33")
@pytest.mark.parametrize("action", BUSY_WITH, ids=lambda action: type(action).__name__)
@pytest.mark.parametrize("lines", [HANGUP, ("200 result=-1 endpos=1760", *HANGUP), ("200 result=1", *HANGUP)])
async def test_a_hang_up_in_the_reply_stream_is_never_taken_for_an_answer(bench, action, lines):
    peer, session = await bench.caller()
    session.perform(action)
    await peer.command()
    peer.reply(*lines)
    await gone(bench, hung_up=True)


@pytest.mark.fault("F33")
@pytest.mark.parametrize("action", [SAY, ASK, OFFER], ids=lambda action: type(action).__name__)
async def test_a_command_that_the_caller_ended_is_no_answer_before_the_hang_up_is_said(bench, action):
    peer, session = await bench.caller()
    session.perform(action)
    await peer.command()
    session.received(b"200 result=-1 endpos=1760\n")
    session.perform(MUSIC)
    assert bench.director.reported.empty()
    session.received(b"HANGUP\n")
    await gone(bench, hung_up=True)
    assert await peer.closed() == b""


@pytest.mark.fault("F33")
async def test_a_hang_up_in_the_wait_for_a_key_is_no_silence(bench):
    peer, session = await bench.caller()
    session.perform(AskDigits(CALL, (), "sv", 1, 6_000, 4_000))
    await peer.answers('WAIT FOR DIGIT "1500"', "200 result=0")
    await peer.answers('SET MUSIC "ON" "default"', "200 result=0")
    assert await peer.command() == 'WAIT FOR DIGIT "4500"'
    session.received(b"200 result=-1\n")
    assert bench.director.reported.empty()
    peer.close()
    await gone(bench, hung_up=True)


async def test_a_dead_channel_is_a_hang_up(bench):
    peer, session = await bench.caller()
    session.perform(MUSIC)
    await peer.command()
    peer.reply("511 Command Not Permitted on a dead channel or intercept routine")
    await gone(bench, hung_up=True)


async def test_a_caller_who_hangs_up_in_a_talk_is_asked_nothing_more(bench):
    peer, session = await bench.caller()
    session.perform(OFFER)
    await peer.command()
    peer.reply("200 result=-1")
    session.perform(MUSIC)
    peer.close()
    await gone(bench, hung_up=True)
    assert await peer.closed() == b""


async def test_a_talk_whose_hang_up_is_never_said_leaves_the_caller_to_the_dialplan(bench):
    peer, session = await bench.caller()
    session.perform(OFFER)
    await peer.command()
    assert not session.is_stuck()
    session._clock = lambda: 1e9
    assert not session.is_stuck()  # a talk may last as long as it likes
    session._clock = lambda: 0.0
    peer.reply("200 result=-1")
    session.perform(MUSIC)
    peer.reply("")
    await gone(bench, hung_up=False)
    assert HANGUP_WITHIN_S < 10


# ── a link that fails ───────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.fault("F29")
@pytest.mark.parametrize("action", BUSY_WITH, ids=lambda action: type(action).__name__)
@pytest.mark.parametrize("how", ["close", "reset", "half a reply"])
async def test_an_end_of_the_link_within_a_command_is_no_hang_up(bench, action, how):
    peer, session = await bench.caller()
    session.perform(action)
    await peer.command()
    if how == "reset":
        peer.reset()
    else:
        peer.send(b"200 resu" if how == "half a reply" else b"")
        peer.close()
    await gone(bench, hung_up=False)


@pytest.mark.parametrize(
    "line", ["200 result=1", "200 fine", "agi_arg_4: none", "", "520 Invalid", "\x00", "HANGUP ", "2" * 9000]
)
async def test_a_line_that_nobody_asked_for_closes_the_session(bench, line):
    peer, session = await bench.caller()
    peer.reply(line)
    await gone(bench, hung_up=False)
    assert await peer.closed() == b""
    session.perform(MUSIC)
    assert bench.director.reported.empty()


async def test_a_usage_text_is_the_answer_to_one_command(bench):
    peer, session = await bench.caller()
    session.perform(SAY)
    await peer.answers(
        'STREAM FILE "tonval/sv/hej" "D" "0"',
        "520-Invalid command syntax.  Proper usage follows:",
        "Usage: STREAM FILE <filename> <escape digits>",
        "200 result=49 endpos=1",
        "520 End of proper usage.",
    )
    await peer.answers('STREAM FILE "tonval/sv/adjo" "D" "0"', "200 result=0 endpos=800")
    assert await bench.director.report() == PromptFinished(CALL)


async def test_no_second_command_goes_out_before_the_first_is_answered(bench):
    peer, session = await bench.caller()
    session.perform(KeepPapers(CALL, Papers(MenuId("m"))))
    session.perform(KeepPapers(CALL, Papers(MenuId("n"))))
    session.perform(ASK)
    assert (await peer.command()).startswith("EXEC MSet")
    assert peer._reader._buffer == b""
    peer.reply("200 result=0")
    await peer.answers('SET VARIABLE "TONVAL_MENU" "n"', "200 result=1")
    assert (await peer.command()).startswith("GET OPTION")
    assert peer._reader._buffer == b""


# ── our own faults ──────────────────────────────────────────────────────────────────────────────────────────────
async def test_a_director_who_raises_costs_nobody_anything(bench):
    peer, session = await bench.caller()
    session._report = lambda _event: 1 / 0
    session.on_dial_ended = lambda _ended: 1 / 0
    with capture_logs() as lines:
        session.perform(Say(CALL, (PromptId("hej"),), "sv"))
        await peer.answers('STREAM FILE "tonval/sv/hej" "D" "0"', "200 result=0 endpos=1")
        session.perform(KeepPapers(CALL, Papers(MenuId("m"))))
        assert (await peer.command()).startswith("EXEC MSet")
        session.perform(OFFER)
        peer.reply("200 result=0")
        assert (await peer.command()).startswith("EXEC Dial")
        peer.reply("200 result=0")
        assert (await peer.command()).startswith("GET FULL")
        peer.reply("200 result=1 (BUSY|17|)")
        await peer.answers('SET MUSIC "ON" "lugn"', "200 result=0")
    assert [line["event"] for line in lines] == ["agi_callback_failed"] * 2


async def test_an_action_that_cannot_be_said_leaves_the_caller_to_the_dialplan(bench, monkeypatch):
    peer, session = await bench.caller()
    monkeypatch.setattr("ivr.asterisk.sounds.sound_name", lambda prompt, _language: f"{prompt}\nSET VARIABLE X 1")
    with capture_logs() as lines:
        session.perform(SAY)
    assert await peer.closed() == b""
    await gone(bench, hung_up=False)
    assert [line["event"] for line in lines] == ["agi_action_failed"]


async def test_more_actions_than_anybody_needs_leave_the_caller_to_the_dialplan(bench):
    _peer, session = await bench.caller()
    for n in range(MAX_WAITING_ACTIONS + 2):
        session.perform(KeepPapers(CALL, Papers(MenuId(f"m{n}"))))
    await gone(bench, hung_up=False)


async def test_a_session_that_nobody_has_started_keeps_the_hang_up(bench):
    taken = []
    bench.front._on_session = taken.append
    peer = await bench.stranger(opening() + b"HANGUP\n")
    assert await peer.closed() == b""
    taken[0].start(bench.director.reported.put_nowait)
    assert await bench.director.report() == CallerHungUp(CALL)


# ── for all texts and for all replies ───────────────────────────────────────────────────────────────────────────
class Recorder:
    """A wire that keeps what is sent, and whether it was closed."""

    def __init__(self) -> None:
        self.lines: list[bytes] = []
        self.is_closed = False

    def write(self, line: bytes) -> None:
        assert not self.is_closed
        self.lines.append(line)

    def close(self) -> None:
        self.is_closed = True


def session_on(block: bytes) -> tuple[CallerSession, Recorder, list]:
    wire, reported = Recorder(), []
    session = CallerSession(read_opening(block.removesuffix(b"\n\n")), wire, lambda: 0.0)
    session.on_closed = lambda one, hung_up: reported.append((one.call, hung_up))
    session.on_dial_ended = reported.append
    session.start(reported.append)
    return session, wire, reported


ANY_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=100)


def whole_call(block: bytes) -> list[bytes]:
    """Every line that goes to Asterisk in a call with everything in it."""
    session, wire, _ = session_on(block)
    papers = Papers(MenuId("m"), QueueId("soc"), clearance=Clearance("soc"))
    for action in (SAY, ASK, KeepPapers(CALL, papers), MUSIC, OFFER, EndCall(CALL)):
        session.perform(action)
        for _ in range(10):
            if session._sent is not None:
                session.received(b"200 result=0 (NOANSWER|0|) endpos=1\n")
    assert wire.is_closed
    return wire.lines


@pytest.mark.fault("F57")
@given(ANY_TEXT, ANY_TEXT, ANY_TEXT)
def test_what_goes_to_asterisk_does_not_depend_on_the_callers_words(name, caller, rdnis):
    assert whole_call(opening(name=name, caller=caller, rdnis=rdnis)) == whole_call(opening())


@given(ANY_TEXT, ANY_TEXT, ANY_TEXT, ANY_TEXT, ANY_TEXT)
def test_no_text_in_any_action_makes_a_second_line(prompt, language, music, agent, name):
    session, wire, _ = session_on(opening())
    papers = Papers(MenuId(name), QueueId(name), clearance=Clearance(name), language=name)
    for action in (
        Say(CALL, (PromptId(prompt),), language),
        KeepPapers(CALL, papers),
        HoldMusic(CALL, music),
        OfferToAgent(CALL, OfferId(1), AgentId(agent), 1, music),
    ):
        session.perform(action)
        if session._sent is not None:
            session.received(b"200 result=0\n")
    assert all(
        re.fullmatch(rb'(STREAM FILE|EXEC (Dial|MSet)|SET \w+|GET FULL \w+) [^\n\r\0]*"\n', one) for one in wire.lines
    )


KEYED = (replace(SAY, keys="*0"), replace(MUSIC, keys="5"))
KEPT = st.sampled_from(
    [SAY, ASK, MUSIC, OFFER, *KEYED, KeepPapers(CALL, Papers(MenuId("m"))), KeepPapers(CALL, Papers())]
)
REPLY = st.one_of(
    st.integers(0, 70).map(lambda n: f"200 result={n} endpos=5"),
    st.sampled_from(["200 result=1 (ANSWER|16|PJSIP/alma-1)", "200 result=1 (BUSY|17|)", "510 x", "520 x"]),
)


@given(st.lists(st.one_of(KEPT, REPLY), max_size=40))
def test_whatever_is_asked_and_answered_each_action_has_at_most_one_answer_and_digits_are_digits(steps):
    session, wire, reported = session_on(opening())
    asked = {Say: 0, AskDigits: 0, OfferToAgent: 0}
    for step in steps:
        reported_before = len(reported)
        if isinstance(step, str):
            if session._sent is not None:
                session.received(step.encode() + b"\n")
        else:
            session.perform(step)
            asked[type(step)] = asked.get(type(step), 0) + 1
        assert len(reported) <= reported_before + 1
    digits = [event.digits for event in reported if isinstance(event, DigitsEntered)]
    assert all(re.fullmatch(r"[0-9*#]{0,3}", one) for one in digits)
    by_music = digits.count("5") if KEYED[1] in steps else 0
    assert len(digits) - by_music <= asked[AskDigits] + steps.count(KEYED[0])
    assert sum(isinstance(event, PromptFinished) for event in reported) <= asked[Say]
    assert not wire.is_closed
    assert CallerHungUp(CALL) not in reported
