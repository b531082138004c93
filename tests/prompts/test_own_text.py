"""A text written in the moment is heard at once, in every language that a call can be in."""

import pytest

from ivr.own_text import MOST_LETTERS, PAUSE_MS, speak_own_text
from ivr.prompts import verify
from ivr.sound_files import read_sound
from queues.ids import PromptId

TEXT = "Vattnet i Tumba är avstängt till kl. 18.30."
OWN = PromptId("kris_egen_text")


def test_it_is_heard_whole_with_a_pause_after_it(tmp_path):
    speak_own_text(TEXT, OWN, tmp_path, ("sv", "en"), tmp_path / "nowhere")
    for language in ("sv", "en"):
        assert not verify(tmp_path, [OWN], language)
        sound = read_sound(tmp_path, language, OWN, "wav")
        assert sound.ms > 2_000 + PAUSE_MS
        assert not any(sound.samples[-8 * PAUSE_MS :])


@pytest.mark.parametrize("text", ["", "   ", "x" * (MOST_LETTERS + 1), "[[h@l'oU]]", "<speak>hej</speak>"])
def test_what_cannot_be_said_is_refused_and_leaves_nothing(tmp_path, text):
    with pytest.raises(ValueError, match=r"tecken|innehålla"):
        speak_own_text(text, OWN, tmp_path, ("sv",), tmp_path / "nowhere")
    assert not list(tmp_path.iterdir())
