"""A browser's tab as the server knows it: one socket, and what came over it."""

import json
import time
from collections.abc import Callable
from uuid import uuid4

from websockets.sync.client import ClientConnection, connect

BEGIN_ANEW = '42/_event,["new_token"'
"""The server begins anew with this tab: the old token seems to be in use elsewhere."""
OWN = "reflex___state____state.discovery_app___states___"


class RawTab:
    """A tab without a browser: it sends events and keeps every word it hears.

    Attributes:
        token: The address of its state; it stays when the tab connects anew.
    """

    def __init__(self, cookie: str, path: str) -> None:
        self.token = uuid4().hex
        self._cookie = cookie
        self._path = path
        self._socket: ClientConnection | None = None

    def open(self, port: int) -> None:
        """Connect to the web process on ``port``, as a proxy would lead it there."""
        self.close()
        self._socket = connect(  # Closed by ``close``.
            f"ws://localhost:{port}/_event/?token={self.token}&EIO=4"
            "&transport=websocket",
            additional_headers={
                "Cookie": f"discovery_session={self._cookie}",
                "Origin": f"http://localhost:{port}",
            },
            max_size=None,
            legacy=True,
        )
        self._socket.recv(10)
        self._socket.send("40/_event,")
        self._socket.recv(10)

    def close(self) -> None:
        """Leave without a word."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def send(self, handler: str, **payload: object) -> None:
        """Send an event, e.g. ``workflow____workflow_page_state.ask``."""
        event = {
            "name": OWN + handler,
            "payload": payload,
            "token": self.token,
            "router_data": {
                "pathname": self._path,
                "asPath": self._path,
                "query": {},
            },
        }
        self._open_socket.send("42/_event," + json.dumps(["event", event]))

    def hear(self, wanted: Callable[[str], bool], seconds: float = 15.0) -> str:
        """Return the first word from now on that is ``wanted``.

        Raises:
            TimeoutError: It did not come.
        """
        until = time.monotonic() + seconds
        while True:
            word = str(self._open_socket.recv(max(until - time.monotonic(), 0)))
            if word == "2":
                self._open_socket.send("3")
            elif word.startswith(BEGIN_ANEW):
                self.token = json.loads(word.removeprefix("42/_event,"))[1]
            elif wanted(word):
                return word

    @property
    def _open_socket(self) -> ClientConnection:
        if self._socket is None:
            raise RuntimeError("This tab is closed.")
        return self._socket
