import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.asterisk.agi_opening import MAX_SHOWN, read_opening, shown
from ivr.asterisk.papers_wire import VARIABLES, papers_from_variables, papers_from_wire, papers_to_wire
from queues.ids import NO_CLEARANCE, UNKNOWN_CLEARANCE, CallId, Clearance, Instant, MenuId, QueueId
from routing.papers import Papers
from tests.asterisk.agi_peer import opening

FULL = ("huvudmeny", "socialtjanst", "1795296617000", "socialtjanst", "sv", "2", "1")
ANY_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=200)
HOSTILE_NAMES = [
    "",
    "x" * 10_240,
    "Å\u202eevil\u202c",
    "\U0001f600" * 50,
    "a\0b",
    "a\r\nb",
    "\x1b[2J",
    '"quoted"',
    "<script>alert(1)</script>",
    "'; DROP TABLE calls; --",
    "${SHELL(id)}",
    ";&|",
    "%0d%0a",
    '=HYPERLINK("x")',
]


def block(**changes) -> bytes:
    return opening(**changes).removesuffix(b"\n\n")


def test_a_fresh_call_has_no_papers():
    read = read_opening(block())
    assert read is not None
    assert (read.call, read.channel, read.number, read.caller, read.caller_name, read.papers, read.fresh) == (
        CallId("tonval-1.1"),
        "PJSIP/trunk-00000001",
        "0853061000",
        "0701740605",
        "Anna",
        None,
        True,
    )


def test_a_resumed_call_brings_its_papers():
    read = read_opening(block(papers=FULL, how="resumed"))
    assert read is not None
    assert not read.fresh
    assert read.papers == Papers(
        MenuId("huvudmeny"), QueueId("socialtjanst"), Instant(1795296617000), Clearance("socialtjanst"), "sv", 2, 1
    )


@pytest.mark.parametrize(
    ("said", "read"),
    [("none", NO_CLEARANCE), ("", UNKNOWN_CLEARANCE), ("a b", UNKNOWN_CLEARANCE), ("x", Clearance("x"))],
)
def test_a_clearance_that_cannot_be_read_is_secret(said, read):
    papers = papers_from_wire((*FULL[:3], said, *FULL[4:]))
    assert papers is not None
    assert papers.clearance == read


def test_no_name_of_a_clearance_can_be_taken_for_none():
    assert papers_to_wire(Papers(clearance=Clearance("none")))["TONVAL_CLEARANCE"] == ""


NAMES = st.text("abcåäöABC019_.:-", max_size=20)
COUNTS = st.integers(0, 10**12)
PAPERS = st.builds(
    Papers,
    menu=NAMES.map(MenuId),
    queue=NAMES.map(QueueId),
    entered_at_ms=COUNTS.map(Instant),
    clearance=st.sampled_from([NO_CLEARANCE, UNKNOWN_CLEARANCE, Clearance("socialtjanst")]),
    language=st.sampled_from(["sv", "en", "fi"]),
    priority=st.integers(0, 9),
    recoveries=st.integers(0, 99),
    outside=st.integers(0, 9),
)


@given(PAPERS)
def test_papers_come_back_as_they_were_laid(papers):
    wire = papers_to_wire(papers)
    assert papers_from_variables(wire) == papers
    assert papers_from_wire([wire[name] for name in VARIABLES]) == papers


@given(st.builds(Papers, menu=ANY_TEXT, queue=ANY_TEXT, clearance=ANY_TEXT, language=ANY_TEXT))
def test_no_paper_ends_a_dialplan_argument_or_lowers_a_clearance(papers):
    wire = papers_to_wire(papers)
    assert not re.search(r"[^0-9A-Za-zåäöÅÄÖ_.:-]", "".join(wire.values()))
    if papers.clearance != NO_CLEARANCE:
        assert papers_from_variables(wire) is None or papers_from_variables(wire).clearance != NO_CLEARANCE


@given(st.lists(ANY_TEXT, max_size=9))
def test_no_variables_upset_the_reader_of_papers(values):
    papers = papers_from_wire(values)
    assert papers is None or papers.clearance in {NO_CLEARANCE, UNKNOWN_CLEARANCE, *map(Clearance, values)}


@pytest.mark.fault("F32", "F57")
@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_a_hostile_name_is_shown_as_plain_text(name):
    read = read_opening(block(name=name))
    assert read is not None
    assert len(read.caller_name) <= MAX_SHOWN
    assert not [char for char in read.caller_name if unicodedata.category(char)[0] == "C"]


@pytest.mark.fault("F32", "F57")
def test_a_latin_1_name_does_not_cost_the_call():
    read = read_opening(block(name="@@").replace(b"@@", "Åsa Öberg".encode("latin-1")))
    assert read is not None
    assert read.caller_name == "\ufffdsa \ufffdberg"


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("0701740605", "0701740605"),
        ("+46701740605", "+46701740605"),
        ("070-174 06 05", "0701740605"),
        ("unknown", ""),
        ("anonymous", ""),
        ("", ""),
        ("1" * 30, ""),
        ("070${SHELL(id)}", ""),
        ("٠٧٠١", ""),
    ],
)
def test_a_callers_number_is_digits_or_nothing(said, kept):
    read = read_opening(block(caller=said))
    assert read is not None
    assert read.caller == kept


@pytest.mark.parametrize(
    ("presentation", "kept"), [("0", "0701740605"), ("32", ""), ("35", ""), ("67", ""), ("x", "0701740605")]
)
def test_a_withheld_number_is_not_kept(presentation, kept):
    read = read_opening(block(callingpres=presentation))
    assert read is not None
    assert read.caller == kept


@pytest.mark.fault("F32")
def test_a_line_break_in_a_name_forges_neither_papers_nor_call():
    forged = (
        "x\nagi_uniqueid: tonval-9.9\nagi_channel: PJSIP/other\nagi_arg_4: none\nagi_arg_2: ovrigt\nagi_arg_8: resumed"
    )
    read = read_opening(block(name=forged))
    assert read is not None
    assert (read.call, read.channel, read.papers, read.fresh) == (
        CallId("tonval-1.1"),
        "PJSIP/trunk-00000001",
        None,
        True,
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"uniqueid": ""},
        {"uniqueid": "a b"},
        {"channel": ""},
        {"channel": "a\r\nAction: x"},
        {"how": ""},
        {"how": "new"},
    ],
)
def test_an_opening_that_is_not_our_dialplans_is_refused(changes):
    assert read_opening(block(**changes)) is None


@given(st.binary(max_size=300))
def test_no_bytes_upset_the_reader_of_openings(data):
    assert read_opening(data) is None


@pytest.mark.fault("F57")
@given(ANY_TEXT, ANY_TEXT, ANY_TEXT)
def test_callers_words_change_nothing_but_themselves(name, caller, dnid):
    plain = read_opening(block())
    read = read_opening(block(name=name, caller=caller, dnid=dnid))
    assert plain is not None
    assert read is not None
    assert (read.call, read.channel, read.number, read.papers, read.fresh) == (
        plain.call,
        plain.channel,
        plain.number,
        plain.papers,
        plain.fresh,
    )
    assert re.fullmatch(r"(\+?[0-9]{2,20})?", read.caller)


@given(ANY_TEXT)
def test_shown_text_is_stable_and_short(text):
    assert shown(shown(text)) == shown(text)
    assert len(shown(text)) <= MAX_SHOWN
