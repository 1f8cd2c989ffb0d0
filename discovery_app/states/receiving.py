"""One drop of files on its way into storage, and what the page shows of it."""

import time
from functools import partial
from typing import Any, Final

from discovery_app.domain.access import Scope
from discovery_app.domain.uploads import ImportFileRow, StagedFile
from discovery_app.domain.words import file_size
from discovery_app.errors import DiscoveryError
from discovery_app.services.staged_uploads import StagedUploadService
from discovery_app.states.upload_stream import FileStream

_SHOW_EVERY_SECONDS: Final = 0.25


class Receiving:
    """One drop of files: which is under way, and how fast it comes."""

    def __init__(self, state: Any, scope: Scope) -> None:
        self._state = state
        self._scope = scope
        self._name = ""
        self._stream: FileStream[StagedFile] | None = None
        self._begun_at = time.monotonic()
        self._shown_at = 0.0
        self._sent_bytes = 0

    async def take(self, name: str, offset: int, data: bytes) -> None:
        """Hand on one chunk; a chunk at offset 0 begins a file."""
        if self._stream is None or offset == 0:
            await self.end_file()
            self._name, self._shown_at = name, 0.0
            self._stream = FileStream(
                partial(StagedUploadService().take_in, self._scope, name)
            )
        self._sent_bytes += len(data)
        await self._stream.feed(data)
        if time.monotonic() - self._shown_at > _SHOW_EVERY_SECONDS:
            self._shown_at = time.monotonic()
            await self._say("uploading", self._speed())

    async def end_file(self) -> None:
        """Wait for the file under way; say why if it is refused."""
        if self._stream is None:
            return
        stream, self._stream = self._stream, None
        await self._say("checking", "Reading its first rows")
        try:
            await stream.finish()
        except DiscoveryError as error:
            size = file_size(stream.received_bytes)
            why = str(error).removeprefix(f"{self._name}: ")
            row = ImportFileRow("", self._name, size, "refused", _nothing_stored(why))
            async with self._state as state:
                others = (one for one in state.refused if one.name != self._name)
                state.refused = (*others, row)
            return
        async with self._state as state:
            state.refused = tuple(r for r in state.refused if r.name != self._name)
            await state._list(self._scope)

    async def clear(self) -> None:
        """Leave nothing of a file that did not come whole."""
        if self._stream is not None:
            await self._stream.abort()

    def _speed(self) -> str:
        seconds = max(time.monotonic() - self._begun_at, 0.001)
        speed = self._sent_bytes / seconds
        came = file_size(self._stream.received_bytes if self._stream else 0)
        return f"{came} · {file_size(round(speed))}/s"

    async def _say(self, status: str, note: str) -> None:
        async with self._state as state:
            total = state._total_bytes
            percent = min(100, round(100 * self._sent_bytes / total)) if total else 0
            row = ImportFileRow("", self._name, "", status, note, percent)
            state.coming = (row,)


def _nothing_stored(why: str) -> str:
    return why if "othing was stored" in why else f"{why} Nothing was stored."
