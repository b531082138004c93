"""F75 and S20: a prompt missing, empty, of the wrong kind or outside the folder never leaves a caller in silence."""

from array import array

import pytest

from ivr.prompts import TONE, install_replacements, problems, safe_prompts, spoken_ms, verify
from ivr.sound_files import BadSoundError, read_sound, sound_path, tone
from ivr.sound_level import active_level_db
from tests.prompts.workshop import Workshop, hum, write_pcm


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    shop = Workshop(tmp_path_factory.mktemp("prompts"))
    shop.build()
    return shop


@pytest.fixture
def shop(built, tmp_path):
    """A copy of the built one, for a test to damage."""
    copy = Workshop(tmp_path)
    copy.sound("").mkdir(parents=True)
    for path in built.sound("").iterdir():
        copy.sound(path.name).write_bytes(path.read_bytes())
    return copy


def found(shop, ids=("kort", "val", "ko")):
    return [
        (problem.prompt, problem.kind.value)
        for problem in problems(ids, shop.written, shop.sounds, "sv", shop.recordings)
    ]


def right_rate(path):
    return {".wav": 8_000, ".wav16": 16_000}[path.suffix]


def zero_bytes(path):
    path.write_bytes(b"")


def no_file(path):
    path.unlink()


def eight_bits(path):
    write_pcm(path, array("B", [0, 255] * 4_000), right_rate(path), width=1)


def wrong_rate(path):
    write_pcm(path, hum(11_025, 500, 9_000), 11_025)


def stereo(path):
    write_pcm(path, hum(right_rate(path), 500, 9_000), right_rate(path), channels=2)


def cut_short(path):
    path.write_bytes(path.read_bytes()[:-1_001])


def not_a_sound(path):
    path.write_bytes(b"ID3\x04 this is no WAV file at all")


def header_only(path):
    write_pcm(path, array("h"), right_rate(path))


def only_silence(path):
    write_pcm(path, array("h", [3] * 8_000), right_rate(path))


def outside_the_folder(path):
    outside = path.parents[4] / "outside.wav"
    write_pcm(outside, hum(8_000, 500, 9_000))
    path.unlink()
    path.symlink_to(outside)


def directory_in_its_place(path):
    path.unlink()
    path.mkdir()


DAMAGES = [
    (no_file, "missing"),
    (outside_the_folder, "missing"),
    (zero_bytes, "empty"),
    (header_only, "empty"),
    (only_silence, "empty"),
    (eight_bits, "wrong_format"),
    (wrong_rate, "wrong_format"),
    (stereo, "wrong_format"),
    (cut_short, "wrong_format"),
    (not_a_sound, "wrong_format"),
]


def test_what_was_built_has_no_problem(shop):
    assert found(shop) == []
    assert verify(shop.sounds, ["kort", "val", "ko", TONE], "sv") == frozenset()


@pytest.mark.fault("F75")
@pytest.mark.parametrize(("damage", "kind"), DAMAGES)
def test_a_broken_sound_is_reported_and_replaced_by_the_tone(shop, damage, kind):
    for ending in ("wav", "wav16"):
        damage(shop.sound(f"ko.{ending}"))
    assert found(shop) == [("ko", kind)]
    broken = verify(shop.sounds, shop.written, "sv")
    assert broken == {"ko"}
    assert install_replacements(shop.sounds, broken, "sv") == frozenset()
    assert verify(shop.sounds, shop.written, "sv") == frozenset()
    assert read_sound(shop.sounds, "sv", "ko", "wav").samples == tone(8_000).samples
    assert found(shop) == [("ko", "stale")]
    assert shop.made()["ko"] == "voice"


@pytest.mark.parametrize(("damage", "kind"), DAMAGES)
@pytest.mark.parametrize("ending", ["wav", "wav16"])
def test_with_one_good_rate_left_the_caller_still_hears_the_words(shop, damage, kind, ending):
    measured = spoken_ms("ko", shop.written, shop.sounds, "sv")
    damage(shop.sound(f"ko.{ending}"))
    assert found(shop) == [("ko", kind)]
    install_replacements(shop.sounds, verify(shop.sounds, shop.written, "sv"), "sv")
    good = {"wav": "wav16", "wav16": "wav"}[ending]
    assert spoken_ms("ko", shop.written, shop.sounds, "sv") == pytest.approx(measured, abs=1)
    assert read_sound(shop.sounds, "sv", "ko", good)
    assert not shop.sound(f"ko.{ending}").exists() or read_sound(shop.sounds, "sv", "ko", ending)


