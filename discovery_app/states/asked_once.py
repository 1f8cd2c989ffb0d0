"""One question for many tabs: what all ask at the same moment is asked once.

A change wakes a thousand tabs together. Of those of one person, each asks who they
are; without this each would take a thread and a connection for it.
"""

import asyncio
from collections.abc import Callable, Hashable
from typing import Any, Final, TypeVar

Answer = TypeVar("Answer")

_asked: Final[dict[Hashable, asyncio.Task[Any]]] = {}


async def asked_once(call: Callable[..., Answer], *arguments: Hashable) -> Answer:
    """Return ``call(*arguments)``, run in one thread for all who ask meanwhile.

    Nothing is remembered: who asks after the answer came makes it be asked again.

    Raises:
        Exception: What ``call`` raises, for all of them.
    """
    key = (call, arguments)
    task = _asked.get(key)
    if task is None:
        task = asyncio.ensure_future(asyncio.to_thread(call, *arguments))
        _asked[key] = task
        task.add_done_callback(lambda done: _answered(key, done))
    return await asyncio.shield(task)


def _answered(key: Hashable, done: asyncio.Task[Any]) -> None:
    del _asked[key]
    if not done.cancelled():
        done.exception()  # Seen, even if every tab that asked has gone.
