"""State of evaluating an inventory again, on each page whose contents it changes."""

from datetime import date
from functools import partial

import reflex as rx

from discovery_app.database import unit_of_work
from discovery_app.domain.access import ROLE_PERMISSIONS, Permission, Scope
from discovery_app.domain.engagement import EngagementChoice
from discovery_app.domain.engagement_request import RequestState, RequestView
from discovery_app.domain.evaluation_page import EvaluationShown
from discovery_app.domain.value_words import day_words
from discovery_app.domain.words import exact
from discovery_app.errors import InvalidInputError
from discovery_app.services.evaluations import EvaluationService, EvaluationView
from discovery_app.states.acting import Acting
from discovery_app.states.following import follow_engagement
from discovery_app.states.hub import Wake
from discovery_app.states.rules import allow

_STALE = (
    "The settings were changed after the inventory was judged: advice and noise are "
    "still drawn by the lines of before."
)


class EvaluationState(Acting, rx.State):
    """Whether one engagement's inventory is being judged again, and asking for it."""

    engagement_id: str = ""
    shown: EvaluationShown = EvaluationShown()
    may_evaluate: bool = False
    asked: bool = False
    as_of: str = ""
    loading: bool = True
    problem: str = ""

    @rx.event(background=True, supersedes=True)
    @allow(Permission.VIEW)
    async def watch(self) -> rx.event.EventSpec | None:
        """Show how far it is, and keep it true."""

        async def look(wake: Wake, scope: Scope) -> None:
            shown = await wake.read(
                ("evaluation", scope.engagement_id), partial(_read, scope)
            )
            may = Permission.EVALUATE_AGAIN in ROLE_PERMISSIONS[scope.role]
            async with self:
                self.shown, self.may_evaluate = shown, may
                self.loading, self.problem = False, ""

        return await follow_engagement(self, self._begin, look, EvaluationState.watch)

    def _begin(self, place: EngagementChoice) -> None:
        if self.engagement_id != str(place.engagement_id):
            self.reset()
        self.engagement_id = str(place.engagement_id)

    @rx.event
    @allow(Permission.EVALUATE_AGAIN)
    async def ask(self, opened: bool) -> None:
        """Begin to ask, or leave it, without the last one's words."""
        self.reason, self.as_of = "", ""
        if opened:
            self.failure, self.asked = "", False

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
    @allow(Permission.EVALUATE_AGAIN)
    async def evaluate(self) -> None:
        """Have a runner judge the whole inventory again.

        No background event: the dialog that closes would empty the reason first.
        """
        shown = await self._act(_ask, self.as_of, self.reason)
        if shown is not None:
            self.shown, self.asked = shown, True

    @rx.event
    @allow(Permission.VIEW)
    async def dismiss_done(self) -> None:
        """Take away what the last one changed."""
        self.asked = False


def _read(scope: Scope) -> EvaluationShown:
    with unit_of_work(scope) as session:
        return _shown(EvaluationService(session).view(scope))


def _ask(scope: Scope, as_of: str, reason: str) -> EvaluationShown:
    try:
        day = date.fromisoformat(as_of) if as_of else None
    except ValueError as error:
        raise InvalidInputError(
            "Give the day as a date, or none for today; nothing was changed."
        ) from error
    with unit_of_work(scope) as session:
        service = EvaluationService(session)
        service.ask(scope, day, reason)
        return _shown(service.view(scope))


def _shown(view: EvaluationView) -> EvaluationShown:
    last = view.last
    if last is None:
        return EvaluationShown(stale=_STALE if view.is_stale else "")
    stale = view.is_stale and not last.is_open
    return EvaluationShown(
        request_id=str(last.request_id),
        going=_going(last),
        done=last.outcome,
        failed=last.problem,
        stale=_STALE if stale else "",
    )


def _going(last: RequestView) -> str:
    if not last.is_open:
        return ""
    asked = f"{last.asked_by} asked for it {exact(last.asked_at)}"
    if last.as_of is not None:
        asked += f", as of {day_words(last.as_of)}"
    doing = "A runner judges the inventory again"
    if last.state is RequestState.WAITING:
        doing = "The inventory waits for a runner that judges it again"
    return f"{doing}; {asked}."
