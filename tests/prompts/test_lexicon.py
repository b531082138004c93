"""What the voice is handed: the words of the manuscript, with what it would say wrong put right."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.lexicon import Lexicon, spoken_text
from ivr.manuscripts import SHIPPED, manuscript_folders, manuscripts

LEXICON = Lexicon(
    say={"kl.": "klockan", "bl.a.": "bland annat", "a.": "FEL", "1177": "elva sjuttiosju", "112": "ett ett två"},
    sounds={"kö": "k'Y:", "kön": "k'Y:n", "Botkyrka": "b'u:tS;,yRka"},
    digits=("noll", "ett", "två", "tre", "fyra", "fem", "sex", "sju", "åtta", "nio"),
    plus="plus",
    dot="punkt",
)


@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        ("Du står i kö.", "Du står i [[k'Y:]]."),
        ("Du är nummer 5 i kön.", "Du är nummer 5 i [[k'Y:n]]."),
        ("kökön köksbord", "kökön köksbord"),
        ("KÖN", "[[k'Y:n]]"),
        ("Vi öppnar kl. 8.", "Vi öppnar klockan 8."),
        ("mellan 8 och 18.30,", "mellan 8 och 18 30,"),
        ("klockan 08.00.", "klockan 8."),
        ("bl.a. i Botkyrka", "bland annat i [[b'u:tS;,yRka]]"),
        ("på botkyrka.se.", "på [[b'u:tS;,yRka]] punkt se."),
        ("Ring 08-530 610 00.", "Ring noll åtta, fem tre noll, sex ett noll, noll noll."),
        ("Ring 0701740605.", "Ring noll sju noll ett sju fyra noll sex noll fem."),
        ("+46 8 530 610 00", "plus fyra sex, åtta, fem tre noll, sex ett noll, noll noll"),
        ("Ring 1177 eller 112.", "Ring elva sjuttiosju eller ett ett två."),
        ("tryck 1;", "tryck 1;"),
        ("mellan 2025 och 2026", "mellan 2025 och 2026"),
        ("  två\n rader ", "två rader"),
        ("ko\u0308n", "[[k'Y:n]]"),
    ],
)
def test_text_becomes_what_the_voice_reads_right(written, spoken):
    assert spoken_text(written, LEXICON) == spoken


@given(st.text())
def test_an_empty_lexicon_adds_no_phonemes(text):
    assert spoken_text(text, Lexicon()).count("[[") == " ".join(text.split()).count("[[")


def test_a_municipality_adds_words_to_everybodys(tmp_path):
    (tmp_path / "lexicon.yaml").write_text('sounds:\n  Alby: "\'Alby"\n', encoding="utf-8")
    (tmp_path / "prompts.yaml").write_text(
        "alby: {text: Du står i kö i Alby., when: prov, version: 1}\n", encoding="utf-8"
    )
    assert manuscripts(SHIPPED / "sv", tmp_path)["alby"].spoken == "Du står i [[k'Y:]] i [['Alby]]."


def test_the_shipped_prompts_are_handed_over_with_the_shipped_lexicon():
    written = manuscripts(*manuscript_folders("sv", SHIPPED.parent / "ivr" / "menus" / "botkyrka"))
    assert written["valkommen"].spoken == "Välkommen till [[b'u:tS;,yRka]] kommun."
    assert written["vanta_kvar"].spoken.startswith("Du står kvar i [[k'Y:n]] och")
    assert all(" kö" not in manuscript.spoken for manuscript in written.values())
