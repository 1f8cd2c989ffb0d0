"""State of what an admin mends on a workflow's page: retry, re-run, options, more."""

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

import reflex as rx

from discovery_app.database import unit_of_work
from discovery_app.domain.access import Permission, Scope
from discovery_app.domain.change_lines import replaced_words
from discovery_app.domain.discovery_flow_state import ApproveMode
from discovery_app.domain.workflow_page import WorkflowPage
from discovery_app.domain.workflow_repair import APPROVALS, OptionsChange, RerunPreview
from discovery_app.errors import DiscoveryError, InvalidInputError
from discovery_app.services.workflow_actions import WorkflowActionService
from discovery_app.states.gate import in_thread, scope_of
from discovery_app.states.rules import allow
from discovery_app.states.workflow import WorkflowPageState


class WorkflowRepairState(rx.State):
    """The questions an admin is asked before a workflow is mended.

    Attributes:
        phase: From which a re-run would start; empty while none is picked.
        replaced: What the re-run replaces, a line a phase.
        effects: What else it does.
        as_of: A new date of verdicts, as the field holds it; empty leaves it.
        minutes: A new time limit of a phase; empty leaves it.
        attempts: How often a phase may be tried; empty leaves it.
        approve: What is done with columns in review; empty leaves it.
    """

    phase: str = ""
    phase_word: str = ""
    replaced: tuple[str, ...] = ()
    effects: str = ""
    reason: str = ""
    as_of: str = ""
    minutes: str = ""
    attempts: str = ""
    approve: str = ""
    approve_word: str = ""
    notice: str = ""
    _version: int = 0

    @rx.event
    @allow(Permission.RETRY_WORKFLOWS)
    async def ask(self, opened: bool) -> None:
        """Begin a question, or leave it, without what the last one was told."""
        self._forget()
        if opened:
            self.notice = ""

    @rx.event
    @allow(Permission.RETRY_WORKFLOWS)
    async def pick_phase(self, phase: str) -> None:
        """Look what a re-run from this phase would replace."""
        page = await self._page()
        try:
            scope = await scope_of(self, UUID(page.engagement_id))
            seen = await in_thread(_preview, scope, UUID(page.workflow_id), phase)
        except DiscoveryError as error:
            self.notice = str(error)
            return
        words = {one.value: one.label for one in page.reached}
        self.phase, self.phase_word = phase, words.get(phase, phase)
        self.replaced, self.effects = _lines(seen), _effects(seen)
        self._version = seen.version

    @rx.event
    @allow(Permission.RETRY_WORKFLOWS)
    async def write_reason(self, words: str) -> None:
        """Keep the reason typed so far."""
        self.reason = words

    @rx.event
    @allow(Permission.RETRY_WORKFLOWS)
    async def write_as_of(self, words: str) -> None:
        """Keep the date chosen so far."""
        self.as_of = words

    @rx.event
    @allow(Permission.RETRY_WORKFLOWS)
    async def write_minutes(self, words: str) -> None:
        """Keep the time limit typed so far."""
        self.minutes = words

    @rx.event
    @allow(Permission.RETRY_WORKFLOWS)
    async def write_attempts(self, words: str) -> None:
        """Keep the number of tries typed so far."""
        self.attempts = words

    @rx.event
    @allow(Permission.RETRY_WORKFLOWS, mode=ApproveMode)
    async def pick_approve(self, mode: str) -> None:
        """Keep what is picked for columns in review."""
        words = {one.value: one.label for one in APPROVALS}
        self.approve, self.approve_word = mode, words[mode]

    @rx.event
    @allow(Permission.RETRY_WORKFLOWS)
    async def dismiss(self) -> None:
        """Take the notice away."""
        self.notice = ""

    @rx.event
    @allow(Permission.RETRY_WORKFLOWS)
    async def retry(self) -> None:
        """Run the failed phase again, with the options that were changed."""
        page = await self._page()
        await self._act(_retry, page.version)

    @rx.event
    @allow(Permission.RETRY_WORKFLOWS)
    async def rerun(self) -> None:
        """Run the workflow again from the picked phase, as it was previewed."""
        await self._act(_rerun, self._version, self.phase)

    @rx.event
    @allow(Permission.RETRY_WORKFLOWS)
    async def change_options(self) -> None:
        """Let the next phases go by other options."""
        page = await self._page()
        await self._act(_change_options, page.version)

    @rx.event
    @allow(Permission.RETRY_WORKFLOWS)
    async def accept(self) -> None:
        """Go on without what the failed phase would have left."""
        page = await self._page()
        await self._act(_accept, page.version)

    async def _act(
        self, act: Callable[..., Any], version: int, *arguments: Any
    ) -> None:
        """Mend the workflow of the page; say why, if that is refused."""
        page = await self._page()
        self.notice = ""
        try:
            scope = await scope_of(self, UUID(page.engagement_id))
            asked = (UUID(page.workflow_id), self.reason, version, self._change())
            await in_thread(act, scope, *asked, *arguments)
            self._forget()
        except DiscoveryError as error:
            self.notice = str(error)

    async def _page(self) -> WorkflowPage:
        return (await self.get_state(WorkflowPageState)).shown

    def _change(self) -> OptionsChange:
        """Return the options of the form.

        Raises:
            InvalidInputError: One cannot be read.
        """
        minutes, attempts = self.minutes.strip(), self.attempts.strip()
        try:
            return OptionsChange(
                approve=ApproveMode(self.approve) if self.approve else None,
                as_of=date.fromisoformat(self.as_of) if self.as_of.strip() else None,
                phase_timeout_seconds=float(minutes) * 60 if minutes else None,
                max_attempts=int(attempts) if attempts else None,
            )
        except ValueError as error:
            raise InvalidInputError(
                "Give the date as YYYY-MM-DD, the time limit as a number of minutes, "
                "and the tries as a whole number."
            ) from error

    def _forget(self) -> None:
        self.phase = self.phase_word = self.effects = self.reason = ""
        self.as_of = self.minutes = self.attempts = ""
        self.approve = self.approve_word = ""
        self.replaced, self._version = (), 0


