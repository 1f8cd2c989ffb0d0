"""What the questions before an admin's act share: a reason, and what came of it."""

import reflex as rx

from discovery_app.domain.access import Permission
from discovery_app.states.rules import allow


class AskedForReason(rx.State, mixin=True):
    """A dialog that asks why, and the notices after it.

    Attributes:
        question: What the dialog asks while it is open.
        notice: What was refused; ``done`` says what was done.
    """

    question: str = ""
    reason: str = ""
    notice: str = ""
    done: str = ""

    @rx.event
    @allow(Permission.RETRY_WORKFLOWS)
    async def ask_no_more(self, opened: bool) -> None:
        """Close the dialog."""
        if not opened:
            self.question = ""

    @rx.event
    @allow(Permission.RETRY_WORKFLOWS)
    async def write_reason(self, words: str) -> None:
        """Keep the reason typed so far."""
        self.reason = words

    @rx.event
    @allow(Permission.RETRY_WORKFLOWS)
    async def dismiss(self) -> None:
        """Take the notices away."""
        self.notice = self.done = ""
