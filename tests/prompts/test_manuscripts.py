"""Manuscripts are read strictly: one obvious form, every fault with its file and line."""

import pytest

from ivr.manuscripts import SHIPPED, ManuscriptRefusedError, manuscript_folders, manuscripts

GOOD = "hej: {text: Hej., when: prov, version: 1}\n"


def write(folder, text, name="prompts.yaml"):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text, encoding="utf-8")
    return folder


def test_a_prompt_is_read_whole_with_its_place(tmp_path):
    text = "# huvud\nhej:\n  text: Hej\n    på dig.\n  when: först\n  note: Glatt.\n  version: 3\n  pause_ms: 500\n"
    prompt = manuscripts(write(tmp_path, text))["hej"]
    assert (prompt.text, prompt.when, prompt.note) == ("Hej på dig.", "först", "Glatt.")
    assert (prompt.version, prompt.pause_ms) == (3, 500)
    assert prompt.where == f"{tmp_path / 'prompts.yaml'}:2"


@pytest.mark.parametrize(
    ("text", "line", "word"),
    [
        (GOOD + "hej: {text: Hå., when: prov, version: 1}\n", 2, "rad 1"),
        (GOOD + "../hej: {text: Hå., when: prov, version: 1}\n", 2, "kan inte vara ett id"),
        (GOOD + "/etc/passwd: {text: Hå., when: prov, version: 1}\n", 2, "kan inte vara ett id"),
        (GOOD + "Hej: {text: Hå., when: prov, version: 1}\n", 2, "kan inte vara ett id"),
        (GOOD + "ton: {text: Hå., when: prov, version: 1}\n", 2, "kan inte vara ett id"),
        (GOOD + "a&b: {text: Hå., when: prov, version: 1}\n", 2, "kan inte vara ett id"),
        (GOOD + "nytt:\n  text: Hej.\n  when: prov\n  version: 1\n  paus: 5\n", 6, "paus"),
        (GOOD + "nytt: {text: Hej., version: 1}\n", 2, "when saknas"),
        (GOOD + "nytt: {text: Hej., when: prov}\n", 2, "version saknas"),
        (GOOD + "nytt: {text: Hej., when: prov, version: 0}\n", 2, "version"),
        (GOOD + "nytt: {text: '  ', when: prov, version: 1}\n", 2, "text"),
        (GOOD + 'nytt: {text: "[[k\'Y:]]", when: prov, version: 1}\n', 2, "text"),
        (GOOD + "nytt: {text: '<break/>', when: prov, version: 1}\n", 2, "text"),
        (GOOD + "nytt: {text: nej, when: prov, version: 1}\n", 2, "nej"),
        (GOOD + "nytt: Hej.\n", 2, "nytt"),
        ("- hej\n", 1, "id:"),
        ("hej: {text: Hej.\n", 2, "tolka"),
    ],
)
def test_a_fault_is_refused_at_its_line(tmp_path, text, line, word):
    with pytest.raises(ManuscriptRefusedError) as refused:
        manuscripts(write(tmp_path, text))
    assert refused.value.where == f"{tmp_path / 'prompts.yaml'}:{line}"
    assert word in refused.value.message


def test_an_id_stands_once_in_a_folder(tmp_path):
    write(tmp_path, GOOD, "b.yaml")
    with pytest.raises(ManuscriptRefusedError, match=r"finns redan i .*a\.yaml:1"):
        manuscripts(write(tmp_path, GOOD, "a.yaml"))


def test_a_later_folder_replaces_a_prompt(tmp_path):
    everybodys = write(tmp_path / "alla", GOOD)
    own = write(tmp_path / "egna", GOOD.replace("Hej.", "Hallå."))
    assert manuscripts(everybodys, own)["hej"].text == "Hallå."


@pytest.mark.parametrize("lexicon", ['sounds: {kö: "k]]\'Y"}\n', "digits: [noll]\n", "ljud: {}\n", "[]\n"])
def test_a_lexicon_with_a_fault_is_refused(tmp_path, lexicon):
    write(tmp_path, lexicon, "lexicon.yaml")
    with pytest.raises(ManuscriptRefusedError) as refused:
        manuscripts(write(tmp_path, GOOD))
    assert "lexicon.yaml:1" in refused.value.where


def test_a_municipality_elsewhere_has_prompts_of_its_own(tmp_path):
    write(tmp_path / "ort" / "recordings-text" / "sv", GOOD)
    folders = manuscript_folders("sv", tmp_path / "ort")
    assert folders == (SHIPPED / "sv", tmp_path / "ort" / "recordings-text" / "sv")
    assert {"hej", "tal_1"} <= manuscripts(*folders).keys()


@pytest.mark.parametrize("language", ["../sv", "", "SV", "sv/x"])
def test_a_language_is_no_path(tmp_path, language):
    with pytest.raises(ValueError, match="no language"):
        manuscript_folders(language, tmp_path)


def test_every_shipped_prompt_is_complete_enough_to_record():
    for folder in sorted((SHIPPED / "sv").iterdir()):
        if folder.is_dir():
            written = manuscripts(SHIPPED / "sv", folder)
            assert all(manuscript.note and manuscript.when for manuscript in written.values())


def test_an_option_says_the_matter_before_the_digit_and_ends_with_half_a_second():
    """USERS.md 4a: label before digit, 0.5 s between options."""
    for folder in sorted((SHIPPED / "sv").iterdir()):
        for prompt, manuscript in manuscripts(SHIPPED / "sv", folder).items() if folder.is_dir() else ():
            if prompt.startswith("val_"):
                before, _, after = manuscript.text.partition(", tryck ")
                assert len(before) > 10, prompt
                assert after.rstrip(".,;") == prompt.split("_")[1]
                assert manuscript.pause_ms == 500
