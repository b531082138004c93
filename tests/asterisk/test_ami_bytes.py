import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.asterisk.ami_bytes import (
    MAX_MESSAGE_BYTES,
    MessageSplitter,
    UnsafeHeaderError,
    check_headers,
    event_name,
    parse,
)

NAME = "Åsa Öberg 😀"
HANGUP = f"Event: Hangup\r\nCallerIDName: {NAME}\r\nUniqueid: tonval-1.1\r\nBridgeID: ".encode()
GOOD = b"Event: Hangup\r\nUniqueid: tonval-1.2"


def read(*chunks: bytes) -> list[dict[str, str] | None]:
    splitter = MessageSplitter()
    return [parse(raw) for chunk in chunks for raw in splitter.feed(chunk)]


@pytest.mark.fault("F27")
def test_a_name_is_whole_wherever_the_network_cut_it():
    stream = HANGUP + b"\r\n\r\n"
    for at in range(len(stream) + 1):
        assert read(stream[:at], stream[at:]) == [
            {"Event": "Hangup", "CallerIDName": NAME, "Uniqueid": "tonval-1.1", "BridgeID": ""}
        ]


def test_one_byte_at_a_time_is_as_good_as_all_at_once():
    stream = (HANGUP + b"\r\n\r\n") * 3
    assert read(*(stream[i : i + 1] for i in range(len(stream)))) == read(stream)


def test_a_message_ended_with_bare_line_feeds_does_not_swallow_the_next():
    assert [m and m["Uniqueid"] for m in read(b"Event: A\nUniqueid: 1\n\n" + GOOD + b"\r\n\r\n")] == ["1", "tonval-1.2"]


def test_a_message_ended_with_carriage_returns_is_left_out_and_the_next_read():
    assert read(b"Event: A\rUniqueid: 1\r\r" + GOOD + b"\r\n\r\n") == [
        None,
        {"Event": "Hangup", "Uniqueid": "tonval-1.2"},
    ]


@pytest.mark.fault("F26")
@pytest.mark.parametrize(
    "bad",
    [
        b"Event: Hangup\r\nno colon here\r\nUniqueid: 1",
        b"Event: Hangup\r\nUniqueid: 1\0",
        b"just noise",
        b"Colour: red",
        b"Event: X\r\n" + b"".join(b"H%d: v\r\n" % i for i in range(600)) + b"Uniqueid: 1",
        b"Event: Hangup\r\nCallerIDName: x\r\nUniqueid: forged\r\nUniqueid: 1",
        b"Event: Hangup\r\n: nameless",
    ],
)
def test_what_is_no_message_of_asterisks_is_left_out_and_the_next_read(bad):
    assert read(bad + b"\r\n\r\n" + GOOD + b"\r\n\r\n") == [None, {"Event": "Hangup", "Uniqueid": "tonval-1.2"}]


def test_a_line_of_a_mebibyte_is_counted_never_held_and_the_next_message_read():
    splitter = MessageSplitter()
    chunks = [b"Event: X\r\nName: ", *[b"a" * 4096] * 256, b"\r\n\r\n" + GOOD + b"\r\n\r\n"]
    found = []
    for chunk in chunks:
        found += splitter.feed(chunk)
        assert len(splitter._rest) <= MAX_MESSAGE_BYTES
    assert [parse(raw) for raw in found] == [{"Event": "Hangup", "Uniqueid": "tonval-1.2"}]
    assert splitter.oversized == 1


def test_ten_thousand_headers_in_one_go_are_counted_and_the_next_message_read():
    splitter = MessageSplitter()
    bomb = b"Event: X\r\n" + b"".join(b"Header-%d: v\r\n" % i for i in range(10_000)) + b"\r\n"
    assert [parse(raw) for raw in splitter.feed(bomb + GOOD + b"\r\n\r\n")] == [
        {"Event": "Hangup", "Uniqueid": "tonval-1.2"}
    ]
    assert splitter.oversized == 1


def test_headers_that_may_be_repeated_are_kept_and_keys_that_differ_in_case_are_two():
    raw = b"Event: Status\r\nVariable: A=1\r\nVariable: B=2\r\nuniqueid: low\r\nUniqueid: high"
    assert parse(raw) == {"Event": "Status", "Variable": "A=1\nB=2", "uniqueid": "low", "Uniqueid": "high"}


def test_the_name_of_an_event_is_read_whichever_way_its_line_ends():
    assert event_name(b"Event: Hangup\r\nX: y") == event_name(b"Event: Hangup\nX: y") == "Hangup"
    assert event_name(b"Event: Hangup") == "Hangup"
    assert event_name(b"Response: Success") == ""


@pytest.mark.parametrize("value", ["a\r\nAction: Originate", "a\nb", "a\rb", "a\0b", "x" * 1100, "å" * 500])
def test_a_value_that_could_become_a_second_action_is_refused_and_not_shown(value):
    with pytest.raises(UnsafeHeaderError) as raised:
        check_headers({"Action": "Setvar", "Value": value})
    assert value not in str(raised.value)


@pytest.mark.parametrize("key", ["", "A\r\nB", "A\nB", "A\0", "A: b"])
def test_a_key_that_could_become_a_second_header_is_refused(key):
    with pytest.raises(UnsafeHeaderError):
        check_headers({key: "v"})


@given(st.lists(st.binary(max_size=200), max_size=20))
def test_no_bytes_raise_or_are_held_beyond_the_limit(chunks):
    splitter = MessageSplitter()
    for chunk in chunks:
        for raw in splitter.feed(chunk):
            parsed = parse(raw)
            assert parsed is None or all("\r" not in v and "\0" not in v for v in parsed.values())
    assert len(splitter._rest) <= MAX_MESSAGE_BYTES


@given(st.text(alphabet=st.characters(exclude_characters="\r\n\0", exclude_categories=["Cs"]), max_size=80))
def test_any_caller_name_arrives_as_it_was(name):
    found = read(f"Event: X\r\nCallerIDName: {name}\r\nUniqueid: 1\r\n\r\n".encode())
    assert found == [{"Event": "X", "CallerIDName": name.strip(), "Uniqueid": "1"}]
