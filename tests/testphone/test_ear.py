"""Hearing, by packets made by hand: gaps, silence, voices, prompts and digits."""

import struct

from ivr.testphone.ear import Ear, Heard, classify
from ivr.testphone.g711 import encode, silence, voice_payload
from ivr.testphone.sdp import PCMA


def packet(payload: bytes, sequence: int = 0, kind: int = PCMA, stamp: int = 0) -> memoryview:
    return memoryview(struct.pack("!BBHII", 0x80, kind, sequence & 0xFFFF, stamp, 1) + payload)


def noise(seed: int) -> bytes:
    return encode([(seed * 7919 + n * n * 31) % 16_000 - 8_000 for n in range(160)], PCMA)


def hear(ear: Ear, payloads: list[bytes], begin_ms: float = 0.0) -> float:
    """The packets come 20 ms apart; the instant of the last one."""
    first = ear.packets
    for at, payload in enumerate(payloads):
        ear.hear(packet(payload, first + at), begin_ms + 20 * at)
    return begin_ms + 20 * (len(payloads) - 1)


def test_a_hole_between_packets_is_the_longest_gap():
    ear = Ear()
    end = hear(ear, [noise(n) for n in range(5)], 1_000)
    hear(ear, [noise(n) for n in range(5)], end + 437)
    assert (ear.longest_gap_ms, ear.packets) == (437, 10)


def test_packets_of_silence_are_silence_but_no_gap():
    ear = Ear()
    ear.begin(1_000)
    hear(ear, [noise(1), *[silence(PCMA)] * 100, noise(2)], 1_000)
    assert (ear.longest_silence_ms, ear.longest_gap_ms) == (101 * 20, 20)


def test_silence_that_lasts_until_now_counts():
    ear = Ear()
    ear.begin(1_000)
    assert ear.silence_until(7_500) == 6_500


def test_silence_before_the_answer_does_not_count():
    assert Ear().silence_until(7_500) == 0


def test_lost_packets_are_counted_across_the_wrap():
    ear = Ear()
    for sequence in (65_534, 65_535, 2, 3):
        ear.hear(packet(noise(sequence), sequence), 1_000)
    assert ear.lost == 2


def test_a_voice_is_noticed_once_with_its_instant():
    noticed = []
    ear = Ear(notice=lambda *what: noticed.append(what))
    hear(ear, [noise(1), *[voice_payload(42, PCMA)] * 5], 1_000)
    assert noticed == [("voice", "42", 1_040)]


def test_a_voice_that_stops_for_music_is_no_longer_heard_and_its_length_is_known():
    ear = Ear()
    end = hear(ear, [voice_payload(42, PCMA)] * 51, 1_000)
    assert (ear.voice, ear.longest_voice_ms) == (42, 980)
    hear(ear, [noise(n) for n in range(5)], end + 20)
    assert (ear.voice, ear.longest_voice_ms) == (-1, 980)


def test_a_prompt_is_named_by_its_packets_and_named_again_when_it_is_said_again():
    noticed = []
    ear = Ear(
        book={noise(1): "welcome", noise(2): "welcome", noise(3): "menu", noise(4): "menu"},
        notice=lambda *w: noticed.append(w),
    )
    hear(ear, [noise(1), noise(2), noise(3)], 1_000)
    hear(ear, [noise(4)], 5_000)
    assert ear.prompts == ["welcome", "menu", "menu"]
    assert [at for _, _, at in noticed] == [1_000, 1_040, 5_000]


def test_sound_that_is_no_prompt_is_music():
    noticed = []
    ear = Ear(book={noise(1): "welcome"}, notice=lambda *what: noticed.append(what[:2]), attentive=True)
    end = hear(ear, [noise(1), *[noise(n) for n in range(2, 200)]], 1_000)
    assert noticed == [("prompt", "welcome"), ("music", "")]
    assert ear.what(end) is Heard.MUSIC


def test_nothing_for_a_while_is_silence():
    ear = Ear(attentive=True)
    end = hear(ear, [noise(n) for n in range(50)])
    assert ear.what(end + 500) is Heard.SILENCE


def test_one_press_is_one_digit_however_often_it_is_told():
    ear = Ear()
    for stamp, event in ((800, 5), (1_600, 5), (2_400, 11)):
        for at in range(9):
            data = struct.pack("!BBH", event, 0x80 if at > 5 else 0, 160 * at)
            ear.hear(packet(data, at, 101, stamp), 1_000 + at)
    assert ear.digits == "55#"


def test_rtcp_on_the_same_port_is_not_counted():
    ear = Ear()
    ear.hear(packet(b"\0" * 20, kind=72), 1_000)
    assert (ear.packets, ear.foreign) == (0, 1)


def test_kinds_of_sound_are_told_apart_without_a_book():
    tone = [voice_payload(3, PCMA)] * 50
    steady = [noise(n) for n in range(150)]
    speech = [noise(n) if n % 20 < 12 else silence(PCMA) for n in range(150)]
    kinds = [classify(sound, PCMA) for sound in ([silence(PCMA)] * 50, tone, steady, speech)]
    assert kinds == [Heard.SILENCE, Heard.TONE, Heard.MUSIC, Heard.SPEECH]
