"""What the acts on an engagement share: a reason, and what came of it."""

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar
from uuid import UUID

import reflex as rx

from discovery_app.domain.access import Permission
from discovery_app.errors import DiscoveryError
from discovery_app.states.gate import in_thread, scope_of
from discovery_app.states.hub import hub
from discovery_app.states.rules import allow

Done = TypeVar("Done")


class Acting(rx.State, mixin=True):
    """A page on which people act on one engagement.

    Attributes:
        reason: Typed so far.
        notice: What was done; ``failure`` says why it was not.
    """

    reason: str = ""
    notice: str = ""
    failure: str = ""
    if TYPE_CHECKING:
        engagement_id: str

    @rx.event
    @allow(Permission.VIEW)
    async def dismiss(self) -> None:
        """Take the notices away."""
        self.notice, self.failure = "", ""

    async def _act(
        self, work: Callable[..., Done], *given: object, done: str = ""
    ) -> Done | None:
        """Do ``work`` with the person's scope, and say ``done`` or why it failed.

        Args:
            work: Takes the scope and what is ``given``; it runs in a thread.
        """
        result = None
        try:
            scope = await scope_of(self, self.engagement_id)
            result = await in_thread(work, scope, *given)
            self.notice, self.failure = done, ""
        except DiscoveryError as error:
            self.failure = str(error)
        self.reason = ""
        hub().note(UUID(self.engagement_id))
        return result
