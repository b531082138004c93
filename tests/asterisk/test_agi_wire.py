import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.asterisk.agi_wire import (
    MAX_COMMAND_BYTES,
    MAX_REPLY_BYTES,
    MAX_USAGE_LINES,
    PATIENCE_S,
    CommandRefusedError,
    Reply,
    ReplyStream,
    Signal,
    Verb,
    command,
    parse_reply,
)

ANY_TEXT = st.text(st.characters(exclude_categories=[]), max_size=300)
HOSTILE = st.one_of(ANY_TEXT, st.text('"\\ \t\n\r\x00{}$();&,|%', max_size=60))


def asterisk_reads(line: str) -> list[str]:
    """How Asterisk's own parser (res_agi, parse_args) cuts a line into arguments."""
    found: list[str] = []
    whitespace, quoted, escaped = True, False, False
    for char in line:
        literal = escaped or char not in '" \t\\'
        if char == '"' and not escaped:
            quoted = not quoted
            if quoted and whitespace:
                found.append("")
                whitespace = False
        elif char in " \t" and not (quoted or escaped):
            whitespace = True
        elif char == "\\" and not escaped:
            escaped = True
            continue
        elif literal or quoted:
            if whitespace:
                found.append("")
                whitespace = False
            found[-1] += char
        escaped = False
    return found


@given(st.sampled_from(Verb), st.lists(HOSTILE, max_size=6))
def test_a_command_is_one_line_that_asterisk_reads_as_meant_or_none(verb, arguments):
    try:
        line = command(verb, *arguments)
    except CommandRefusedError:
        return
    assert line.count(b"\n") == 1
    assert line.endswith(b"\n")
    assert b"\r" not in line
    assert b"\0" not in line
    assert len(line) <= MAX_COMMAND_BYTES
    assert asterisk_reads(line.decode().rstrip("\n")) == [*verb.split(" "), *arguments]


@pytest.mark.parametrize("bad", ["\n", "\r", "\0", "a\nHANGUP", "\x1b[2J", "\x85", "\u2028", "\ud800"])
def test_a_command_with_a_line_break_or_a_control_character_is_refused(bad):
    with pytest.raises(CommandRefusedError):
        command(Verb.SET_VARIABLE, "X", bad)


def test_a_command_longer_than_asterisk_reads_is_refused():
    fits = MAX_COMMAND_BYTES - len('SET VARIABLE "X" ""\n')
    assert len(command(Verb.SET_VARIABLE, "X", "a" * fits)) == MAX_COMMAND_BYTES
    with pytest.raises(CommandRefusedError):
        command(Verb.SET_VARIABLE, "X", "a" * (fits + 1))
    with pytest.raises(CommandRefusedError):
        command(Verb.SET_VARIABLE, "X", "å" * (fits // 2 + 1))


def test_every_verb_has_a_patience():
    assert set(PATIENCE_S) == set(Verb)


@pytest.mark.parametrize(
    ("line", "reply"),
    [
        ("200 result=1", Reply(200, "1")),
        ("200 result=-1 endpos=1760", Reply(200, "-1", endpos=1760)),
        ("200 result=68 endpos=4160", Reply(200, "68", endpos=4160)),
        ("200 result= (timeout)", Reply(200, "", "timeout")),
        ("200 result=1234 (timeout)", Reply(200, "1234", "timeout")),
        ("200 result=1 (hangup)", Reply(200, "1", "hangup")),
        ("200 result=1 (ANSWER|16|PJSIP/alma-00000001)", Reply(200, "1", "ANSWER|16|PJSIP/alma-00000001")),
        ("200 result=1 (a (b) c)", Reply(200, "1", "a (b) c")),
        ("510 Invalid or unknown command", Reply(510)),
        ("511 Command Not Permitted on a dead channel or intercept routine", Reply(511)),
        ("520 Invalid command syntax.", Reply(520)),
        ("200 fine", None),
        ("200", None),
        ("HANGUP", None),
        ("agi_arg_4: none", None),
        ("", None),
    ],
)
def test_replies_are_read(line, reply):
    assert parse_reply(line) == reply


def test_a_key_is_one_that_telephones_or_asterisk_have():
    keys = {parse_reply(f"200 result={code}").key for code in range(-10, 300)}
    assert keys == {*"0123456789*#ABCD", ""}


def test_a_usage_text_is_one_reply():
    stream = ReplyStream()
    text = b"520-Invalid command syntax.  Proper usage follows:\n200 result=1\nHANGUP\n520 End of proper usage.\n"
    assert stream.feed(text + b"200 result=7\n") == [Reply(520), Reply(200, "7")]


def test_an_endless_usage_text_is_nonsense():
    stream = ReplyStream()
    assert Signal.NONSENSE in stream.feed(b"520-Usage\n" + b"more\n" * (MAX_USAGE_LINES + 1))


def test_an_endless_line_is_nonsense_and_is_not_kept():
    stream = ReplyStream()
    found = [item for _ in range(20) for item in stream.feed(b"a" * 1000)]
    assert found == [Signal.NONSENSE, Signal.NONSENSE]
    assert len(stream._rest) <= MAX_REPLY_BYTES


LINES = st.lists(
    st.one_of(
        st.sampled_from(
            [b"HANGUP", b"200 result=0", b"200 result=1 (x)", b"520-u", b"520 e", b"511 dead", b"", b"200 r"]
        ),
        st.binary(max_size=40),
    ),
    max_size=12,
)


@given(LINES, st.lists(st.integers(0, 300), max_size=8))
def test_replies_do_not_depend_on_how_the_bytes_are_cut(lines, cuts):
    data = b"\n".join(lines) + b"\n"
    whole = ReplyStream().feed(data)
    stream, found, last = ReplyStream(), [], 0
    for cut in [*sorted(cut for cut in cuts if cut < len(data)), len(data)]:
        found += stream.feed(data[last:cut])
        last = cut
    assert found == whole


@given(st.binary(max_size=400))
def test_no_bytes_upset_the_reader(data):
    for item in ReplyStream().feed(data):
        assert isinstance(item, Reply | Signal)


@given(ANY_TEXT, st.integers(0, 10**9))
def test_a_variables_value_is_read_whole(value, endpos):
    reply = parse_reply(f"200 result=1 ({value})")
    assert reply is not None
    if not value.endswith(")"):
        assert reply.data == value or " endpos=" in value
    assert parse_reply(f"200 result=0 endpos={endpos}") == Reply(200, "0", "", endpos)


def test_the_model_of_asterisks_parser_knows_plain_words():
    assert asterisk_reads('SET VARIABLE "A" "x \\"q\\" \\\\ back"') == ["SET", "VARIABLE", "A", 'x "q" \\ back']
    assert asterisk_reads(string.ascii_letters) == [string.ascii_letters]
