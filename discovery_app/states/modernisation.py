"""State of the modernisation page: end of life, advice, and a person's word."""

from dataclasses import replace
from functools import partial
from typing import ClassVar, Final
from uuid import UUID

import reflex as rx

from discovery_app.database import unit_of_work
from discovery_app.domain.access import ROLE_PERMISSIONS, Permission, Scope
from discovery_app.domain.display import Choice
from discovery_app.domain.engagement import EngagementChoice
from discovery_app.domain.modernisation_page import (
    ADVICE,
    READINESS,
    SUPPORT,
    Explanation,
    ModernisationCharts,
    ModernisationList,
    ModernisationQuery,
)
from discovery_app.domain.value_words import slug_words
from discovery_app.services.decision_overrides import (
    OVERRIDES,
    DecisionOverrideService,
)
from discovery_app.services.inventory_marks import Mark
from discovery_app.states import modernisation_reading as reading
from discovery_app.states.acting import Acting
from discovery_app.states.following import follow_engagement
from discovery_app.states.hub import Wake
from discovery_app.states.list_page import ListPage
from discovery_app.states.rules import allow

PICKED: Final = (
    "view",
    "state",
    "quarter",
    "scope",
    "treatment",
    "override",
)
TREATMENTS: Final = tuple(Choice(one, slug_words(one)) for one in OVERRIDES)


class ModernisationState(ListPage, Acting, rx.State):
    """One engagement's verdicts, fresh while the page is open."""

    page_path: ClassVar[str] = "modernisation"

    query: ModernisationQuery = ModernisationQuery()
    charts: ModernisationCharts = ModernisationCharts()
    bars: rx.Field[list[dict[str, str | int]]] = rx.field(default_factory=list)
    listed: ModernisationList = ModernisationList()
    open_one: Explanation = Explanation()
    may_override: bool = False
    treatment: str = ""
    treatment_word: str = ""
    loading: bool = True
    problem: str = ""
    _read: tuple[object, ...] = ()
    _charted: tuple[object, ...] = ()

    @rx.event(background=True, supersedes=True)
    @allow(Permission.VIEW)
    async def watch(self) -> rx.event.EventSpec | None:
        """Show what the address asks for, and keep it true."""

        async def look(wake: Wake, scope: Scope) -> None:
            engagement_id, query = scope.engagement_id, self.query
            mark = await wake.read(
                ("mark", engagement_id), partial(reading.mark, scope)
            )
            await self._look(wake, scope, query, mark)

        return await follow_engagement(
            self, self._begin, look, ModernisationState.watch
        )

    async def _look(
        self, wake: Wake, scope: Scope, query: ModernisationQuery, mark: Mark
    ) -> None:
        """Read what changed: the charts, the list, the asset in the drawer."""
        tenant = scope.engagement_id
        charted = ("treatments", tenant, mark)
        if self._charted != charted:
            charts = await wake.read(charted, partial(reading.charts, scope))
            async with self:
                self.charts, self.bars = charts.charts, charts.bars
                self._charted = charted
        key = ("advice", tenant, query.list_key(), mark)
        if self._read != key:
            listed = await wake.read(key, partial(reading.listed, scope, query))
            async with self:
                self.listed, self.loading, self._read = listed, False, key
        shown = await wake.read(
            ("explanation", tenant, query.asset, mark),
            partial(reading.explained, scope, query.asset),
        )
        may = Permission.OVERRIDE_DECISIONS in ROLE_PERMISSIONS[scope.role]
        async with self:
            self.open_one, self.may_override, self.problem = shown, may, ""

    def _begin(self, place: EngagementChoice) -> None:
        engagement_id = str(place.engagement_id)
        if self.engagement_id != engagement_id:
            self.listed, self.charts = ModernisationList(), ModernisationCharts()
            self.bars, self.open_one = [], Explanation()
            self._read, self._charted = (), ()
            self.notice, self.failure, self.loading = "", "", True
        self.engagement_id = engagement_id
        self._take(ModernisationQuery.from_address(self.router.url.query_parameters))

    @rx.event
    @allow(Permission.VIEW)
    async def pick(self, name: str, value: str) -> rx.event.EventSpec | None:
        """Filter by ``value``, or show another view."""
        if name not in PICKED:
            return None
        return self._go(self.query.with_words(**{name: value}))

    @rx.event
    @allow(Permission.VIEW, asset_id=UUID)
    async def open(self, asset_id: str) -> rx.event.EventSpec:
        """Show why an asset is to be treated so."""
        self.notice, self.failure = "", ""
        return self._go(replace(self.query, asset=asset_id))

    @rx.event
    @allow(Permission.VIEW)
    async def open_application(self, key: str) -> rx.event.EventSpec | None:
        """Show the summary of an application; assets that name none have none."""
        if not key:
            return None
        return self._go(replace(self.query, application=key).cleaned())

    @rx.event
    @allow(Permission.VIEW)
    async def close(self) -> rx.event.EventSpec:
        """Close the drawer."""
        self.open_one = Explanation()
        return self._go(replace(self.query, asset="", application=""))

    @rx.event
    @allow(Permission.OVERRIDE_DECISIONS)
    async def ask(self, opened: bool) -> None:
        """Begin a decision, or leave it, without the last one's words."""
        self.reason, self.treatment, self.treatment_word = "", "", ""
        if opened:
            self.notice, self.failure = "", ""

    @rx.event
    @allow(Permission.OVERRIDE_DECISIONS)
    async def choose_treatment(self, treatment: str) -> None:
        """Choose what is to hold; the service checks that it exists."""
        self.treatment, self.treatment_word = treatment, slug_words(treatment)

    @rx.event
    @allow(Permission.OVERRIDE_DECISIONS)
    async def write_reason(self, words: str) -> None:
        """Keep the reason typed so far."""
        self.reason = words

    @rx.event
    @allow(Permission.OVERRIDE_DECISIONS)
    async def override(self) -> None:
        """Decide otherwise than the rules."""
        if not self.treatment:
            self.failure = "Choose a treatment first; nothing was changed."
            return
        await self._decide(self.treatment)

    @rx.event
    @allow(Permission.OVERRIDE_DECISIONS)
    async def withdraw(self) -> None:
        """Let the rules' advice hold again."""
        await self._decide("")

    async def _decide(self, treatment: str) -> None:
        word = slug_words(treatment).lower() if treatment else "the rules' advice"
        said = f"For {self.open_one.asset} now holds: {word}."
        given = (self.open_one.asset_id, treatment, self.reason)
        await self._act(_override, *given, done=said)


def _override(scope: Scope, asset_id: str, treatment: str, reason: str) -> None:
    with unit_of_work(scope) as session:
        service = DecisionOverrideService(session)
        service.override(scope, UUID(asset_id), treatment, reason)


__all__ = ["ADVICE", "READINESS", "SUPPORT", "TREATMENTS", "ModernisationState"]