def _lines(seen: RerunPreview) -> tuple[str, ...]:
    return tuple(f"{one.title}: {one.summary or one.status}" for one in seen.replaced)


def _effects(seen: RerunPreview) -> str:
    """Return what becomes of the mapping and of the inventory."""
    mapping = "The approved mapping is used as it is."
    if not seen.mappings_kept:
        mapping = "The mapping is made again, with what people confirmed before."
    if seen.inventory is None:
        return mapping
    words = replaced_words(seen.inventory)
    return " ".join((mapping, *words.does, words.kept))


def _preview(scope: Scope, workflow_id: UUID, phase: str) -> RerunPreview:
    with unit_of_work(scope) as session:
        return WorkflowActionService(session).preview_rerun(
            scope, workflow_id, phase=phase
        )


def _retry(
    scope: Scope, workflow_id: UUID, reason: str, version: int, change: OptionsChange
) -> None:
    with unit_of_work(scope) as session:
        WorkflowActionService(session).retry(
            scope, workflow_id, reason=reason, version=version, options=change
        )


def _rerun(
    scope: Scope,
    workflow_id: UUID,
    reason: str,
    version: int,
    change: OptionsChange,
    phase: str,
) -> None:
    with unit_of_work(scope) as session:
        WorkflowActionService(session).rerun_from(
            scope,
            workflow_id,
            phase=phase,
            reason=reason,
            version=version,
            options=change,
        )


def _change_options(
    scope: Scope, workflow_id: UUID, reason: str, version: int, change: OptionsChange
) -> None:
    with unit_of_work(scope) as session:
        WorkflowActionService(session).change_options(
            scope, workflow_id, options=change, reason=reason, version=version
        )


def _accept(
    scope: Scope, workflow_id: UUID, reason: str, version: int, _: OptionsChange
) -> None:
    with unit_of_work(scope) as session:
        WorkflowActionService(session).accept(
            scope, workflow_id, reason=reason, version=version
        )
