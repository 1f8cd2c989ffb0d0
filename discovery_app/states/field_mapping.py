"""The mapping review of one workflow."""

from uuid import UUID

import reflex as rx

from discovery_app.database import unit_of_work
from discovery_app.domain.access import ROLE_PERMISSIONS, Permission, Scope
from discovery_app.domain.display import Choice
from discovery_app.domain.mapping_review import (
    CUSTOM_FIELD,
    MappingReview,
    ReviewFilter,
)
from discovery_app.errors import DiscoveryError, NotFoundError
from discovery_app.services.field_mappings import FieldMappingService
from discovery_app.services.mapping_decisions import Decision
from discovery_app.services.mapping_reviews import (
    OUTCOMES,
    MappingReviewService,
    column_id,
    target_options,
)
from discovery_app.services.workflow_actions import WorkflowActionService
from discovery_app.states.following import follow, id_in_path, say
from discovery_app.states.gate import in_thread
from discovery_app.states.hub import Wake
from discovery_app.states.places import (
    page_number,
    query_of,
    with_query,
    workflow_scope_of,
)
from discovery_app.states.rules import allow
from discovery_app.states.session import choose

_OUTCOMES = tuple(one.value for one in OUTCOMES)


class FieldMappingState(rx.State):
    """The review as the tab shows it; every decision is kept at once."""

    review: MappingReview = MappingReview()
    chosen: ReviewFilter = ReviewFilter()
    outcomes: tuple[Choice, ...] = ()
    asset_targets: tuple[Choice, ...] = ()
    edge_targets: tuple[Choice, ...] = ()
    loading: bool = True
    may_decide: bool = False
    remembers: bool = True
    filtered: bool = False
    may_reopen: bool = False
    reason: str = ""
    problem: str = ""

    @rx.event(background=True, supersedes=True)
    @allow(Permission.VIEW)
    async def watch(self) -> rx.event.EventSpec | None:
        """Show the review, and follow the workflow as long as the page is open."""
        try:
            workflow_id = id_in_path(self, "workflow")
            scope = await workflow_scope_of(self, workflow_id)
            async with self:
                self._begin()
                await choose(self, scope.engagement_id)
        except NotFoundError as error:
            await say(self, error)
            return None

        async def look(_: Wake) -> None:
            scope = await workflow_scope_of(self, workflow_id)
            async with self:
                await self._read(scope)

        return await follow(self, (workflow_id,), look, FieldMappingState.watch)

    @rx.event
    @allow(Permission.APPROVE_MAPPINGS, mapping_id=UUID)
    async def decide(self, mapping_id: str, target: str) -> None:
        """Keep what the person says of one column."""
        try:
            scope = await self._scope()
            named = None if target == CUSTOM_FIELD else target
            decision = Decision(str(column_id(mapping_id)), named)
            await in_thread(_decide, scope, self._workflow_id(), decision)
            await self._read(scope)
            self.problem = ""
        except DiscoveryError as error:
            self.problem = str(error)

    @rx.event
    @allow(Permission.APPROVE_MAPPINGS, mapping_id=UUID)
    async def set_unit(self, mapping_id: str, unit: str) -> None:
        """Keep what the person says the numbers of one column are in."""
        try:
            scope = await self._scope()
            column = str(column_id(mapping_id))
            await in_thread(_set_unit, scope, self._workflow_id(), column, unit)
            await self._read(scope)
            self.problem = ""
        except DiscoveryError as error:
            self.problem = str(error)

    @rx.event
    @allow(Permission.APPROVE_MAPPINGS)
    async def write_reason(self, words: str) -> None:
        """Keep the reason typed so far."""
        self.reason = words

    @rx.event
    @allow(Permission.APPROVE_MAPPINGS)
    async def reopen(self) -> None:
        """Let the workflow wait for its mapping again."""
        try:
            scope, reason = await self._scope(), self.reason
            version = self.review.version
            await in_thread(_reopen, scope, self._workflow_id(), reason, version)
            await self._read(scope)
            self.problem = self.reason = ""
        except DiscoveryError as error:
            self.problem = str(error)

    @rx.event
    @allow(Permission.APPROVE_MAPPINGS)
    async def confirm(self) -> None:
        """Confirm what the rules were sure of."""
        try:
            scope = await self._scope()
            await in_thread(_confirm, scope, self._workflow_id())
            await self._read(scope)
            self.problem = ""
        except DiscoveryError as error:
            self.problem = str(error)

    @rx.event
    @allow(Permission.APPROVE_MAPPINGS)
    async def approve(self) -> rx.event.EventSpec | None:
        """Approve the whole mapping; the workflow goes on at once."""
        try:
            scope, workflow_id = await self._scope(), self._workflow_id()
            await in_thread(
                _approve, scope, workflow_id, self.remembers, self.review.version
            )
        except DiscoveryError as error:
            self.problem = str(error)
            return None
        return rx.redirect(f"/workflows/{workflow_id}")

    @rx.event
    @allow(Permission.VIEW)
    async def remember(self, on: bool) -> None:
        """Choose whether the decisions count for the next import, too."""
        self.remembers = on

    @rx.event
    @allow(Permission.VIEW)
    async def search(self, words: str) -> rx.event.EventSpec:
        """Show columns with ``words`` in them."""
        return self._filter(q=words.strip()[:200])

    @rx.event
    @allow(Permission.VIEW)
    async def pick_sheet(self, sheet: str) -> rx.event.EventSpec:
        """Show the columns of one sheet."""
        return self._filter(sheet=sheet)

    @rx.event
    @allow(Permission.VIEW)
    async def pick_outcome(self, outcome: str) -> rx.event.EventSpec:
        """Show one group."""
        return self._filter(outcome=outcome)

    @rx.event
    @allow(Permission.VIEW)
    async def pick_rule(self, rule: str) -> rx.event.EventSpec:
        """Show what one rule decided."""
        return self._filter(rule=rule)

    @rx.event
    @allow(Permission.VIEW)
    async def clear(self) -> rx.event.EventSpec:
        """Take every filter back."""
        return self._filter(q="", sheet="", outcome="", rule="")

    @rx.event
    @allow(Permission.VIEW)
    async def turn(self, outcome: str, steps: int) -> rx.event.EventSpec | None:
        """Turn the pages of one group."""
        if outcome not in _OUTCOMES:
            return None
        page = page_number(query_of(self).get(outcome, "")) + steps
        return with_query(self, **{outcome: str(page) if page > 0 else ""})

    @rx.event
    @allow(Permission.VIEW)
    async def dismiss(self) -> None:
        """Take the notice away."""
        self.problem = ""

    def _begin(self) -> None:
        """Take over what the address says."""
        words = query_of(self)
        self.chosen = ReviewFilter(
            search=words.get("q", ""),
            sheet=words.get("sheet", ""),
            outcome=words.get("outcome", ""),
            rule=words.get("rule", ""),
        )
        self.filtered = self.chosen != ReviewFilter()
        if str(self._workflow_id()) != self.review.workflow_id:
            self.review, self.loading, self.problem = MappingReview(), True, ""
        self.outcomes = OUTCOMES
        self.asset_targets = target_options("assets")
        self.edge_targets = target_options("connections")

    async def _read(self, scope: Scope) -> None:
        words = query_of(self)
        pages = {name: page_number(words.get(name, "")) for name in _OUTCOMES}
        self.review = await in_thread(
            _review, scope, self._workflow_id(), self.chosen, pages
        )
        allowed = Permission.APPROVE_MAPPINGS in ROLE_PERMISSIONS[scope.role]
        self.may_decide = allowed and self.review.waiting
        self.may_reopen = allowed and self.review.reopenable
        self.loading = False

    def _filter(self, **words: str) -> rx.event.EventSpec:
        return with_query(self, **words, **dict.fromkeys(_OUTCOMES, ""))

    def _workflow_id(self) -> UUID:
        return id_in_path(self, "workflow")

    async def _scope(self) -> Scope:
        return await workflow_scope_of(self, self._workflow_id())


