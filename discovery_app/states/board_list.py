"""What the lists of workflows across engagements share: the board, and runs in trouble.

Their address says what they show, and where a page begins: by a cursor, not a number.
"""

from dataclasses import replace
from typing import ClassVar

import reflex as rx

from discovery_app.domain.access import Permission
from discovery_app.domain.board import BoardPage
from discovery_app.domain.board_lines import BoardLine, board_line, range_words
from discovery_app.domain.board_query import BoardQuery
from discovery_app.domain.words import counted
from discovery_app.states.rules import allow


class BoardList(rx.State, mixin=True):
    """Search, filters, order and pages of a list of workflows.

    A state that lists names its page in ``page_path`` and what it counts in ``counts``.
    Each act is a new address, which loads the page anew; what is shown there, and to
    whom, is the state's own ``watch``.

    Attributes:
        is_filtered: Whether anything is left out.
        shown: Which rows of how many, in words.
    """

    page_path: ClassVar[str] = ""
    counts: ClassVar[str] = ""

    query: BoardQuery = BoardQuery()
    is_filtered: bool = False
    sort: str = ""
    descending: bool = False
    lines: tuple[BoardLine, ...] = ()
    shown: str = ""
    total: str = ""
    next_cursor: str = ""
    previous_cursor: str = ""
    loading: bool = True
    problem: str = ""

    @rx.event
    @allow(Permission.VIEW)
    async def search(self, words: str) -> rx.event.EventSpec:
        """List the workflows with ``words`` in their names."""
        return self._go(replace(self.query, q=words, at=""))

    @rx.event
    @allow(Permission.VIEW)
    async def pick(self, name: str, value: str) -> rx.event.EventSpec:
        """Filter by ``value``; empty lets everything through."""
        asked = {**self.query.__dict__, name: value, "at": ""}
        return self._go(BoardQuery.from_address(asked))

    @rx.event
    @allow(Permission.VIEW)
    async def sort_by(self, key: str) -> rx.event.EventSpec:
        """Sort by a column, turn it round, or go back to what needs a person."""
        known = BoardQuery.from_address({"sort": key}).by
        return self._go(self.query.sorted_by(known))

    @rx.event
    @allow(Permission.VIEW)
    async def clear(self) -> rx.event.EventSpec:
        """Take every filter back."""
        return self._go(BoardQuery(sort=self.query.sort))

    @rx.event
    @allow(Permission.VIEW)
    async def next_page(self) -> rx.event.EventSpec:
        """Show the rows after these."""
        return self._go(replace(self.query, at=self.next_cursor))

    @rx.event
    @allow(Permission.VIEW)
    async def previous_page(self) -> rx.event.EventSpec:
        """Show the rows before these."""
        return self._go(replace(self.query, at=self.previous_cursor))

    def _take_address(self) -> BoardQuery:
        """Return what the address asks for, and show it as asked."""
        query = BoardQuery.from_address(self.router.url.query_parameters)
        self.query, self.is_filtered = query, query.is_filtered
        self.sort, self.descending = query.by.value, query.descending
        return query

    def _show_page(self, page: BoardPage) -> None:
        self.lines = tuple(board_line(row) for row in page.rows)
        self.shown, self.total = range_words(page), counted(page.total, self.counts)
        self.next_cursor = page.next_cursor
        self.previous_cursor = page.previous_cursor
        self.loading, self.problem = False, ""

    def _go(self, query: BoardQuery) -> rx.event.EventSpec:
        self.query = query
        return rx.redirect(query.address(self.page_path), replace=True)
