"""What lists share: their address says what they show."""

from typing import TYPE_CHECKING, Any, ClassVar

import reflex as rx

from discovery_app.domain.access import Permission
from discovery_app.states.rules import allow


class ListPage(rx.State, mixin=True):
    """Search, filters taken back and pages of a list, by the words of its address.

    A state that lists has a ``query``, of its own kind of ``ListQuery``, shows what it
    ``listed`` and lets people ``pick`` a filter. One of an engagement names its page
    in ``page_path``; without one the page's own address is taken. Each act is a new
    address, which loads the page anew.

    Attributes:
        is_filtered: Whether anything is left out.
    """

    page_path: ClassVar[str] = ""

    engagement_id: str = ""
    is_filtered: bool = False
    if TYPE_CHECKING:
        query: Any
        listed: Any
        pick: Any

    @rx.event
    @allow(Permission.VIEW)
    async def search(self, words: str) -> rx.event.EventSpec:
        """List what all ``words`` are said of."""
        return self._go(self.query.with_words(q=words.strip()[:200]))

    @rx.event
    @allow(Permission.VIEW)
    async def clear(self) -> rx.event.EventSpec:
        """Take every filter back."""
        return self._go(self.query.unfiltered())

    @rx.event
    @allow(Permission.VIEW)
    async def next_page(self) -> rx.event.EventSpec:
        """Show the rows after these."""
        return self._go(self.query.on_page(self.query.number + 1))

    @rx.event
    @allow(Permission.VIEW)
    async def previous_page(self) -> rx.event.EventSpec:
        """Show the rows before these."""
        return self._go(self.query.on_page(self.query.number - 1))

    def _take(self, query: Any) -> None:
        self.query, self.is_filtered = query, query.is_filtered

    def _go(self, query: Any) -> rx.event.EventSpec:
        self._take(query)
        path = self.router.url.path
        if self.page_path:
            path = f"/engagements/{self.engagement_id}/{self.page_path}"
        return rx.redirect(query.address(path), replace=True)
