"""State of the summary on the modernisation page, and of evaluating again."""

from datetime import date
from functools import partial
from uuid import UUID

import reflex as rx

from discovery_app.database import unit_of_work
from discovery_app.domain.access import ROLE_PERMISSIONS, Permission, Scope
from discovery_app.domain.engagement import EngagementChoice
from discovery_app.domain.narrative import Author, NarrativeView
from discovery_app.domain.narrative_page import SummaryShown
from discovery_app.domain.value_words import day_words
from discovery_app.domain.words import counted, exact
from discovery_app.errors import DiscoveryError, InvalidInputError
from discovery_app.services.inventory_marks import InventoryMarkService, Mark
from discovery_app.services.narratives import NarrativeService
from discovery_app.services.reassessment import Reassessed, ReassessmentService
from discovery_app.states.following import follow_engagement
from discovery_app.states.gate import in_thread, scope_of
from discovery_app.states.hub import Wake, hub
from discovery_app.states.rules import allow


class NarrativeState(rx.State):
    """One engagement's summary, and what is typed to change it."""

    engagement_id: str = ""
    shown: SummaryShown = SummaryShown()
    may_override: bool = False
    may_evaluate: bool = False
    words: str = ""
    reason: str = ""
    as_of: str = ""
    loading: bool = True
    problem: str = ""
    notice: str = ""
    failure: str = ""

    @rx.event(background=True, supersedes=True)
    @allow(Permission.VIEW)
    async def watch(self) -> rx.event.EventSpec | None:
        """Show the summary, and keep it true."""

        async def look(wake: Wake, scope: Scope) -> None:
            engagement_id = scope.engagement_id
            mark = await wake.read(("told", engagement_id), partial(_mark, scope))
            shown = await wake.read(
                ("summary", engagement_id, mark), partial(_read, scope)
            )
            may = ROLE_PERMISSIONS[scope.role]
            async with self:
                self.shown, self.loading, self.problem = shown, False, ""
                self.may_override = Permission.OVERRIDE_DECISIONS in may
                self.may_evaluate = Permission.EVALUATE_AGAIN in may

        return await follow_engagement(self, self._begin, look, NarrativeState.watch)

    def _begin(self, place: EngagementChoice) -> None:
        if self.engagement_id != str(place.engagement_id):
            self.reset()
        self.engagement_id = str(place.engagement_id)

    @rx.event
    @allow(Permission.EVALUATE_AGAIN)
    async def ask(self, opened: bool) -> None:
        """Begin something, or leave it, without the last one's words."""
        self.reason, self.as_of = "", ""
        self.words = self.shown.whole if opened else ""
        if opened:
            self.notice, self.failure = "", ""

    @rx.event
    @allow(Permission.OVERRIDE_DECISIONS)
    async def write_words(self, words: str) -> None:
        """Keep the summary typed so far."""
        self.words = words

    @rx.event
    @allow(Permission.EVALUATE_AGAIN)
    async def write_reason(self, words: str) -> None:
        """Keep the reason typed so far."""
        self.reason = words

    @rx.event
    @allow(Permission.EVALUATE_AGAIN)
    async def write_as_of(self, day: str) -> None:
        """Keep the day to judge as of."""
        self.as_of = day

    @rx.event
    @allow(Permission.OVERRIDE_DECISIONS)
    async def override(self) -> None:
        """Show the typed words instead."""
        await self._override(self.words, "The summary is yours now.")

    @rx.event
    @allow(Permission.OVERRIDE_DECISIONS)
    async def withdraw(self) -> None:
        """Let the rules, or the model, speak again."""
        await self._override("", "The summary is written from the facts again.")

    @rx.event
    @allow(Permission.EVALUATE_AGAIN)
    async def have_written(self) -> None:
        """Have the model write."""
        try:
            scope = await scope_of(self, self.engagement_id)
            self.shown = await in_thread(_ask, scope)
            self.notice, self.failure = "A runner has the model write it.", ""
        except DiscoveryError as error:
            self.failure = str(error)

    @rx.event
    @allow(Permission.EVALUATE_AGAIN)
    async def evaluate(self) -> None:
        """Judge the whole inventory again.

        No background event: the dialog that closes would empty the reason first.
        """
        try:
            scope = await scope_of(self, self.engagement_id)
            done = await in_thread(_evaluate, scope, self.as_of, self.reason)
            self.notice = (
                f"{counted(done.assets, 'asset')} judged as of "
                f"{day_words(done.as_of)} by {done.data}; the advice for "
                f"{counted(done.changed, 'asset')} changed."
            )
        except DiscoveryError as error:
            self.failure = str(error)
        self.reason = ""
        hub().note(UUID(self.engagement_id))

    @rx.event
    @allow(Permission.VIEW)
    async def dismiss(self) -> None:
        """Take the notice away."""
        self.notice, self.failure = "", ""

    async def _override(self, words: str, done: str) -> None:
        try:
            scope = await scope_of(self, self.engagement_id)
            self.shown = await in_thread(_override, scope, words, self.reason)
            self.notice = done
        except DiscoveryError as error:
            self.failure = str(error)
        self.reason = ""
        hub().note(UUID(self.engagement_id))


def _mark(scope: Scope) -> tuple[Mark, Mark]:
    with unit_of_work(scope) as session:
        inventory = InventoryMarkService(session).mark(scope)
        return inventory, NarrativeService(session).mark(scope)


def _read(scope: Scope) -> SummaryShown:
    with unit_of_work(scope) as session:
        return _shown(NarrativeService(session).view(scope))


def _override(scope: Scope, words: str, reason: str) -> SummaryShown:
    with unit_of_work(scope) as session:
        return _shown(NarrativeService(session).override(scope, words, reason))


def _ask(scope: Scope) -> SummaryShown:
    with unit_of_work(scope) as session:
        service = NarrativeService(session)
        service.ask(scope)
        return _shown(service.view(scope))


def _evaluate(scope: Scope, as_of: str, reason: str) -> Reassessed:
    try:
        day = date.fromisoformat(as_of) if as_of else None
    except ValueError as error:
        raise InvalidInputError(
            "Give the day as a date, or none for today; nothing was changed."
        ) from error
    with unit_of_work(scope) as session:
        return ReassessmentService(session).run(scope, day, reason)


def _shown(view: NarrativeView) -> SummaryShown:
    text = view.text
    doubts = ", ".join(view.doubts[:8])
    return SummaryShown(
        headline=text.headline,
        paragraphs=tuple(text.paragraphs),
        risks=tuple(text.risks),
        steps=tuple(text.next_steps),
        author=str(view.author),
        byline=_byline(view),
        doubts=f"Not in the facts, so look at it: {doubts}." if doubts else "",
        note=view.note,
        waits=view.waits,
        may_ask=view.may_ask,
        whole=text.whole(),
    )


def _byline(view: NarrativeView) -> str:
    at = exact(view.at) if view.at else ""
    if view.author is Author.MODEL:
        return (
            f"Written by a model ({view.model}), {at}. Its numbers and products were "
            "checked against the facts; its judgement was not."
        )
    if view.author is Author.PERSON:
        return f"Written by {view.by}, {at}: {view.reason}"
    return "Written by rules from the facts of the inventory."
