"""A prompt that a language lacks is heard in the house's language, and what that one lacks is a tone (F75)."""

from dataclasses import replace
from pathlib import Path

import pytest

from ivr.config.site import Site
from ivr.mending import mend
from ivr.sound_files import RATES_HZ, sound_path, tone, write_wav
from queues.ids import PromptId
from tests.asterisk.house import small_house

HOUSE = replace(small_house(), prompts=frozenset({PromptId("hej"), PromptId("da")}), languages=("sv", "en"))


def say(site: Site, language: str, prompt: str, hz: int) -> None:
    for ending, rate_hz in RATES_HZ.items():
        write_wav(sound_path(site.sounds_dir, language, PromptId(prompt), ending), tone(rate_hz, hz=hz))


def heard(site: Site, language: str, prompt: str, ending: str = "wav") -> bytes:
    return sound_path(site.sounds_dir, language, PromptId(prompt), ending).read_bytes()


@pytest.fixture
def site(tmp_path: Path) -> Site:
    site = Site(tmp_path)
    say(site, "sv", "hej", 600)
    say(site, "sv", "da", 700)
    return site


@pytest.mark.fault("F75")
def test_what_a_language_lacks_is_lent_and_what_it_has_stays(site: Site):
    say(site, "en", "hej", 800)
    before = heard(site, "en", "hej")
    mend(site, HOUSE)
    assert heard(site, "en", "hej") == before
    for ending in RATES_HZ:
        assert heard(site, "en", "da", ending) == heard(site, "sv", "da", ending)


@pytest.mark.fault("F75")
def test_a_broken_sound_of_a_language_is_lent_too(site: Site):
    say(site, "en", "hej", 800)
    sound_path(site.sounds_dir, "en", PromptId("hej"), "wav").write_bytes(b"RIFF")
    sound_path(site.sounds_dir, "en", PromptId("hej"), "wav16").write_bytes(b"")
    mend(site, HOUSE)
    assert heard(site, "en", "hej") == heard(site, "sv", "hej")


@pytest.mark.fault("F75")
def test_what_nobody_has_is_a_tone_in_every_language(site: Site):
    sound_path(site.sounds_dir, "sv", PromptId("da"), "wav").unlink()
    sound_path(site.sounds_dir, "sv", PromptId("da"), "wav16").unlink()
    mend(site, HOUSE)
    assert heard(site, "sv", "da") == heard(site, "en", "da") == heard(site, "sv", "ton")
