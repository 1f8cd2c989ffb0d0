"""State of the audit page: who did what, when and why."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial

import reflex as rx

from discovery_app.database import unit_of_work
from discovery_app.domain.access import AccountScope, Permission, Person, PlatformScope
from discovery_app.domain.audit import AuditView
from discovery_app.domain.audit_page import AuditLine, AuditQuery, details_words
from discovery_app.domain.display import Choice
from discovery_app.domain.paging import Page
from discovery_app.domain.value_words import slug_words
from discovery_app.domain.words import ago, exact
from discovery_app.services.audit import AuditService
from discovery_app.services.client_accounts import ClientAccountService
from discovery_app.states.following import follow
from discovery_app.states.gate import platform_scope_of
from discovery_app.states.hub import Wake
from discovery_app.states.people_lines import client_choices
from discovery_app.states.rules import allow

PATH = "/admin/audit"
ENTRIES_A_PAGE = 50
_REASON = "reads the audit log"


@dataclass(frozen=True)
class _Found:
    page: Page[AuditView]
    actions: tuple[str, ...]
    actors: tuple[str, ...]
    clients: tuple[Choice, ...]


class AdminAuditState(rx.State):
    """The entries that the address asks for, fresh while the page is open."""

    query: AuditQuery = AuditQuery()
    is_filtered: bool = False
    lines: tuple[AuditLine, ...] = ()
    actions: tuple[Choice, ...] = ()
    actors: tuple[Choice, ...] = ()
    clients: tuple[Choice, ...] = ()
    shown: str = ""
    export_query: str = ""
    has_previous: bool = False
    has_next: bool = False
    loading: bool = True
    problem: str = ""
    _next: str = ""
    _before: tuple[str, ...] = ()

    @rx.event(background=True, supersedes=True)
    @allow(Permission.VIEW_AUDIT)
    async def watch(self) -> rx.event.EventSpec | None:
        """Show the entries that the address asks for, and new ones as they come."""
        async with self:
            self._take(AuditQuery.from_address(self.router.url.query_parameters))
            asked = self.query

        async def look(wake: Wake) -> None:
            scope = await platform_scope_of(self, _REASON)
            key = ("audit", asked)
            found = await wake.read(key, partial(_read, scope, wake.person, asked))
            async with self:
                self._show(found)

        return await follow(self, (), look, AdminAuditState.watch)

    def _take(self, query: AuditQuery) -> None:
        self.query, self.is_filtered = query, query.is_filtered
        self.export_query = replace(query, at="").address("")

    def _show(self, found: _Found) -> None:
        self.lines = tuple(_line(one) for one in found.page.items)
        self.actions = tuple(Choice(one, slug_words(one)) for one in found.actions)
        self.actors = tuple(Choice(one, one) for one in found.actors)
        self.clients = found.clients
        self._next = found.page.next_cursor
        self.has_next, self.has_previous = bool(self._next), bool(self.query.at)
        self.shown = f"{len(self.lines)} entries, the newest first"
        self.loading, self.problem = False, ""

    @rx.event
    @allow(Permission.VIEW_AUDIT)
    async def search(self, words: str) -> rx.event.EventSpec:
        """List entries with ``words`` in their subject or reason."""
        return self._go(replace(self.query, q=words[:200], at=""))

    @rx.event
    @allow(Permission.VIEW_AUDIT)
    async def pick(self, name: str, value: str) -> rx.event.EventSpec | None:
        """Filter by ``value``; empty lets everything through."""
        if name not in ("actor", "action", "client", "days"):
            return None
        return self._go(self.query.with_words(at="", **{name: value[:200]}))

    @rx.event
    @allow(Permission.VIEW_AUDIT)
    async def clear(self) -> rx.event.EventSpec:
        """Take every filter back."""
        return self._go(AuditQuery())

    @rx.event
    @allow(Permission.VIEW_AUDIT)
    async def next_page(self) -> rx.event.EventSpec:
        """Show older entries."""
        self._before = (*self._before, self.query.at)
        return self._go(replace(self.query, at=self._next))

    @rx.event
    @allow(Permission.VIEW_AUDIT)
    async def previous_page(self) -> rx.event.EventSpec:
        """Show newer entries; the newest after a link into the log."""
        before = self._before or ("",)
        self._before = before[:-1]
        return self._go(replace(self.query, at=before[-1]))

    def _go(self, query: AuditQuery) -> rx.event.EventSpec:
        self._take(query)
        return rx.redirect(query.address(PATH), replace=True)


def _read(scope: PlatformScope, person: Person, query: AuditQuery) -> _Found:
    with unit_of_work(scope) as session:
        audit = AuditService(session)
        page = audit.entries(
            query.chosen(datetime.now(UTC)), cursor=query.at, limit=ENTRIES_A_PAGE
        )
        actions, actors = audit.actions(), audit.actors()
    with unit_of_work(AccountScope()) as session:
        clients = ClientAccountService(session).clients(person)
    return _Found(page, actions, actors, client_choices(clients))


def _line(one: AuditView) -> AuditLine:
    return AuditLine(
        at=one.at.isoformat(),
        ago=ago(one.at, datetime.now(UTC)),
        exact=exact(one.at),
        actor=one.actor,
        action=slug_words(one.action),
        subject=one.subject,
        place=" / ".join(filter(None, (one.client, one.engagement))),
        reason=one.reason,
        details=details_words(one.details),
    )
