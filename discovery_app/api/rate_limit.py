"""How often one address may try."""

import time
from collections import OrderedDict
from threading import Lock
from typing import Final

_MOST_ADDRESSES: Final = 10_000


class RateLimit:
    """A bucket of tries an address, that fills again with time.

    It holds for one process and forgets at its end: the slow lock-out of each person
    is in the database. This keeps one address from trying many people.

    Args:
        tries: How many at once.
        seconds: How long until as many are there again.
    """

    def __init__(self, tries: int, seconds: float) -> None:
        self._tries = float(tries)
        self._per_second = tries / seconds
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = Lock()

    def take(self, address: str) -> bool:
        """Take one try of ``address``; return whether there was one."""
        now = time.monotonic()
        with self._lock:
            left, at = self._buckets.pop(address, (self._tries, now))
            left = min(self._tries, left + (now - at) * self._per_second)
            allowed = left >= 1
            self._buckets[address] = (left - 1 if allowed else left, now)
            while len(self._buckets) > _MOST_ADDRESSES:
                self._buckets.popitem(last=False)
        return allowed
