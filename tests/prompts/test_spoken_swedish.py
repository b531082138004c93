"""Numbers, minutes and places are said as a Swede says them; the table below was written by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.manuscripts import SHIPPED, manuscripts
from routing.spoken_swedish import LARGEST, Gender, every_prompt, minutes, number, position, waiting_time

TO_SIXTY = """
noll ett två tre fyra fem sex sju åtta nio tio elva tolv tretton fjorton femton sexton sjutton arton nitton
tjugo tjugoett tjugotvå tjugotre tjugofyra tjugofem tjugosex tjugosju tjugoåtta tjugonio
trettio trettioett trettiotvå trettiotre trettiofyra trettiofem trettiosex trettiosju trettioåtta trettionio
fyrtio fyrtioett fyrtiotvå fyrtiotre fyrtiofyra fyrtiofem fyrtiosex fyrtiosju fyrtioåtta fyrtionio
femtio femtioett femtiotvå femtiotre femtiofyra femtiofem femtiosex femtiosju femtioåtta femtionio sextio
""".split()  # noqa: SIM905 - a table to read, not a list
VALUES = {
    **{word: value for value, word in enumerate(TO_SIXTY[:21])},
    "en": 1,
    "trettio": 30,
    "fyrtio": 40,
    "femtio": 50,
    "sextio": 60,
    "sjuttio": 70,
    "åttio": 80,
    "nittio": 90,
}
WORDS = manuscripts(SHIPPED / "sv")


def said(prompts):
    """The words a caller hears, one per recording, without the commas that only steer the voice."""
    return [WORDS[prompt].text.rstrip(".,") for prompt in prompts]


def value_of(words):
    """What a Swede understands: hundra and tusen multiply what stands before them."""
    total, current = 0, 0
    for word in words:
        if word == "tusen":
            total, current = total + (current or 1) * 1000, 0
        elif word == "hundra":
            total, current = total + (current or 1) * 100, 0
        else:
            current += VALUES[word]
    return total + current


def test_every_number_to_sixty_reads_as_in_the_table():
    assert ["".join(said(number(n))) for n in range(61)] == TO_SIXTY


def test_minutes_end_in_en_and_places_in_ett():
    assert " ".join(said(minutes(1))) == "en minut"
    assert "".join(said(minutes(21))) == "tjugoenminuter"
    assert "".join(said(minutes(31))) == "trettioenminuter"
    assert said(minutes(11)) == ["elva", "minuter"]
    assert said(minutes(0)) == ["noll", "minuter"]
    assert " ".join(said(position(21))) == "Du är nummer tjugo ett i kön"
    assert " ".join(said(position(2))) == "Du är nummer två i kön"


def test_who_is_first_hears_that_and_no_number():
    assert said(position(1)) == ["Du är först i kön"]


def test_a_wait_is_an_interval_or_one_figure():
    assert " ".join(said(waiting_time(5, 10))) == "Väntetiden är mellan fem och tio minuter"
    assert " ".join(said(waiting_time(1, 2))) == "Väntetiden är mellan en och två minuter"
    assert " ".join(said(waiting_time(1, 1))) == "Väntetiden är ungefär en minut"


@given(st.integers(0, LARGEST), st.sampled_from(Gender))
def test_what_is_said_means_the_number(n, gender):
    words = said(number(n, gender))
    assert value_of(words) == n
    assert (words[-1] == "en") == (gender is Gender.COMMON and n % 10 == 1 and n % 100 != 11)
    assert "en" not in words[:-1]
    assert len(words) <= 6


@given(st.integers(1, LARGEST), st.integers(1, LARGEST))
def test_only_recordings_that_exist_are_named(a, b):
    low, high = sorted((a, b))
    assert {*minutes(a), *position(a), *waiting_time(low, high)} <= every_prompt()


def test_every_part_has_a_manuscript():
    assert every_prompt() <= WORDS.keys()


@pytest.mark.parametrize("nonsense", [lambda: number(-1), lambda: number(LARGEST + 1), lambda: position(0)])
def test_what_cannot_be_said_is_refused(nonsense):
    with pytest.raises(ValueError, match="no "):
        nonsense()


@pytest.mark.parametrize(("low", "high"), [(0, 5), (6, 5), (-1, 1)])
def test_a_wait_of_less_than_a_minute_is_never_said(low, high):
    with pytest.raises(ValueError, match="no waiting time"):
        waiting_time(low, high)
