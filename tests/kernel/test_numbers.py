"""Which numbers are rung: Swedish, ordinary ones, however the network writes them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.numbers import callable_number, national


@pytest.mark.parametrize(
    ("written", "rung"),
    [
        ("0701740605", "+46701740605"),
        ("+46701740605", "+46701740605"),
        ("0046701740605", "+46701740605"),
        ("46701740605", "+46701740605"),
        ("070-174 06 05", "+46701740605"),
        ("08-465 004 00", "+46846500400"),
        ("0980319200", "+46980319200"),
        ("031-390 06 00", "+46313900600"),
        ("0101234567", "+46101234567"),
        ("090123456", "+4690123456"),
    ],
)
def test_ordinary_numbers_are_rung_in_one_form(written, rung):
    assert callable_number(written) == rung
    assert callable_number(national(rung)) == rung


@pytest.mark.fault("S06")
@pytest.mark.parametrize(
    "written",
    [
        *("", "anonymous", "+", "0", "112", "1177", "11414", "118118", "0118118"),
        *("09001234567", "0900123456", "0939123456", "0944123456", "0991234567", "+469001234567"),
        *("020123456", "0376123456", "0771234567", "0740123456"),
        *("+4790000000", "004512345678", "+1 900 123 4567", "46", "+46", "+460701740605"),
        *("0701740605;ext=1", "0701740605@x", "0701740605&PJSIP/x", "07017406050000", "٠٧٠١٧٤٠٦٠٥"),
    ],
)
def test_everything_else_is_not(written):
    assert callable_number(written) == ""


@given(st.text(max_size=30))
def test_whatever_the_network_says_the_answer_is_a_plain_number_or_none(text):
    number = callable_number(text)
    assert number == "" or (number.startswith("+46") and number[1:].isascii() and number[1:].isdecimal())
    assert callable_number(number) == number
