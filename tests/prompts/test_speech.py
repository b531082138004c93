"""Sound is built by the real espeak-ng and sox, levelled, and made again only when something changed."""

import shutil
import wave
from array import array

import pytest

from ivr import speech, voice
from ivr.sound_level import active_level_db, peak_db, speech_span
from tests.prompts.workshop import Workshop, hum, write_pcm


@pytest.fixture
def shop(tmp_path):
    return Workshop(tmp_path)


def samples_of(path):
    with wave.open(str(path)) as file:
        shape = (file.getnchannels(), file.getsampwidth(), file.getframerate(), file.getcomptype())
        return shape, array("h", file.readframes(file.getnframes()))


def test_every_prompt_is_heard_in_both_rates_at_the_same_level(shop):
    assert set(shop.made().values()) == {"voice"}
    for prompt in shop.written:
        for ending, rate_hz in (("wav", 8_000), ("wav16", 16_000)):
            shape, samples = samples_of(shop.sound(f"{prompt}.{ending}"))
            assert shape == (1, 2, rate_hz, "NONE")
            assert active_level_db(samples, rate_hz) == pytest.approx(-20, abs=1)
            assert peak_db(samples) <= -0.9


def test_silence_is_trimmed_and_an_option_ends_with_its_pause(shop):
    results = shop.build()
    for prompt, after_ms in (("ko", 0), ("val", 500)):
        _, samples = samples_of(shop.sound(f"{prompt}.wav"))
        first, last = speech_span(samples, 8_000, 0, 0)
        assert first <= 8 * 60
        assert after_ms <= (len(samples) - last) / 8 <= after_ms + 80
        assert results[prompt].built.ms == len(samples) // 8


def test_the_same_manuscripts_give_the_same_bytes(tmp_path, nothing_said_before):
    one, other = Workshop(tmp_path / "a"), Workshop(tmp_path / "b")
    one.build()
    shutil.rmtree(nothing_said_before)
    other.build()
    for path in one.sound("").iterdir():
        assert path.read_bytes() == other.sound(path.name).read_bytes()


def test_what_is_current_is_not_made_again_and_a_changed_text_is(shop):
    shop.build()
    shop.change("text: ett", "text: två")
    assert shop.made() == {"kort": "voice", "val": "current", "ko": "current"}


def test_a_changed_lexicon_remakes_only_the_prompts_it_changes(shop):
    shop.build()
    (shop.manuscripts_dir / "lexicon.yaml").write_text('sounds: {kö: "k\'Y"}\n', encoding="utf-8")
    assert shop.made() == {"kort": "current", "val": "current", "ko": "voice"}


def test_a_file_damaged_after_the_build_is_made_again(shop):
    shop.build()
    shop.sound("ko.wav16").write_bytes(b"")
    shop.sound("kort.wav").unlink()
    assert shop.made() == {"kort": "voice", "val": "current", "ko": "voice"}


def test_the_voice_is_handed_the_text_with_the_lexicon_applied_and_no_command_line(shop, monkeypatch):
    handed = []
    real = voice._run

    def listen(command, data):
        handed.append((command, data))
        return real(command, data)

    monkeypatch.setattr(voice, "_run", listen)
    shop.build()
    spoken = [data.decode() for command, data in handed if command[0] == "espeak-ng"]
    assert "Du står i [[k'Y:]]." in spoken
    assert not any("står" in word for command, _ in handed for word in command)


def test_a_text_that_looks_like_a_command_is_only_read_aloud(shop, tmp_path):
    sign = tmp_path / "sign"
    shop.write(
        f'ond: {{text: "-f /etc/passwd; $(touch {sign}) `touch {sign}` | touch {sign}", when: prov, version: 1}}\n'
    )
    assert shop.made() == {"ond": "voice"}
    assert not sign.exists()


@pytest.mark.parametrize(
    ("rate_hz", "channels", "amplitude"), [(44_100, 2, 300), (8_000, 1, 32_000), (48_000, 1, 9_000)]
)
def test_a_recording_dropped_beside_it_replaces_the_voice_at_the_same_level(shop, rate_hz, channels, amplitude):
    shop.build()
    mono = hum(rate_hz, 700, amplitude)
    samples = array("h", (sample for sample in mono for _ in range(channels)))
    write_pcm(shop.recording("val.wav"), samples, rate_hz, channels)
    assert shop.made() == {"kort": "current", "val": "recording", "ko": "current"}
    _, heard = samples_of(shop.sound("val.wav"))
    assert len(heard) / 8 == pytest.approx(700 + 500, abs=60)
    assert active_level_db(heard, 8_000) == pytest.approx(-20, abs=1)
    assert shop.made()["val"] == "current"
    shop.recording("val.wav").unlink()
    assert shop.made()["val"] == "voice"


