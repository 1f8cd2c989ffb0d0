"""From the event loop, where chunks of an upload arrive, to the thread that stores."""

import asyncio
from collections.abc import Callable, Iterator
from queue import Empty, Full, Queue
from typing import Final, Generic, TypeVar

Result = TypeVar("Result")

CHUNKS_AHEAD: Final = 16
"""How far reading may be ahead of storing; bounds memory. Chosen."""

_PAUSE_SECONDS: Final = 0.005


class UploadAbortedError(Exception):
    """The upload ended before the file was whole."""


class FileStream(Generic[Result]):
    """One file on its way: chunks go in, ``store``'s result comes out.

    Args:
        store: Called in a thread with the file's chunks as they come.
    """

    def __init__(self, store: Callable[[Iterator[bytes]], Result]) -> None:
        self._queue: Queue[bytes | None] = Queue(CHUNKS_AHEAD)
        self._aborted = False
        self._task = asyncio.ensure_future(asyncio.to_thread(store, self._chunks()))
        self.received_bytes = 0

    async def feed(self, data: bytes) -> None:
        """Hand on ``data``; once ``store`` gave up, what comes is thrown away."""
        self.received_bytes += len(data)
        await self._put(data)

    async def finish(self) -> Result:
        """Say that the file is whole; return what ``store`` returns or raises."""
        await self._put(None)
        return await self._task

    async def abort(self) -> None:
        """Let ``store`` fail, and wait until it has cleared up."""
        self._aborted = True
        await asyncio.wait([self._task])
        self._task.exception()

    async def _put(self, data: bytes | None) -> None:
        while not self._task.done():
            try:
                self._queue.put_nowait(data)
            except Full:
                await asyncio.sleep(_PAUSE_SECONDS)
            else:
                return

    def _chunks(self) -> Iterator[bytes]:
        while True:
            if self._aborted:
                raise UploadAbortedError
            try:
                data = self._queue.get(timeout=0.2)
            except Empty:
                continue
            if data is None:
                return
            yield data
