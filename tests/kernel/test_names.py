"""Names on the keypad: what they are, what sounds alike, who is found, and that nothing typed can break it."""

from random import Random
from unicodedata import normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.names import MOST_DIGITS, NAME_KEYS, NOBODY_FOUND, NameIndex, folded, keypad, spellings, squeezed

NAMES = st.text(st.sampled_from("abcdefghijklmnopqrstuvwxyzåäöéüÅÄÖ-' "), max_size=14)
ALIKE = [
    ("Carlsson", "Karlsson"),
    ("Karlsson", "Karlson"),
    ("Lindqvist", "Lindkvist"),
    ("Lindqvist", "Lindquist"),
    ("Eriksson", "Ericsson"),
    ("Eriksson", "Erixon"),
    ("Kristina", "Christina"),
    ("Krister", "Christer"),
    ("Fredrik", "Fredrick"),
    ("Jakob", "Jacob"),
    ("Mikael", "Michael"),
    ("Thomas", "Tomas"),
    ("Matthias", "Mattias"),
    ("Elisabeth", "Elisabet"),
    ("Elisabet", "Elizabet"),
    ("Wallin", "Vallin"),
    ("Walther", "Valter"),
    ("Löfgren", "Lövgren"),
    ("Löfven", "Löven"),
    ("Gustafsson", "Gustavsson"),
    ("Olofsson", "Olovsson"),
    ("Sofia", "Sophia"),
    ("Stefan", "Stephan"),
    ("Zetterberg", "Setterberg"),
    ("Cederberg", "Sederberg"),
    ("Sjöberg", "Schöberg"),
    ("Hjalmarsson", "Jalmarson"),
    ("Hellberg", "Hällberg"),
    ("Dahlberg", "Dalberg"),
    ("Öhman", "Öman"),
    ("Ahlström", "Alström"),
    ("Alexander", "Aleksander"),
    ("Schmidt", "Schmitt"),
    ("Jonny", "Johnny"),
    ("Kaj", "Kai"),
    ("Henry", "Henri"),
    ("Sylvia", "Silvia"),
    ("Ågård", "Aagaard"),
    ("Østlund", "Östlund"),
]


@pytest.mark.parametrize(
    ("name", "keys"),
    [
        ("Åberg", "22374"),
        ("Öberg", "62374"),
        ("Sjöström", "75678766"),
        ("Rosén", "76736"),
        ("Anna-Karin", "266252746"),
        ("von Essen", "86637736"),
        ("O'Brien", "627436"),
        ("Yıldız", "945349"),
        ("Petrović", "73876842"),
        ("Müller", "685537"),
        ("Иванова", ""),
        ("", ""),
    ],
)
def test_a_name_is_these_keys(name, keys):
    assert keypad(name) == keys
    assert keypad(normalize("NFD", name)) == keys


@pytest.mark.parametrize(("one", "other"), ALIKE)
def test_either_spelling_finds_the_other(one, other):
    for typed, borne in ((one, other), (other, one)):
        assert NameIndex([("Kim", borne)]).find(keypad(typed)).complete == (0,), (typed, borne)


@pytest.mark.parametrize(
    ("one", "other"), [("Karlsson", "Larsson"), ("Åberg", "Berg"), ("Berg", "Borg"), ("Lind", "Lund"), ("Ek", "Alm")]
)
def test_what_does_not_sound_alike_is_told_apart(one, other):
    assert NameIndex([("Kim", one)]).find(keypad(other)) == NOBODY_FOUND


def test_a_name_whose_marks_stand_apart_sounds_like_any_other():
    assert NameIndex([("Kim", normalize("NFD", "Hällberg"))]).find(keypad("Hellberg")).complete == (0,)


def test_surname_first_name_or_both_in_either_order_and_each_part_of_a_double_name():
    index = NameIndex([("Anna-Karin", "Lindqvist-Åberg"), ("Karin", "Berg"), ("Bo", "von Essen")])
    assert index.find(keypad("Lindqvist")).everybody == (0,)
    assert index.find(keypad("Åberg")).complete == (0,)
    assert index.find(keypad("Åberg Anna")).everybody == (0,)
    assert index.find(keypad("Anna Karin Lindkvist")).everybody == (0,)
    assert index.find(keypad("Karin")).complete == (1, 0)
    assert index.find(keypad("Karin Berg")).everybody == (1,)
    assert index.find(keypad("Essen Bo")).complete == (2,)


def test_as_spelled_comes_before_as_it_sounds_and_whole_names_before_beginnings():
    index = NameIndex([("Bo", "Karlsson"), ("Bo", "Carlsson"), ("Bo", "Carl"), ("Bo", "Carlssonius")])
    assert index.find(keypad("Carlsson")).complete == (1, 0)
    assert index.find(keypad("Carlsson")).partial == (3,)
    assert index.find(keypad("Karlsson")).complete == (0, 1)


@given(NAMES, NAMES)
def test_everybody_is_found_by_their_name_however_it_is_put(first, last):
    index = NameIndex([("Bo", "Ek"), (first, last)])
    for typed in ((last,), (first,), (last, first), (first, last)):
        keys = "".join(map(keypad, typed))
        if keys and len(keys) <= MOST_DIGITS:
            assert 1 in index.find(keys).complete
            assert all(1 in index.find(keys[:n]).everybody for n in range(1, len(keys)))


@given(NAMES)
def test_spellings_are_keys_without_runs_and_hold_the_name_itself(name):
    found = spellings(folded(name))
    assert squeezed(keypad(name)) in found
    assert all(keys == squeezed(keys) and NAME_KEYS.issuperset(keys) for keys in found)


@given(st.lists(st.tuples(NAMES, NAMES), max_size=6), st.text("0123456789*#x", max_size=40))
def test_whatever_is_typed_each_is_found_once_and_more_digits_never_find_more(people, typed):
    index = NameIndex(people)
    found = index.find(typed)
    assert len(set(found.everybody)) == len(found.everybody)
    if typed and not NAME_KEYS.issuperset(typed[:MOST_DIGITS]):
        assert found == NOBODY_FOUND
    longer = typed[:MOST_DIGITS] + "5"
    if len(longer) <= MOST_DIGITS and NAME_KEYS.issuperset(longer) and typed:
        assert set(index.find(longer).everybody) <= set(found.everybody)


@given(st.text(max_size=300))
def test_no_text_breaks_it(text):
    assert set(keypad(text)) <= NAME_KEYS
    NameIndex([(text, text)]).find(keypad(text))


def test_twenty_thousand_names_and_one_is_found_without_looking_at_them_all(monkeypatch):
    rnd = Random(1)
    syllables = [
        "an",
        "der",
        "kar",
        "lind",
        "berg",
        "ström",
        "qvist",
        "son",
        "hag",
        "dahl",
        "west",
        "häll",
        "öst",
        "sjö",
    ]
    lasts, firsts = (["".join(rnd.choices(syllables, k=k)) for _ in range(n)] for k, n in ((3, 5000), (2, 2000)))
    people = [(rnd.choice(firsts), rnd.choice(lasts)) for _ in range(20_000)]
    index = NameIndex(people)
    first, last = people[77]
    looked_at = []
    monkeypatch.setattr("routing.names.squeezed", lambda digits: looked_at.append(digits) or squeezed(digits))
    found = index.find(keypad(last + first)[:MOST_DIGITS])
    assert 77 in found.complete
    assert len(looked_at) <= 4 * MOST_DIGITS + 2
