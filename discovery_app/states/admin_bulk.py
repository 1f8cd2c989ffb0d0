"""State of the question before many runs are retried or cancelled at once."""

from typing import Final
from uuid import UUID

import reflex as rx

from discovery_app.domain.access import Permission, PlatformScope, Scope
from discovery_app.domain.words import counted
from discovery_app.domain.workflow_repair import BulkAct, BulkFilter, BulkOutcome
from discovery_app.errors import DiscoveryError
from discovery_app.services.signed_in import scope_by_cookie
from discovery_app.services.workflow_bulk import WorkflowBulkService
from discovery_app.states.admin_runs import AdminRunsState
from discovery_app.states.asked import AskedForReason
from discovery_app.states.gate import cookie_of, in_thread, platform_scope_of
from discovery_app.states.rules import allow

_TOLD: Final = 5
"""So many refusals are told on the page; the rest shows in the list. Chosen."""

_NOTHING: Final = {
    BulkAct.RETRY: "None of the listed runs has failed; there is nothing to retry.",
    BulkAct.CANCEL: "All listed runs have ended; there is nothing to cancel.",
}


class AdminBulkState(AskedForReason, rx.State):
    """What all runs of the list's filter are asked about, counted first.

    Attributes:
        matched: How many runs it would reach, in words.
    """

    matched: str = ""
    _expected: int = 0

    @rx.event
    @allow(Permission.RETRY_WORKFLOWS)
    async def ask(self, act: str) -> None:
        """Count what ``act`` would reach among the listed runs, then ask."""
        self.reason = self.notice = self.done = ""
        try:
            outcome = await self._call(BulkAct(act), "counts runs for a bulk action")
        except (DiscoveryError, ValueError) as error:
            self.notice = str(error)
            return
        if outcome.matched == 0:
            self.notice = _NOTHING[BulkAct(act)]
            return
        self._expected = outcome.matched
        self.matched, self.question = counted(outcome.matched, "run"), act

    @rx.event
    @allow(Permission.RETRY_WORKFLOWS)
    async def confirm(self) -> None:
        """Do it, if as many runs match as were counted."""
        act, self.question = self.question, ""
        try:
            outcome = await self._call(BulkAct(act), self.reason, self._expected)
        except (DiscoveryError, ValueError) as error:
            self.notice = str(error)
            return
        self.done = f"{counted(outcome.done, 'run')}: {act} done."
        if outcome.left:
            self.done += f" {counted(outcome.left, 'run')} left; do it once more."
        refused = [f"{one.title}: {one.message}" for one in outcome.refused]
        self.notice = " ".join(refused[:_TOLD])

    async def _call(
        self, act: BulkAct, reason: str, expected: int | None = None
    ) -> BulkOutcome:
        query = (await self.get_state(AdminRunsState)).query
        chosen = BulkFilter(query.chosen(troubled=not query.status))
        scope = await platform_scope_of(self, reason)
        return await in_thread(
            _call, scope, cookie_of(self), act, chosen, reason, expected
        )


def _call(
    platform: PlatformScope,
    cookie: str,
    act: BulkAct,
    chosen: BulkFilter,
    reason: str,
    expected: int | None,
) -> BulkOutcome:
    def scope_of(engagement_id: UUID) -> Scope:
        return scope_by_cookie(cookie, engagement_id)

    service = WorkflowBulkService(platform, scope_of)
    if expected is None:
        return service.count(act, chosen)
    return service.run(act, chosen, reason=reason, expected=expected)
