"""The rules of the wire over a real socket: one request, one event; no answer, 408."""

import asyncio

import pytest

from ivr.testphone.agent import AgentPhone
from ivr.testphone.ear import Ear, until
from ivr.testphone.loopback import Address, NotLoopbackError
from ivr.testphone.message import Message, parse, response_to
from ivr.testphone.rtp import Studio
from ivr.testphone.sdp import Sound
from ivr.testphone.trunk import Trunk
from ivr.testphone.wire import Wire


class Raw(asyncio.DatagramProtocol):
    """A peer that does nothing by itself."""

    def __init__(self) -> None:
        self.received: list[bytes] = []

    def datagram_received(self, data: bytes, addr: Address) -> None:  # noqa: ARG002 - asyncio's signature
        self.received.append(data)


async def raw_peer() -> tuple[asyncio.DatagramTransport, Raw, int]:
    transport, raw = await asyncio.get_running_loop().create_datagram_endpoint(Raw, local_addr=("127.0.0.1", 0))
    return transport, raw, transport.get_extra_info("sockname")[1]


def options(branch: str, method: str = "OPTIONS") -> Message:
    headers = [("Via", f"SIP/2.0/UDP h;branch={branch}"), ("From", "<sip:a>"), ("To", "<sip:b>")]
    return Message(method, "sip:b@127.0.0.1", headers=[*headers, ("Call-ID", "c"), ("CSeq", f"1 {method}")])


async def test_a_request_that_comes_three_times_is_told_once_and_answered_thrice():
    told = []
    wire = await Wire.open(
        lambda message, to: (told.append(message), wire.reply(message, to, response_to(message, 200)))
    )
    transport, raw, _ = await raw_peer()
    for _ in range(3):
        transport.sendto(options("z9hG4bKone").to_bytes(), ("127.0.0.1", wire.port))
    assert await until(lambda: len(raw.received) == 3, 30_000)
    assert (len(told), len(set(raw.received))) == (1, 1)
    transport.close()
    wire.close()


async def test_a_request_is_repeated_until_nobody_can_be_expected_to_answer():
    transport, raw, port = await raw_peer()
    wire = await Wire.open(lambda _message, _to: None)
    wire.give_up_s = 0.7
    response = await wire.request(options(""), ("127.0.0.1", port))
    assert (response.status, len(raw.received)) == (408, 2)
    transport.close()
    wire.close()


async def test_a_refused_invite_is_acknowledged_every_time_the_refusal_comes():
    transport, raw, port = await raw_peer()
    wire = await Wire.open(lambda _message, _to: None)
    invite = options("z9hG4bKinvite", "INVITE")
    final = wire.request(invite, ("127.0.0.1", port))
    refusal = response_to(invite, 486, tag="t").to_bytes()
    for _ in range(2):
        transport.sendto(refusal, ("127.0.0.1", wire.port))
    assert (await final).status == 486
    assert await until(lambda: len(raw.received) == 3, 30_000)
    acks = [parse(data) for data in raw.received[1:]]
    assert [(ack.method, ack.branch) for ack in acks] == [("ACK", "z9hG4bKinvite")] * 2
    transport.close()
    wire.close()


async def test_bytes_that_are_no_sip_are_counted_and_harm_nothing():
    wire = await Wire.open(lambda message, to: wire.reply(message, to, response_to(message, 200)))
    transport, raw, _ = await raw_peer()
    for data in (b"\x00" * 40, b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", options("b").to_bytes()):
        transport.sendto(data, ("127.0.0.1", wire.port))
    assert await until(lambda: len(raw.received) == 1, 30_000)
    assert wire.bad_messages == 2
    transport.close()
    wire.close()


@pytest.mark.parametrize("host", ["192.0.2.1", "10.0.0.1", "localhost", "0.0.0.0", "::1", ""])
async def test_no_other_machine_is_ever_spoken_to(host, studio: Studio):
    wire = await Wire.open(lambda _message, _to: None)
    with pytest.raises(NotLoopbackError):
        wire.request(options("b"), (host, 5060))
    wire.close()
    with pytest.raises(NotLoopbackError):
        await Trunk.open((host, 5060), studio)
    with pytest.raises(NotLoopbackError):
        AgentPhone("anna", "secret", (host, 5060))
    with pytest.raises(NotLoopbackError):
        studio.open_stream(Ear()).aim(Sound((host, 4000), (8,)))
