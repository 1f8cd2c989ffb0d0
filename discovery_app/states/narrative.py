"""State of the summaries on the modernisation page: of all, and of an application."""

from functools import partial

import reflex as rx

from discovery_app.database import unit_of_work
from discovery_app.domain.access import ROLE_PERMISSIONS, Permission, Scope
from discovery_app.domain.engagement import EngagementChoice
from discovery_app.domain.modernisation_page import ModernisationQuery
from discovery_app.domain.narrative import Author, NarrativeView
from discovery_app.domain.narrative_page import SummaryShown
from discovery_app.domain.words import exact
from discovery_app.errors import NotFoundError
from discovery_app.services.inventory_marks import InventoryMarkService, Mark
from discovery_app.services.narratives import NarrativeService
from discovery_app.states.acting import Acting
from discovery_app.states.following import follow_engagement
from discovery_app.states.hub import Wake
from discovery_app.states.rules import allow


class SummaryOf(Acting, mixin=True):
    """One summary, and what is typed to change it.

    Attributes:
        application: The key of the one it is about; empty for the engagement.
    """

    engagement_id: str = ""
    application: str = ""
    shown: SummaryShown = SummaryShown()
    may_override: bool = False
    may_evaluate: bool = False
    words: str = ""
    loading: bool = True
    problem: str = ""

    async def _look(self, wake: Wake, scope: Scope) -> None:
        """Read what changed, and show it."""
        place, about = scope.engagement_id, self.application
        mark = await wake.read(("told", place), partial(_mark, scope))
        shown = await wake.read(
            ("summary", place, about, mark), partial(_read, scope, about)
        )
        may = ROLE_PERMISSIONS[scope.role]
        async with self:
            self.shown, self.loading, self.problem = shown, False, ""
            self.may_override = Permission.OVERRIDE_DECISIONS in may
            self.may_evaluate = Permission.EVALUATE_AGAIN in may

    def _be_about(self, place: EngagementChoice, application: str) -> None:
        about = (str(place.engagement_id), application)
        if (self.engagement_id, self.application) != about:
            self.reset()
        self.engagement_id, self.application = about

    @rx.event
    @allow(Permission.EVALUATE_AGAIN)
    async def ask(self, opened: bool) -> None:
        """Begin something, or leave it, without the last one's words."""
        self.reason = ""
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
        said = "A runner has the model write it."
        self.shown = await self._act(_ask, self.application, done=said) or self.shown

    async def _override(self, words: str, done: str) -> None:
        given = (words, self.reason, self.application)
        self.shown = await self._act(_override, *given, done=done) or self.shown


class NarrativeState(SummaryOf, rx.State):
    """The engagement's summary."""

    @rx.event(background=True, supersedes=True)
    @allow(Permission.VIEW)
    async def watch(self) -> rx.event.EventSpec | None:
        """Show the summary, and keep it true."""
        load = NarrativeState.watch
        return await follow_engagement(self, self._begin, self._look, load)

    def _begin(self, place: EngagementChoice) -> None:
        self._be_about(place, "")


class ApplicationNarrativeState(SummaryOf, rx.State):
    """The summary of the application that the address names, if it names one."""

    @rx.event(background=True, supersedes=True)
    @allow(Permission.VIEW)
    async def watch(self) -> rx.event.EventSpec | None:
        """Show the summary, and keep it true."""
        load = ApplicationNarrativeState.watch
        return await follow_engagement(self, self._begin, self._look, load)

    def _begin(self, place: EngagementChoice) -> None:
        query = ModernisationQuery.from_address(self.router.url.query_parameters)
        self._be_about(place, query.application)


def _mark(scope: Scope) -> tuple[Mark, Mark]:
    with unit_of_work(scope) as session:
        inventory = InventoryMarkService(session).mark(scope)
        return inventory, NarrativeService(session).mark(scope)


def _read(scope: Scope, application: str) -> SummaryShown:
    try:
        with unit_of_work(scope) as session:
            return _shown(NarrativeService(session).view(scope, application))
    except NotFoundError:  # An old link; the lists are shown all the same.
        return SummaryShown()


def _override(scope: Scope, words: str, reason: str, application: str) -> SummaryShown:
    with unit_of_work(scope) as session:
        service = NarrativeService(session)
        return _shown(service.override(scope, words, reason, application))


def _ask(scope: Scope, application: str) -> SummaryShown:
    with unit_of_work(scope) as session:
        service = NarrativeService(session)
        service.ask(scope, application)
        return _shown(service.view(scope, application))


def _shown(view: NarrativeView) -> SummaryShown:
    text = view.text
    doubts = ", ".join(view.doubts[:8])
    return SummaryShown(
        application=view.application,
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
