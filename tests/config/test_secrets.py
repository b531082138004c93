"""Secrets are made once, kept private, and never shown."""

import stat
from pathlib import Path

import pytest

from ivr.config.secrets import Secrets, SecretsRefusedError, ensure_secrets
from queues.ids import AgentId

ANNA, BO = AgentId("anna"), AgentId("bo")


def test_first_run_makes_a_file_only_the_owner_can_read(tmp_path: Path):
    path = tmp_path / "home" / "secrets.yaml"
    made = ensure_secrets(path, [ANNA])
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert set(made.phone_passwords) == {ANNA}
    assert len(made.pseudonym_key) == 32
    assert [p.name for p in path.parent.iterdir()] == ["secrets.yaml"]


def test_what_is_there_stays_and_a_new_phone_is_added(tmp_path: Path):
    path = tmp_path / "secrets.yaml"
    first = ensure_secrets(path, [ANNA])
    again = ensure_secrets(path, [BO, ANNA])
    phones = {ANNA: again.phone_passwords[ANNA]}
    assert first == Secrets(again.ami_password, phones, again.pseudonym_key, again.ami_callback_password)
    assert again.ami_callback_password not in {"", again.ami_password}
    assert again.phone_passwords[BO] != again.phone_passwords[ANNA]
    before = path.stat().st_mtime_ns
    assert ensure_secrets(path, [ANNA]) == again
    assert path.stat().st_mtime_ns == before


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o620])
def test_a_file_that_others_can_reach_is_refused(tmp_path: Path, mode: int):
    path = tmp_path / "secrets.yaml"
    ensure_secrets(path, [ANNA])
    path.chmod(mode)
    with pytest.raises(SecretsRefusedError, match="chmod 600"):
        ensure_secrets(path, [ANNA])


@pytest.mark.parametrize(
    "text",
    [
        "- 1\n",
        "ami_password: 123456789\n",
        'ami_password: "short"\n',
        'ami_password: "semi;colon and space"\n',
        'other: "aaaaaaaaaaaa"\n',
        'pseudonym_key: "not hexadecimal"\n',
        'pseudonym_key: "zzzzzzzzzzzz"\n',
        "phones: [a]\n",
        'ami_password: !!python/object/apply:os.system ["true"]\n',
        "ami_password: [\n",
        "\x00",
        "[" * 100_000,
        "#" * 1_000_001,
    ],
)
def test_a_file_of_the_wrong_shape_is_refused_without_quoting_it(tmp_path: Path, text: str):
    path = tmp_path / "secrets.yaml"
    path.write_text(text)
    path.chmod(0o600)
    with pytest.raises(SecretsRefusedError) as refused:
        ensure_secrets(path, [ANNA])
    assert "semi" not in str(refused.value)


def test_a_link_is_not_followed(tmp_path: Path):
    ensure_secrets(tmp_path / "real.yaml", [ANNA])
    (tmp_path / "secrets.yaml").symlink_to(tmp_path / "real.yaml")
    with pytest.raises(SecretsRefusedError):
        ensure_secrets(tmp_path / "secrets.yaml", [ANNA])


def test_nothing_secret_shows_in_repr(tmp_path: Path):
    made = ensure_secrets(tmp_path / "secrets.yaml", [ANNA])
    shown = repr(made)
    assert made.ami_password not in shown
    assert made.phone_passwords[ANNA] not in shown
    assert made.pseudonym_key.hex() not in shown


@pytest.mark.fault("S18")
def test_a_webhook_has_a_key_of_its_own_that_stays_and_never_shows(tmp_path: Path):
    path = tmp_path / "secrets.yaml"
    before = ensure_secrets(path, [ANNA])
    assert before.webhook_keys == {}
    made = ensure_secrets(path, (), ["arenden", "jour"])
    assert made.phone_passwords == before.phone_passwords
    assert len(set(made.webhook_keys.values())) == 2
    assert ensure_secrets(path, [ANNA], ["arenden"]) == made
    assert made.webhook_keys["arenden"] not in repr(made)
