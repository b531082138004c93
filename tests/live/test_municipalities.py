"""The other shipped municipalities at work on a real Asterisk, as their files have them; Botkyrka is in the others."""

import socket

import pytest

from ivr.config.site import HOST
from ivr.testphone.agent import AgentPhone
from ivr.testphone.behaviour import answer
from tests.live.scene import people, service, until

pytestmark = pytest.mark.asterisk


async def test_joenkoeping_answers_whoever_presses_and_whoever_waits():
    async with service(municipality="jonkoping") as standing, people(standing) as scene:
        operator = await scene.phone("rolf", answer(50, talk_ms=2_200))
        caller = await scene.chooses("1")
        assert await caller.hear_agent()
        await caller.over.wait()
        guide = await scene.phone("agneta", answer(50))
        await scene.agent_is("rolf", "ready")
        silent = await scene.in_menu()
        assert await silent.hear_prompt("vanta_kvar_sa_svarar_vi")
        assert await silent.hear_agent()
        assert (len(operator.rings), len(guide.rings)) == (1, 1)
        row = await scene.row(caller)
        assert (row["outcome"], row["queue"], row["agent"]) == ("answered", "vagledning", "rolf")
        told = next(why for why in scene.entries("CandidatesWeighed") if why["agent"] == "agneta")
        assert [(one["agent"], one["why"]) for one in told["passed_over"] if one["why"] != "logged_out"] == [
            ("rolf", "level")
        ]


@pytest.fixture
def partner_port() -> int:
    """A port at which the partner's switch will listen."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def test_danderyd_sends_what_is_too_much_outside_and_nothing_secret(partner_port: int):
    """The plan as it stands, with its times in seconds instead of minutes, and a line of one long enough."""
    sooner = (
        ("partners.yaml", "127.0.0.1:5090", f"127.0.0.1:{partner_port}"),
        ("partners.yaml", "    ring_s: 30\n", "    ring_s: 30\n    watched: false\n"),
        ("queues.yaml", "after_s: 90", "after_s: 2"),
        ("queues.yaml", "after_s: 20", "after_s: 1"),
        ("queues.yaml", "queue_longer_than: 3", "queue_longer_than: 0"),
    )
    async with service(municipality="danderyd", adapted=sooner) as standing, people(standing) as scene:
        server = (HOST, scene.standing.site.sip_port)
        partner = AgentPhone("svarsstalle", "", server, scene.studio, answer(50), voice=99, port=partner_port)
        partner.book = scene.book
        await partner.open()
        try:
            own = await scene.phone("hugo", answer(50))
            first = await scene.chooses("4")
            assert await first.hear_agent()
            secret = await scene.chooses("3")
            second = await scene.chooses("4")
            ring = (await until(lambda: partner.rings))[0]
            await until(lambda: ring.prompts == ["viskning_danderyd", "viskning_bygg"])
            assert await second.hear_agent()
            assert len(own.rings) == 1
            await scene.call_is(secret, "waiting")
            assert len(partner.rings) == 1
        finally:
            await partner.close()