def test_a_recording_of_older_words_is_stale_and_the_voice_says_the_new_ones(shop):
    write_pcm(shop.recording("ko.wav"), hum(8_000, 500, 9_000))
    assert shop.made()["ko"] == "recording"
    assert shop.recording("ko.version").read_text() == "1\n"
    shop.change("kö., when: prov, version: 1", "kö nu., when: prov, version: 2")
    result = shop.build()["ko"]
    assert result.made.value == "voice"
    assert "ko.wav" in result.warning
    shop.recording("ko.version").write_text("2\n")
    assert shop.made()["ko"] == "recording"


@pytest.mark.parametrize("broken", [b"", b"ID3 no sound", b"RIFF\x00\x00\x00\x00WAVE"])
def test_a_recording_that_cannot_be_used_leaves_the_word_to_the_voice(shop, broken):
    shop.recording("ko.wav").write_bytes(broken)
    result = shop.build()["ko"]
    assert (result.made.value, result.built.origin) == ("voice", "voice")
    assert "ko.wav" in result.warning


def test_a_silent_recording_is_not_used(shop):
    write_pcm(shop.recording("ko.wav"), array("h", [0] * 8_000))
    result = shop.build()["ko"]
    assert result.made.value == "voice"
    assert "ingenting hörs" in result.warning


def test_a_recording_linked_from_outside_is_not_used(shop, tmp_path):
    write_pcm(tmp_path / "outside.wav", hum(8_000, 500, 9_000))
    shop.recording("ko.wav").symlink_to(tmp_path / "outside.wav")
    assert shop.made()["ko"] == "voice"


def test_without_the_programs_the_caller_hears_a_tone_and_the_reason_is_told(shop, monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    results = shop.build()
    assert {result.made.value for result in results.values()} == {"failed"}
    assert all("espeak-ng finns inte" in result.warning for result in results.values())
    for prompt in [*results, "ton"]:
        _, samples = samples_of(shop.sound(f"{prompt}.wav"))
        assert active_level_db(samples, 8_000) == pytest.approx(-20, abs=1)
    monkeypatch.undo()
    assert set(shop.made().values()) == {"voice"}


def test_a_voice_that_fails_leaves_the_older_words_in_place(shop, monkeypatch, tmp_path):
    shop.build()
    older = shop.sound("ko.wav").read_bytes()
    shop.change("i kö.", "i kö här.")
    with monkeypatch.context() as patch:
        patch.setenv("PATH", str(tmp_path))
        assert shop.made() == {"kort": "current", "val": "current", "ko": "failed"}
    assert shop.sound("ko.wav").read_bytes() == older
    assert shop.made()["ko"] == "voice"


def test_a_recording_with_loud_clicks_is_limited_and_not_made_quieter(shop):
    samples = hum(16_000, 1_000, 1_500)
    for i in range(5_000, len(samples) - 5_000, 400):
        samples[i] = 32_000
    write_pcm(shop.recording("ko.wav"), samples, 16_000)
    assert shop.made()["ko"] == "recording"
    for ending, rate_hz in (("wav", 8_000), ("wav16", 16_000)):
        _, heard = samples_of(shop.sound(f"ko.{ending}"))
        assert peak_db(heard) <= -0.9
        assert active_level_db(heard, rate_hz) == pytest.approx(-20, abs=1)


def test_a_changed_pause_is_made_again(shop):
    shop.build()
    shop.change("pause_ms: 500", "pause_ms: 300")
    assert shop.made() == {"kort": "current", "val": "voice", "ko": "current"}


def test_what_has_been_said_here_before_is_not_said_again(tmp_path, monkeypatch):
    one, other = Workshop(tmp_path / "a"), Workshop(tmp_path / "b")
    one.build()
    monkeypatch.setattr(speech, "speak", never)
    assert set(other.made().values()) == {"voice"}
    for path in one.sound("").iterdir():
        assert path.read_bytes() == other.sound(path.name).read_bytes()


@pytest.mark.parametrize("name", ["wav", "built.json"])
def test_a_copy_that_is_not_what_was_written_is_left_alone_and_the_voice_says_it(tmp_path, nothing_said_before, name):
    one, other = Workshop(tmp_path / "a"), Workshop(tmp_path / "b")
    one.build()
    for path in nothing_said_before.rglob(name):
        path.write_bytes(path.read_bytes()[:-300])
    assert set(other.made().values()) == {"voice"}
    for path in one.sound("").glob("*.wav*"):
        assert path.read_bytes() == other.sound(path.name).read_bytes()


def test_a_text_in_another_language_is_read_by_its_own_voice_and_lexicon(tmp_path):
    shop = Workshop(tmp_path)
    shop.write("""\
sv: {text: ett nej, when: prov, version: 1}
en: {text: ett nej, when: prov, version: 1, language: en}
""")
    (shop.manuscripts_dir / "lexicon.yaml").write_text("say: {ett: två}\n", encoding="utf-8")
    assert {m.id: (m.voice, m.spoken) for m in shop.written.values()} == {
        "sv": ("sv", "två nej"),
        "en": ("en", "ett nej"),
    }
    shop.build()
    assert shop.sound("sv.wav").read_bytes() != shop.sound("en.wav").read_bytes()


def never(*_):
    raise AssertionError("the voice was asked")
