"""Stands before the page's upload route, which knows neither people nor limits."""

import asyncio
from collections.abc import Callable
from typing import Final

from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect, cookie_parser
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from discovery_app.api.dependencies import COOKIE
from discovery_app.api.origins import is_own_page
from discovery_app.api.problems import (
    CrossSiteError,
    NotYourTabError,
    TooLargeError,
    problem_of,
)
from discovery_app.config import settings
from discovery_app.errors import DiscoveryError, NotFoundError, NotSignedInError
from discovery_app.services.signed_in import person_by_cookie

UPLOAD: Final = "/_upload"
API_UPLOADS: Final = ("/api/v1/data-imports", "/api/v1/end-of-life-data")
_MEGABYTE: Final = 1024 * 1024
_ROOM_BYTES: Final = 64 * 1024
"""For part headers and field names around the files; chosen, not measured."""


class UploadGuard:
    """Answers 401, 403, 404 and 413 before a byte reaches a handler.

    Args:
        app: What takes uploads.
        cookie_of: Returns the session cookie of the tab with a client token, or
            nothing if there is no such tab.
    """

    def __init__(self, app: ASGIApp, cookie_of: Callable[[str], str | None]) -> None:
        self._app = app
        self._cookie_of = cookie_of

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what is allowed."""
        if scope["type"] != "http" or not _is_upload(scope):
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        try:
            if scope["path"].startswith(UPLOAD):
                await self._check(scope, headers)
            _check_length(headers)
        except DiscoveryError as error:
            await _refuse(error, scope, receive, send)
            return
        await self._pass_on(scope, receive, send)

    async def _check(self, scope: Scope, headers: Headers) -> None:
        if scope["method"] != "POST":  # The framework would serve uploaded files.
            raise NotFoundError("page", scope["path"])
        cookie = cookie_parser(headers.get("cookie", "")).get(COOKIE, "")
        if not cookie:
            raise NotSignedInError
        await asyncio.to_thread(person_by_cookie, cookie)
        if not is_own_page(headers):
            raise CrossSiteError
        if self._cookie_of(headers.get("reflex-client-token", "")) != cookie:
            raise NotYourTabError

    async def _pass_on(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Count what comes; over the limit, end it and answer 413."""
        counter = _Counter(receive, send)
        try:
            await self._app(scope, counter.receive, counter.send)
        except ClientDisconnect:
            if not counter.over:
                raise
        if counter.over and not counter.answered:
            await _refuse(_too_large(), scope, receive, send)


class _Counter:
    """Lets bytes through up to the limit, then looks like a client that left."""

    def __init__(self, receive: Receive, send: Send) -> None:
        self._receive = receive
        self._send = send
        self._left = _limit_bytes()
        self.over = False
        self.answered = False

    async def receive(self) -> Message:
        if self.over:
            return {"type": "http.disconnect"}
        message = await self._receive()
        self._left -= len(message.get("body", b""))
        if self._left < 0:
            self.over = True
            return {"type": "http.disconnect"}
        return message

    async def send(self, message: Message) -> None:
        if self.over and not self.answered:
            return  # What the app says to a client that left; 413 follows.
        self.answered = True
        await self._send(message)


def _is_upload(scope: Scope) -> bool:
    path = scope["path"]
    posted = scope["method"] == "POST"
    return path.startswith(UPLOAD) or (posted and path.startswith(API_UPLOADS))


def _check_length(headers: Headers) -> None:
    length = headers.get("content-length", "")
    if length.isdigit() and int(length) > _limit_bytes():
        raise _too_large()


def _limit_bytes() -> int:
    return settings().upload_limit_mb * _MEGABYTE + _ROOM_BYTES


def _too_large() -> TooLargeError:
    return TooLargeError(settings().upload_limit_mb)


async def _refuse(
    error: DiscoveryError, scope: Scope, receive: Receive, send: Send
) -> None:
    await problem_of(error)(scope, receive, send)
