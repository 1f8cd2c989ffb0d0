"""Headers that tell browsers what our pages may do."""

import base64
import hashlib
import re
from collections.abc import Iterable
from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import Final

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from discovery_app.config import settings

_INLINE: Final = re.compile(r"<script(?![^>]*\bsrc=)[^>]*>(.*?)</script>", re.S | re.I)

_ALWAYS: Final = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}
_NO_PAGE: Final = "default-src 'none'; frame-ancestors 'none'"
_ONE_YEAR_SECONDS: Final = 31_536_000


class SecurityHeaders:
    """Adds the headers to every answer that does not set them itself.

    Args:
        app: What answers.
        pages: The folder of the built pages; their inline scripts are allowed by
            hash, no other inline script is.
    """

    def __init__(self, app: ASGIApp, pages: Path) -> None:
        self._app = app
        self._pages = pages

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, with the headers."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                is_page = headers.get("content-type", "").startswith("text/html")
                for name, value in security_headers(self._pages, is_page).items():
                    headers.setdefault(name, value)
                if message["status"] == HTTPStatus.NOT_MODIFIED:
                    # What the browser keeps came with its policy; this has no type.
                    del headers["Content-Security-Policy"]
            await send(message)

        await self._app(scope, receive, send_with_headers)


@cache
def security_headers(pages: Path, is_page: bool) -> dict[str, str]:
    """Return the headers of a page, or of anything else that is no page.

    Args:
        pages: The folder of the built pages.
        is_page: Whether a browser shows it as one.
    """
    policy = _policy(inline_hashes(pages)) if is_page else _NO_PAGE
    headers = _ALWAYS | {"Content-Security-Policy": policy}
    if settings().address.startswith("https://"):
        headers["Strict-Transport-Security"] = f"max-age={_ONE_YEAR_SECONDS}"
    return headers


def inline_hashes(pages: Path) -> tuple[str, ...]:
    """Return the CSP hashes of all inline scripts of the built pages, in order."""
    found = set()
    for page in pages.rglob("*.html"):
        for script in _INLINE.findall(page.read_text(encoding="utf-8")):
            digest = hashlib.sha256(script.encode()).digest()
            found.add(f"'sha256-{base64.b64encode(digest).decode()}'")
    return tuple(sorted(found))


def _policy(hashes: Iterable[str]) -> str:
    """Return the policy.

    Emotion and Radix write styles into the page at run time, and Reflex runs what its
    server sends (toasts, scripts of events) by ``eval``. What neither opens is a
    script that someone wrote into the page.
    """
    parts = {
        "default-src": ["'self'"],
        "script-src": ["'self'", "'unsafe-eval'", *hashes],
        "style-src": ["'self'", "'unsafe-inline'"],
        "img-src": ["'self'", "data:", "blob:"],
        "font-src": ["'self'", "data:"],
        "connect-src": ["'self'", *_sockets()],
        "worker-src": ["'self'", "blob:"],
        "object-src": ["'none'"],
        "base-uri": ["'self'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
    }
    return "; ".join(f"{name} {' '.join(values)}" for name, values in parts.items())


def _sockets() -> list[str]:
    """Name the socket's address: older browsers do not count it to ``'self'``."""
    return [settings().address, "ws" + settings().address.removeprefix("http")]
