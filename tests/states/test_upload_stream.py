"""Chunks reach the thread that stores in order; nothing hangs when it gives up."""

import asyncio
import time

import pytest

from discovery_app.errors import FileRefusedError
from discovery_app.states.upload_stream import (
    CHUNKS_AHEAD,
    FileStream,
    UploadAbortedError,
)


def test_hands_on_every_byte_in_order():
    async def upload() -> bytes:
        stream = FileStream(b"".join)
        for number in range(10 * CHUNKS_AHEAD):
            await stream.feed(bytes([number % 251]))
        return await stream.finish()

    assert asyncio.run(upload()) == bytes(n % 251 for n in range(10 * CHUNKS_AHEAD))


def test_goes_no_further_ahead_than_its_bound():
    taken = []

    def slow(chunks) -> None:
        for chunk in chunks:
            time.sleep(0.005)
            taken.append(chunk)

    async def upload() -> int:
        stream, ahead = FileStream(slow), 0
        for number in range(4 * CHUNKS_AHEAD):
            await stream.feed(b"x")
            ahead = max(ahead, number + 1 - len(taken))
        await stream.finish()
        return ahead

    assert asyncio.run(upload()) <= CHUNKS_AHEAD + 2


def test_a_refusal_in_the_middle_is_raised_at_the_end():
    def refuse(chunks) -> None:
        next(chunks)
        raise FileRefusedError("big.csv", "too_large", "it is too large.")

    async def upload() -> None:
        stream = FileStream(refuse)
        for _ in range(5 * CHUNKS_AHEAD):
            await stream.feed(b"x" * 1000)
        await stream.finish()

    with pytest.raises(FileRefusedError):
        asyncio.run(asyncio.wait_for(upload(), 10))


def test_aborting_lets_the_store_clear_up():
    cleared = []

    def store(chunks) -> None:
        try:
            for _ in chunks:
                pass
        except UploadAbortedError:
            cleared.append(True)
            raise

    async def upload() -> None:
        stream = FileStream(store)
        await stream.feed(b"half")
        await stream.abort()

    asyncio.run(asyncio.wait_for(upload(), 10))
    assert cleared == [True]
