"""State of the people page: who may what where, and the acts of admins."""

from dataclasses import replace
from functools import partial
from typing import Any

import reflex as rx

from discovery_app.database import unit_of_work
from discovery_app.domain.access import AccountScope, Permission, Person
from discovery_app.domain.display import Choice
from discovery_app.domain.engagement import ClientView
from discovery_app.domain.people_page import (
    ACTS,
    DONE,
    Act,
    ActForm,
    EngagementLine,
    PeopleList,
    PeopleQuery,
    PersonDetail,
)
from discovery_app.errors import DiscoveryError
from discovery_app.services.client_accounts import ClientAccountService
from discovery_app.services.people_list import PeopleListService
from discovery_app.states import people_lines as lines
from discovery_app.states.following import follow
from discovery_app.states.gate import in_thread, person_of
from discovery_app.states.hub import Wake
from discovery_app.states.people_acts import Asked, perform
from discovery_app.states.rules import allow

PATH = "/admin/people"
PEOPLE_A_PAGE = 100
FORM_WORDS = ("name", "email", "role", "client", "engagement", "days")

Found = tuple[PeopleList, PersonDetail, tuple[ClientView, ...], str]


class AdminPeopleState(rx.State):
    """People, clients and engagements, fresh while the page is open."""

    query: PeopleQuery = PeopleQuery()
    listed: PeopleList = PeopleList()
    detail: PersonDetail = PersonDetail()
    engagements: tuple[EngagementLine, ...] = ()
    clients: tuple[Choice, ...] = ()
    places: tuple[Choice, ...] = ()
    act: Act = Act()
    form: ActForm = ActForm()
    client_word: str = ""
    place_word: str = ""
    reason: str = ""
    token: str = ""
    notice: str = ""
    failure: str = ""
    loading: bool = True
    problem: str = ""
    _password: str = ""
    _next: str = ""
    _before: tuple[str, ...] = ()
    _clients: tuple[ClientView, ...] = ()

    @rx.event(background=True, supersedes=True)
    @allow(Permission.MANAGE_PEOPLE)
    async def watch(self) -> rx.event.EventSpec | None:
        """Show the people and clients that the address asks for."""
        async with self:
            asked = PeopleQuery.from_address(self.router.url.query_parameters)
            self.query = asked

        async def look(wake: Wake) -> None:
            key = ("people", wake.person.user_id, asked)
            found = await wake.read(key, partial(_read, wake.person, asked))
            async with self:
                self._show(found)

        return await follow(self, (), look, AdminPeopleState.watch)

    def _show(self, found: Found) -> None:
        listed, self.detail, self._clients, self._next = found
        self.listed = replace(listed, has_previous=bool(self.query.at))
        self.engagements = lines.engagement_lines(self._clients)
        self.clients = lines.client_choices(self._clients)
        self.loading, self.problem = False, ""

    @rx.event
    @allow(Permission.MANAGE_PEOPLE)
    async def search(self, words: str) -> rx.event.EventSpec:
        """List the people with ``words`` in their name or email."""
        return self._go(replace(self.query, q=words[:200], at=""))

    @rx.event
    @allow(Permission.MANAGE_PEOPLE)
    async def show_view(self, view: str) -> rx.event.EventSpec:
        """Show people, or clients with their engagements."""
        return self._go(PeopleQuery(view=view).cleaned())

    @rx.event
    @allow(Permission.MANAGE_PEOPLE)
    async def next_page(self) -> rx.event.EventSpec:
        """Show the people after these."""
        self._before = (*self._before, self.query.at)
        return self._go(replace(self.query, at=self._next))

    @rx.event
    @allow(Permission.MANAGE_PEOPLE)
    async def previous_page(self) -> rx.event.EventSpec:
        """Show the people before these; the first ones after a link into the list."""
        before = self._before or ("",)
        self._before = before[:-1]
        return self._go(replace(self.query, at=before[-1]))

    @rx.event
    @allow(Permission.MANAGE_PEOPLE)
    async def open(self, email: str) -> rx.event.EventSpec:
        """Show a person with what they hold."""
        return self._go(replace(self.query, who=email))

    @rx.event
    @allow(Permission.MANAGE_PEOPLE)
    async def close(self) -> rx.event.EventSpec:
        """Close the drawer."""
        self.detail = PersonDetail()
        return self._go(replace(self.query, who=""))

    @rx.event
    @allow(Permission.MANAGE_PEOPLE)
    async def ask(self, kind: str, target: str) -> None:
        """Open the dialog of an act, empty."""
        act = ACTS.get(kind, Act())
        title = act.title.replace("{name}", self.detail.name)
        self.act = replace(act, title=title, target=target)
        self.form, self.reason, self._password = ActForm(), "", ""
        self.places, self.client_word, self.place_word = (), "", ""
        self.notice, self.failure, self.token = "", "", ""

    @rx.event
    @allow(Permission.MANAGE_PEOPLE)
    async def opened(self, is_open: bool) -> None:
        """Leave a dialog that was closed."""
        if not is_open:
            self.act, self._password = Act(), ""

    @rx.event
    @allow(Permission.MANAGE_PEOPLE)
    async def write(self, name: str, words: str) -> None:
        """Keep what was filled in so far."""
        if name not in FORM_WORDS:
            return
        self.form = replace(self.form, **_words(name, words[:400]))
        if name == "client":
            self.places = lines.engagement_choices(self._clients, words)
            self.client_word, self.place_word = _label(self.clients, words), ""
        if name == "engagement":
            self.place_word = _label(self.places, words)

    @rx.event
    @allow(Permission.MANAGE_PEOPLE)
    async def write_admin(self, is_admin: bool) -> None:
        """Keep whether the new person is to be an admin."""
        self.form = replace(self.form, is_admin=is_admin)

    @rx.event
    @allow(Permission.MANAGE_PEOPLE)
    async def write_password(self, words: str) -> None:
        """Keep the password on the server alone."""
        self._password = words[:1000]

    @rx.event
    @allow(Permission.MANAGE_PEOPLE)
    async def write_reason(self, words: str) -> None:
        """Keep the reason typed so far."""
        self.reason = words

    @rx.event
    @allow(Permission.MANAGE_PEOPLE)
    async def do(self) -> None:
        """Do what the dialog asks; say what came of it."""
        asked = Asked(
            self.act.kind,
            self.detail.user_id,
            self.act.target,
            self.form,
            self._password,
            self.reason,
        )
        try:
            person = await person_of(self)
            self.token = await in_thread(perform, person, asked)
            name = self.form.name or self.detail.name
            self.notice = DONE.get(self.act.kind, "Done.").replace("{name}", name)
            self._show(await in_thread(_read, person, self.query))
        except DiscoveryError as error:
            self.failure = f"{error} Nothing was changed."
        self.act, self._password, self.reason = Act(), "", ""

    @rx.event
    @allow(Permission.MANAGE_PEOPLE)
    async def dismiss(self) -> None:
        """Take the notice and a token that was shown away."""
        self.notice, self.failure, self.token = "", "", ""

    def _go(self, query: PeopleQuery) -> rx.event.EventSpec:
        self.query = query
        return rx.redirect(query.address(PATH), replace=True)


def _read(person: Person, query: PeopleQuery) -> Found:
    with unit_of_work(AccountScope()) as session:
        people = PeopleListService(session)
        page = people.list_people(
            person, search=query.q, cursor=query.at, limit=PEOPLE_A_PAGE
        )
        who = people.person(person, query.who) if query.who else None
        clients = ClientAccountService(session).clients(person)
    rows = tuple(lines.person_row(one) for one in page.items)
    listed = PeopleList(rows, lines.shown_words(rows), has_next=bool(page.next_cursor))
    return listed, lines.person_detail(who), clients, page.next_cursor


def _words(name: str, words: str) -> dict[str, Any]:
    """Return what changes; another client account has other engagements."""
    more = {"engagement": ""} if name == "client" else {}
    return {name: words, **more}


def _label(choices: tuple[Choice, ...], value: str) -> str:
    return next((one.label for one in choices if one.value == value), "")
