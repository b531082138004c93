"""Voices: every one is known again, whichever law it came through and wherever the packet was cut."""

from hypothesis import given
from hypothesis import strategies as st

from ivr.testphone.g711 import VOICES, decode, encode, silence, voice_heard, voice_payload
from ivr.testphone.sdp import PCMA, PCMU

LAWS = st.sampled_from([PCMA, PCMU])


@given(st.integers(0, VOICES - 1), LAWS, LAWS, st.integers(0, 159))
def test_a_voice_is_known_again_after_any_law_and_cut(voice, spoken, heard, cut):
    payload = voice_payload(voice, spoken)
    moved = payload[cut:] + payload[:cut]
    assert voice_heard(encode(decode(moved, spoken), heard), heard) == voice


@given(st.binary(min_size=160, max_size=160), LAWS)
def test_noise_is_nobodys_voice(noise, law):
    assert voice_heard(noise, law) == -1


def test_silence_is_nobodys_voice():
    assert voice_heard(silence(PCMA), PCMA) == -1


@given(st.integers(-32768, 32767), LAWS)
def test_what_is_coded_is_close_to_what_was_said(sample, law):
    there_and_back = decode(encode([sample], law), law)[0]
    assert abs(there_and_back - max(-32635, min(32635, sample))) <= max(20, abs(sample) // 16)
