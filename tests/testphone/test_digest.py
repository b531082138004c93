"""The examples of RFC 7616, 3.9.1, and of RFC 2617, 3.5."""

import pytest

from ivr.testphone.digest import authorization, challenge_of, digest_response

RFC_7616 = {
    "realm": "http-auth@example.org",
    "nonce": "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v",
    "uri": "/dir/index.html",
    "qop": "auth",
    "nc": "00000001",
    "cnonce": "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ",
}


@pytest.mark.parametrize(
    ("algorithm", "response"),
    [
        ("MD5", "8ca523f5e9506fed4657c9700eebdbec"),
        ("SHA-256", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"),
    ],
)
def test_the_proof_is_that_of_the_standard(algorithm, response):
    challenge = {**RFC_7616, "algorithm": algorithm}
    assert digest_response(challenge, "GET", "Mufasa", "Circle of Life") == response


def test_without_qop_the_older_proof_is_given():
    challenge = challenge_of('Digest realm="r", nonce="n"')
    value = authorization(challenge, "REGISTER", "sip:h", "anna", "secret")
    given = challenge_of(value)
    assert "cnonce" not in given
    assert given["response"] == digest_response({**challenge, "uri": "sip:h"}, "REGISTER", "anna", "secret")


def test_the_password_is_not_in_the_proof():
    value = authorization({"realm": "r", "nonce": "n", "qop": "auth,auth-int"}, "REGISTER", "sip:h", "anna", "hemligt")
    assert "hemligt" not in value
    assert challenge_of(value)["qop"] == "auth"
