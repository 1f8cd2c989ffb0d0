"""What the board's address says: filters, order and page, so that a link shows them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import urlencode
from uuid import UUID

from discovery_app.domain.board import BOARD_STATUSES, BoardFilter, BoardSort

STARTED: Final = {"1": "last 24 hours", "7": "last 7 days", "30": "last 30 days"}
"""Choices of the filter by age: days to words."""

_FALLING: Final = frozenset({BoardSort.STARTED, BoardSort.PROGRESS, BoardSort.ATTEMPTS})
"""Sorted from the largest down at the first click."""


@dataclass(frozen=True)
class BoardQuery:
    """The words of the address; what is empty is left out of it.

    Attributes:
        status: One or more statuses, joined by commas.
        started: Days, of ``STARTED``.
        sort: A ``BoardSort``, with "-" before it to turn it round.
        at: The cursor of the page.
    """

    q: str = ""
    status: str = ""
    engagement: str = ""
    phase: str = ""
    owner: str = ""
    started: str = ""
    sort: str = BoardSort.ATTENTION.value
    at: str = ""

    @classmethod
    def from_address(cls, asked: Mapping[str, str]) -> "BoardQuery":
        """Return what an address asks for; what makes no sense is left out."""
        words = {name: asked.get(name, "").strip()[:500] for name in _NAMES}
        statuses = [one for one in words["status"].split(",") if one in BOARD_STATUSES]
        words["status"] = ",".join(statuses)
        if words["sort"].removeprefix("-") not in set(BoardSort):
            words["sort"] = BoardSort.ATTENTION.value
        if words["started"] not in STARTED:
            words["started"] = ""
        if not _is_id(words["engagement"]):
            words["engagement"] = ""
        return cls(**words)

    @property
    def by(self) -> BoardSort:
        """Return by what it is sorted."""
        return BoardSort(self.sort.removeprefix("-"))

    @property
    def descending(self) -> bool:
        """Return whether the order is turned round."""
        return self.sort.startswith("-")

    @property
    def is_filtered(self) -> bool:
        """Return whether anything is kept back."""
        return replace(self, sort=_PLAIN.sort, at="") != _PLAIN

    def address(self, path: str) -> str:
        """Return the address under ``path`` that says this."""
        said = {
            name: getattr(self, name)
            for name in _NAMES
            if getattr(self, name) != getattr(_PLAIN, name)
        }
        return f"{path}?{urlencode(said)}" if said else path

    def sorted_by(self, key: str) -> "BoardQuery":
        """Return the first page in the order of ``key``, turned round if it was that.

        The order that puts what needs a person first comes back after both.
        """
        by = BoardSort(key)
        first = f"-{by}" if by in _FALLING else by.value
        second = by.value if by in _FALLING else f"-{by}"
        following = {first: second, second: _PLAIN.sort}.get(self.sort, first)
        return replace(self, sort=following, at="")

    def chosen(self, *, troubled: bool = False) -> BoardFilter:
        """Return the filter for the service."""
        return BoardFilter(
            search=self.q,
            statuses=tuple(self.status.split(",")) if self.status else (),
            engagement_id=UUID(self.engagement) if self.engagement else None,
            phase=self.phase,
            owner=self.owner,
            started_days=int(self.started) if self.started else 0,
            troubled=troubled,
        )


_PLAIN: Final = BoardQuery()
_NAMES: Final = ("q", "status", "engagement", "phase", "owner", "started", "sort", "at")


def _is_id(word: str) -> bool:
    try:
        return bool(UUID(word))
    except ValueError:
        return False
