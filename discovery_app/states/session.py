"""Who is signed in and what they have picked: the state that every page shares."""

from dataclasses import replace
from uuid import UUID

import reflex as rx

from discovery_app.database import unit_of_work
from discovery_app.domain.access import (
    ROLE_PERMISSIONS,
    AccountScope,
    BoardScope,
    Permission,
    Person,
    PlatformScope,
    Role,
)
from discovery_app.domain.display import Choice, SessionView
from discovery_app.domain.engagement import EngagementChoice
from discovery_app.domain.words import initials
from discovery_app.errors import NotFoundError, UnavailableError
from discovery_app.services.engagements import EngagementService
from discovery_app.services.navigation import NavigationService
from discovery_app.states.gate import again, in_thread, person_of
from discovery_app.states.hub import hub
from discovery_app.states.rules import allow


class SessionState(rx.State):
    """What the frame shows; empty until an authorised event has filled it."""

    view: SessionView = SessionView()

    @rx.event
    @allow()
    async def load(self) -> rx.event.EventCallback[()] | None:
        """Show the person and what they may pick; the first load of every page."""
        try:
            person = await person_of(self)
            self.view = await in_thread(_view, person, self.view)
        except UnavailableError:
            return await again(SessionState.load)
        return None

    @rx.event
    @allow(engagement_id=UUID)
    async def select(self, engagement_id: str) -> rx.event.EventSpec | None:
        """Work on another engagement, in every tab, and open it."""
        try:
            await choose(self, UUID(engagement_id))
        except NotFoundError as error:
            return rx.toast.error(str(error))
        return rx.redirect(f"/engagements/{engagement_id}")

    @rx.event(background=True, supersedes=True)
    @allow()
    async def watch(self) -> None:
        """Keep the navigation's counts true for as long as the page is open."""
        person = await person_of(self)
        choices = await in_thread(_choices, person)
        mine = frozenset(one.engagement_id for one in choices if _works_on(one))
        topics = {one.engagement_id for one in choices}
        async for wake in hub().changes(self, topics):
            is_admin = wake.person.is_admin
            key = ("navigation", mine, is_admin)
            try:
                waiting, failing = await wake.read(
                    key, lambda admin=is_admin: _counts(mine, admin)
                )
            except UnavailableError:
                continue
            if (waiting, failing) == (self.view.waiting, self.view.failing):
                continue
            async with self:
                self.view = replace(self.view, waiting=waiting, failing=failing)


async def choose(state: rx.State, engagement_id: UUID) -> EngagementChoice:
    """Make ``engagement_id`` what the tab's person works on, and show it as that.

    For pages whose address names an engagement: opening a link into another one of
    theirs switches the picker. In a background event, call it inside
    ``async with self``.

    Raises:
        NotFoundError: It is absent, or not theirs.
        NotSignedInError: Nobody is signed in any more.
        UnavailableError: The database is away.
    """
    session = await state.get_state(SessionState)
    person = await person_of(state)
    chosen = await in_thread(_select, person, engagement_id)
    session.view = _with_choice(session.view, chosen)
    return chosen


async def chosen_engagement(state: rx.State) -> UUID | None:
    """Return the engagement that the tab's person works on, if they have any.

    Raises:
        NotSignedInError: Nobody is signed in any more.
        UnavailableError: The database is away.
    """
    person = await person_of(state)
    chosen = await in_thread(_selected, person)
    return None if chosen is None else chosen.engagement_id


def _view(person: Person, shown: SessionView) -> SessionView:
    with unit_of_work(AccountScope()) as session:
        engagements = EngagementService(session)
        choices = engagements.choices(person)
        selected = engagements.selected(person)
        role = engagements.widest_role(person)
    view = replace(
        shown,
        person=person.name,
        initials=initials(person.name),
        email=person.email,
        role=role.value,
        engagements=tuple(
            Choice(str(one.engagement_id), one.engagement, one.client)
            for one in choices
        ),
    )
    return view if selected is None else _with_choice(view, selected)


def _with_choice(view: SessionView, chosen: EngagementChoice) -> SessionView:
    return replace(
        view,
        client=chosen.client,
        engagement=chosen.engagement,
        engagement_id=str(chosen.engagement_id),
        may_import=Permission.IMPORT_FILES in ROLE_PERMISSIONS[chosen.role],
    )


def _select(person: Person, engagement_id: UUID) -> EngagementChoice:
    with unit_of_work(AccountScope()) as session:
        return EngagementService(session).select(person, engagement_id)


def _selected(person: Person) -> EngagementChoice | None:
    with unit_of_work(AccountScope()) as session:
        return EngagementService(session).selected(person)


def _choices(person: Person) -> tuple[EngagementChoice, ...]:
    with unit_of_work(AccountScope()) as session:
        return EngagementService(session).choices(person)


def _works_on(choice: EngagementChoice) -> bool:
    return Permission.APPROVE_MAPPINGS in ROLE_PERMISSIONS[choice.role]


def _counts(mine: frozenset[UUID], is_admin: bool) -> tuple[int, int]:
    """Return what waits in ``mine``, and for an admin what failed anywhere."""
    board = BoardScope("navigation", Role.CONSULTANT, tuple(mine))
    with unit_of_work(board) as session:
        waiting = NavigationService(session).waiting(mine)
    if not is_admin:
        return waiting, 0
    with unit_of_work(PlatformScope("navigation", "counts failed runs")) as session:
        return waiting, NavigationService(session).failing()
