"""Digest authentication (RFC 7616: MD5 and SHA-256, qop=auth or none): the phone's answer to a challenge."""

import hashlib
import re
import secrets

_PARAMETER = re.compile(r'(\w+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^",\s]+))')


def challenge_of(value: str) -> dict[str, str]:
    """The parameters of a WWW-Authenticate or Proxy-Authenticate (or Authorization) value, names in lower case."""
    return {key.lower(): quoted or plain for key, quoted, plain in _PARAMETER.findall(value)}


def _hash(algorithm: str, text: str) -> str:
    data = text.encode("latin-1", "replace")
    if algorithm.upper().startswith("SHA-256"):
        return hashlib.sha256(data).hexdigest()
    return hashlib.md5(data, usedforsecurity=False).hexdigest()


def digest_response(challenge: dict[str, str], method: str, user: str, password: str) -> str:
    """The `response` that proves the password. `challenge` holds realm, nonce, uri and, with qop, cnonce and nc."""
    algorithm = challenge.get("algorithm", "MD5")
    secret = _hash(algorithm, f"{user}:{challenge.get('realm', '')}:{password}")
    asked = _hash(algorithm, f"{method}:{challenge['uri']}")
    nonce = challenge.get("nonce", "")
    if challenge.get("qop"):
        return _hash(algorithm, f"{secret}:{nonce}:{challenge['nc']}:{challenge['cnonce']}:auth:{asked}")
    return _hash(algorithm, f"{secret}:{nonce}:{asked}")


def authorization(challenge: dict[str, str], method: str, uri: str, user: str, password: str) -> str:
    """The Authorization value for one request to `uri` under this challenge."""
    given = {**challenge, "uri": uri}
    quoted = {"username": user, "realm": challenge.get("realm", ""), "nonce": challenge.get("nonce", ""), "uri": uri}
    plain = {"algorithm": challenge.get("algorithm", "MD5")}
    if "auth" in challenge.get("qop", "").replace(" ", "").split(","):
        given |= {"qop": "auth", "nc": "00000001", "cnonce": secrets.token_hex(8)}
        quoted["cnonce"] = given["cnonce"]
        plain |= {"qop": "auth", "nc": given["nc"]}
    else:
        given.pop("qop", None)
    quoted["response"] = digest_response(given, method, user, password)
    if "opaque" in challenge:
        quoted["opaque"] = challenge["opaque"]
    parts = [
        *(f'{key}="{value}"' for key, value in quoted.items()),
        *(f"{key}={value}" for key, value in plain.items()),
    ]
    return "Digest " + ", ".join(parts)
