"""SIP as bytes: what is built is read back, and no bytes make the parser do anything but refuse."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.testphone.message import (
    BadMessageError,
    Message,
    address_uri,
    parameter,
    parse,
    response_to,
    uri_address,
    uri_user,
)

NAMES = st.text("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-", min_size=2, max_size=20).filter(
    lambda name: name.lower() != "content-length"
)
VALUES = st.text(st.characters(min_codepoint=0, max_codepoint=255, exclude_characters="\r\n")).map(str.strip)
TOKENS = st.text("abcdefghijklmnopqrstuvwxyz0123456789:@.", min_size=1, max_size=30)


@given(
    method=st.sampled_from(["INVITE", "ACK", "BYE", "CANCEL", "REGISTER", "INFO"]),
    uri=TOKENS,
    headers=st.lists(st.tuples(NAMES, VALUES), max_size=8),
    body=st.binary(max_size=200),
)
def test_a_request_survives_the_wire_byte_for_byte(method, uri, headers, body):
    message = Message(method, uri, headers=headers, body=body)
    assert parse(message.to_bytes()) == message


@given(status=st.integers(100, 699), reason=VALUES, headers=st.lists(st.tuples(NAMES, VALUES)), body=st.binary())
def test_a_response_survives_the_wire_byte_for_byte(status, reason, headers, body):
    message = Message(status=status, reason=reason, headers=headers, body=body)
    assert parse(message.to_bytes()) == message


@given(st.binary(max_size=400))
def test_no_bytes_do_more_than_be_refused(data):
    try:
        message = parse(data)
    except BadMessageError:
        return
    _ = message.cseq, message.branch, message.call_id, uri_address(message.uri), uri_user(message.uri)


@given(
    st.sampled_from([b"INVITE sip:a@b SIP/2.0\r\n", b"SIP/2.0 200 OK\r\n"]),
    st.lists(
        st.sampled_from([b"CSeq: x INVITE", b" folded", b"v: SIP/2.0/UDP h;branch=", b'f: "a<b" <sip:', b"\xff: \x00"])
    ),
    st.binary(max_size=50),
)
def test_broken_headers_do_no_more_than_be_refused(first, lines, rest):
    try:
        message = parse(first + b"\r\n".join(lines) + b"\r\n\r\n" + rest)
    except BadMessageError:
        return
    _ = message.cseq, message.branch, address_uri(message.get("from")), parameter(message.get("from"), "tag")


@pytest.mark.parametrize("digits", ["9" * 5_000, "-1", "٣", "x"])
def test_numbers_that_are_none_do_no_more_than_be_refused(digits):
    head = "BYE sip:a@h SIP/2.0\r\n"
    with pytest.raises(BadMessageError):
        parse(f"{head}Content-Length: {digits}\r\n\r\n".encode())
    message = parse(f"{head}CSeq: {digits} BYE\r\n\r\n".encode())
    assert message.cseq == (0, "")
    assert uri_address(f"sip:a@h:{digits}") == ("h", 5060)


def test_short_header_names_are_long_ones():
    message = parse(b"SIP/2.0 200 OK\r\ni: x\r\nf: <sip:a@b>;tag=1\r\nl: 2\r\n\r\nhi!")
    assert (message.call_id, parameter(message.get("From"), "tag"), message.body) == ("x", "1", b"hi")


@pytest.mark.parametrize(
    ("value", "uri", "tag"),
    [
        ("<sip:a@h:1>;tag=t", "sip:a@h:1", "t"),
        ('"Anna; tag=no <sip:x@y>" <sip:a@h;lr>;tag=t', "sip:a@h;lr", "t"),
        (r'"say \"hi\" <" <sip:a@h>;x=1;TAG="t"', "sip:a@h", "t"),
        ("sip:a@h;tag=t", "sip:a@h", "t"),
    ],
)
def test_the_address_is_found_behind_any_name(value, uri, tag):
    assert (address_uri(value), parameter(value, "tag")) == (uri, tag)


def test_a_response_carries_what_ties_it_to_its_request():
    request = Message("BYE", "sip:a@b", headers=[("Via", "v1"), ("Via", "v2"), ("To", "<sip:b>"), ("Call-ID", "c")])
    answer = response_to(request, 486, tag="mine")
    assert (answer.every("via"), answer.get("to"), answer.reason) == (["v1", "v2"], "<sip:b>;tag=mine", "Busy Here")