def _review(
    scope: Scope, workflow_id: UUID, chosen: ReviewFilter, pages: dict[str, int]
) -> MappingReview:
    with unit_of_work(scope) as session:
        return MappingReviewService(session).review(scope, workflow_id, chosen, pages)


def _decide(scope: Scope, workflow_id: UUID, decision: Decision) -> None:
    with unit_of_work(scope) as session:
        FieldMappingService(session).decide(scope, workflow_id, [decision])


def _set_unit(scope: Scope, workflow_id: UUID, column: str, unit: str) -> None:
    with unit_of_work(scope) as session:
        FieldMappingService(session).set_unit(scope, workflow_id, column, unit)


def _reopen(scope: Scope, workflow_id: UUID, reason: str, version: int) -> None:
    with unit_of_work(scope) as session:
        WorkflowActionService(session).reopen_mapping(
            scope, workflow_id, reason=reason, version=version
        )


def _confirm(scope: Scope, workflow_id: UUID) -> None:
    with unit_of_work(scope) as session:
        FieldMappingService(session).confirm(scope, workflow_id)


def _approve(scope: Scope, workflow_id: UUID, remember: bool, version: int) -> None:
    with unit_of_work(scope) as session:
        FieldMappingService(session).approve(
            scope, workflow_id, [], remember=remember, version=version
        )