@pytest.mark.fault("F75")
def test_what_cannot_be_replaced_is_told(shop):
    for ending in ("wav", "wav16"):
        directory_in_its_place(shop.sound(f"ko.{ending}"))
    assert install_replacements(shop.sounds, ["ko"], "sv") == {"ko"}


def test_before_any_build_every_prompt_is_missing_and_gets_the_tone(tmp_path):
    shop = Workshop(tmp_path)
    assert found(shop) == [("ko", "missing"), ("kort", "missing"), ("val", "missing")]
    assert install_replacements(shop.sounds, verify(shop.sounds, shop.written, "sv"), "sv") == frozenset()
    assert verify(shop.sounds, [*shop.written, TONE], "sv") == frozenset()


@pytest.mark.fault("F75")
def test_the_tone_is_always_there_and_as_loud_as_speech(tmp_path):
    install_replacements(tmp_path, [], "sv")
    for ending, rate_hz in (("wav", 8_000), ("wav16", 16_000)):
        assert active_level_db(read_sound(tmp_path, "sv", TONE, ending).samples, rate_hz) == pytest.approx(-20, abs=1)


def test_a_prompt_nobody_has_written_is_reported(shop):
    assert found(shop, ["ko", "okand", TONE]) == [("okand", "no_manuscript")]


def test_a_text_changed_after_the_build_is_stale(shop):
    shop.change("i kö.", "i kö här.")
    assert found(shop) == [("ko", "stale")]


def test_a_recording_of_older_words_is_reported_with_its_file(shop):
    write_pcm(shop.recording("ko.wav"), hum(8_000, 500, 9_000))
    shop.build()
    shop.change("kö., when: prov, version: 1", "kö., when: prov, version: 2")
    shop.build()
    (stale,) = problems(shop.written, shop.written, shop.sounds, "sv", shop.recordings)
    assert (stale.prompt, stale.kind.value, stale.where) == ("ko", "stale", str(shop.recording("ko.wav")))


def test_a_recording_not_yet_built_in_is_stale(shop):
    write_pcm(shop.recording("ko.wav"), hum(8_000, 500, 9_000))
    assert found(shop) == [("ko", "stale")]


@pytest.mark.parametrize(
    "name",
    ["../ko", "/etc/passwd", "sv/ko", "ko&ton", "ko,1", "", ".", "ko.wav", "KO", "-ko", "ko\n", "ko\0", "k" * 81, "kö"],
)
def test_a_name_that_could_mean_a_path_is_refused_everywhere(shop, name):
    """S20: names from a list; root compared after every link is followed."""
    with pytest.raises(ValueError, match="no prompt id"):
        sound_path(shop.sounds, "sv", name, "wav")
    assert verify(shop.sounds, [name, "ko"], "sv") == {name}
    before = sorted(shop.home.rglob("*"))
    assert install_replacements(shop.sounds, [name], "sv") == {name}
    assert set(shop.home.rglob("*")) - set(before) == set()
    assert safe_prompts(["ko", name]) == ("ko", TONE)
    assert found(shop, [name]) == [(name, "no_manuscript")]


@pytest.mark.parametrize("language", ["..", "../..", "", "sv/..", "SV"])
def test_a_language_that_could_mean_a_path_is_refused(shop, language):
    with pytest.raises(ValueError, match="no language"):
        read_sound(shop.sounds, language, "ko", "wav")


def test_a_linked_sounds_directory_of_another_place_does_not_count(shop, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    shop.sound("").rename(elsewhere)
    shop.sound("").symlink_to(elsewhere)
    with pytest.raises(BadSoundError, match="outside"):
        read_sound(shop.sounds, "sv", "ko", "wav")


def test_length_is_measured_when_built_and_estimated_when_not(shop, tmp_path):
    """The estimate is good to a third, so a menu is warned about before anybody has built its sound."""
    for prompt in ("val", "ko"):
        measured = spoken_ms(prompt, shop.written, shop.sounds, "sv")
        assert spoken_ms(prompt, shop.written, tmp_path / "none", "sv") == pytest.approx(measured, rel=0.33)
        assert spoken_ms(prompt, shop.written, None, "sv") == pytest.approx(measured, rel=0.33)
    assert spoken_ms("okand", shop.written, shop.sounds, "sv") == 0
