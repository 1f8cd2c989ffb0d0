"""A number for each request, in its answer and in every line of the log it causes."""

import re
from typing import Final
from uuid import uuid4

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from discovery_app.logs import begin_request

HEADER: Final = "X-Request-ID"
_GIVEN: Final = re.compile(r"[A-Za-z0-9._-]{8,64}")
"""What a proxy in front may call a request; anything else gets a number of ours."""


class RequestIds:
    """Gives each request, and each connection of a page, its number.

    Args:
        app: What answers.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, with the number."""
        if scope["type"] not in {"http", "websocket"}:
            await self._app(scope, receive, send)
            return
        given = Headers(scope=scope).get(HEADER, "")
        number = given if _GIVEN.fullmatch(given) else uuid4().hex[:16]
        # Never taken back: each request is a task of its own, and what answers an
        # unexpected error logs it outside of this.
        begin_request(number)

        async def send_with_number(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).setdefault(HEADER, number)
            await send(message)

        await self._app(scope, receive, send_with_number)
