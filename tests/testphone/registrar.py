"""A registrar of a few lines: challenges, checks the proof, remembers contacts."""

from ivr.testphone.digest import challenge_of, digest_response
from ivr.testphone.loopback import Address
from ivr.testphone.message import Message, address_uri, response_to, uri_user
from ivr.testphone.wire import Wire

NONCE = "a-nonce"


class Registrar:
    """`contacts`: name → URI of who is registered. `lifetimes`: every Expires that was accepted."""

    def __init__(self, passwords: dict[str, str], challenge: str = f'Digest realm="test",nonce="{NONCE}",qop="auth"'):
        self.passwords, self.challenge = passwords, challenge
        self.contacts: dict[str, str] = {}
        self.lifetimes: list[int] = []
        self.wire: Wire

    async def open(self) -> Address:
        self.wire = await Wire.open(self._take)
        return ("127.0.0.1", self.wire.port)

    def _take(self, message: Message, to: Address) -> None:
        name = uri_user(address_uri(message.get("to")))
        proof = challenge_of(message.get("authorization"))
        expected = digest_response(proof, "REGISTER", name, self.passwords.get(name, "")) if proof else ""
        if not proof or proof["response"] != expected or proof["nonce"] != NONCE:
            answer = response_to(message, 403 if proof else 401, tag="r")
            answer.headers.append(("WWW-Authenticate", self.challenge))
            self.wire.reply(message, to, answer)
            return
        self.lifetimes.append(int(message.get("expires")))
        if self.lifetimes[-1]:
            self.contacts[name] = address_uri(message.get("contact"))
        else:
            self.contacts.pop(name, None)
        self.wire.reply(message, to, response_to(message, 200, tag="r"))
