"""Where the pages are reached, and so what a cookie is called and which requests come from the pages themselves."""

from urllib.parse import urlsplit

from starlette.requests import HTTPConnection

SESSION = "tonval"
DEVICE = "tonval-dator"
FLOW = "tonval-vag"
"""Of a sign-in at the provider that is under way."""
HOST_ONLY = "__Host-"
LOOPBACK = ("127.0.0.1", "localhost", "[::1]")


class Origin:
    """`public` as https://host[:port], or "" when the pages are reached on this machine only, without TLS."""

    def __init__(self, public: str) -> None:
        """Raises ValueError when `public` is no https origin."""
        parts = urlsplit(public)
        if public and (parts.scheme != "https" or not parts.hostname or parts.path.strip("/") or parts.query):
            raise ValueError(f"{public}: ska vara https:// och ett värdnamn, inget mer")
        self.public = f"https://{parts.netloc}" if public else ""
        self._public_host = parts.netloc.lower()

    def is_ours(self, host: str) -> bool:
        """Whether a Host header names these pages; any other name is somebody else's page resolving to us."""
        host = host.lower()
        if self._public_host and host == self._public_host:
            return True
        name, colon, port = host.rpartition(":")
        return host in LOOPBACK or (bool(colon) and port.isdecimal() and name in LOOPBACK)

    def is_secure(self, request: HTTPConnection) -> bool:
        """Whether the browser speaks TLS: with the proxy at the public name. A cookie then never leaves it."""
        return bool(self._public_host) and request.headers.get("host", "").lower() == self._public_host

    def named(self, request: HTTPConnection) -> str:
        """This request's own origin, as a browser writes it in Origin."""
        return self.public if self.is_secure(request) else f"http://{request.headers.get('host', '').lower()}"

    def address(self, request: HTTPConnection) -> str:
        """Who asks. Through the proxy: whom the proxy says it heard, which is the last name in its list."""
        heard = request.headers.get("x-forwarded-for", "").rpartition(",")[2].strip()
        if heard and self.is_secure(request):
            return heard[:64]
        return request.client.host if request.client else ""

    def cookie(self, request: HTTPConnection, name: str = SESSION) -> str:
        """What the cookie is called here."""
        return HOST_ONLY + name if self.is_secure(request) else name

    def token_in(self, request: HTTPConnection, name: str = SESSION) -> str:
        """What the browser keeps under that name, "" if nothing."""
        return request.cookies.get(self.cookie(request, name), "")
