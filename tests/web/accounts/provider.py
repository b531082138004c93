"""A provider of OpenID Connect, as a process of its own: metadata, keys, sign-in and tokens; it can also lie.

Run as a command: prints its port. Whoever asks for `/authorize` is taken for the person of the query's `person`, and
`lie` names what is wrong in the token that follows.
"""

import base64
import hashlib
import json
import secrets
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import KeySet, OctKey, RSAKey

CLIENT, SECRET = "tonval", "en-delad-hemlighet"
KEY = RSAKey.generate_key(2048, {"kid": "a", "use": "sig", "alg": "RS256"})
OTHER = RSAKey.generate_key(2048, {"kid": "a", "use": "sig", "alg": "RS256"})
CODES: dict[str, dict] = {}
LIES: dict[str, object] = {
    "issuer": {"iss": "https://elsewhere.example"},
    "audience": {"aud": "another-client"},
    "audiences": {"aud": [CLIENT, "another-client"]},
    "audience for our party": {"aud": "another-client", "azp": CLIENT},
    "party": {"azp": "another-client"},
    "nonce": {"nonce": "another"},
    "no nonce": {"nonce": None},
    "old": {"exp": int(time.time()) - 3600, "iat": int(time.time()) - 7200},
    "for ever": {"exp": None},
    "nobody": {"sub": None},
}


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        path, query = urlsplit(self.path).path, parse_qs(urlsplit(self.path).query)
        issuer = f"http://127.0.0.1:{self.server.server_port}"
        if path == "/.well-known/openid-configuration":
            ends = {name: f"{issuer}/{name}" for name in ("authorization_endpoint", "token_endpoint", "jwks_uri")}
            return self.tell({"issuer": issuer, **ends})
        if path == "/jwks_uri":
            return self.tell(KeySet([KEY]).as_dict(private=False))
        if path == "/authorization_endpoint":
            return self.authorize({name: values[0] for name, values in query.items()})
        return self.tell({}, 404)

    def authorize(self, asked):
        code = secrets.token_urlsafe(8)
        CODES[code] = asked
        self.send_response(302)
        back = urlencode({"code": code, "state": asked["state"]})
        self.send_header("location", f"{asked['redirect_uri']}?{back}")
        self.end_headers()

    def do_POST(self):
        body = parse_qs(self.rfile.read(int(self.headers["content-length"])).decode())
        form = {name: values[0] for name, values in body.items()}
        asked = CODES.pop(form.get("code"), None)
        basic = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        if asked is None or self.headers["authorization"] != f"Basic {basic}":
            return self.tell({"error": "invalid_grant"}, 400)
        digest = hashlib.sha256(form["code_verifier"].encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        if asked["code_challenge"] != challenge or asked["redirect_uri"] != form["redirect_uri"]:
            return self.tell({"error": "invalid_grant"}, 400)
        return self.tell({"access_token": "x", "token_type": "Bearer", "id_token": self.token(asked)})

    def token(self, asked):
        now = int(time.time())
        person, lie = asked.get("person", "berit"), asked.get("lie", "")
        claims = {
            "iss": f"http://127.0.0.1:{self.server.server_port}",
            "aud": asked["client_id"],
            "sub": asked.get("sub", f"id-{person}"),
            "nonce": asked["nonce"],
            "preferred_username": person,
            "iat": now,
            "exp": now + 300,
        }
        claims = {k: v for k, v in {**claims, **LIES.get(lie, {})}.items() if v is not None}
        if lie == "unsigned":
            parts = [{"alg": "none"}, claims]
            return ".".join(base64.urlsafe_b64encode(json.dumps(p).encode()).decode().rstrip("=") for p in parts) + "."
        if lie == "our secret":
            return jwt.encode({"alg": "HS256", "kid": "a"}, claims, OctKey.import_key(SECRET), algorithms=["HS256"])
        return jwt.encode({"alg": "RS256", "kid": "a"}, claims, OTHER if lie == "key" else KEY)

    def tell(self, what, status=200):
        body = json.dumps(what).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args): ...


if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    sys.stdout.write(f"{server.server_port}\n")
    sys.stdout.flush()
    server.serve_forever()
