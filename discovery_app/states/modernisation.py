"""State of the modernisation page: end of life, advice, and a person's word."""

from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import ClassVar, Final
from uuid import UUID

import reflex as rx
from sqlmodel import Session

from discovery_app.database import unit_of_work
from discovery_app.domain.access import ROLE_PERMISSIONS, Permission, Scope
from discovery_app.domain.display import Choice
from discovery_app.domain.engagement import EngagementChoice
from discovery_app.domain.inventory import PAGE_SIZE
from discovery_app.domain.modernisation_page import (
    ADVICE,
    READINESS,
    SUPPORT,
    Explanation,
    ModernisationCharts,
    ModernisationList,
    ModernisationQuery,
)
from discovery_app.domain.value_words import day_words, range_words, slug_words
from discovery_app.domain.words import count, counted
from discovery_app.services.decision_overrides import (
    OVERRIDES,
    DecisionOverrideService,
)
from discovery_app.services.inventory_marks import InventoryMarkService, Mark
from discovery_app.services.modernisation import ModernisationService
from discovery_app.services.modernisation_filters import DecisionFilter, FindingFilter
from discovery_app.services.readiness import ReadinessService
from discovery_app.states import modernisation_lines as lines
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


@dataclass(frozen=True)
class _Charts:
    charts: ModernisationCharts
    bars: list[dict[str, str | int]]


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
            mark = await wake.read(("mark", engagement_id), partial(_mark, scope))
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
            charts = await wake.read(charted, partial(_charts, scope))
            async with self:
                self.charts, self.bars = charts.charts, charts.bars
                self._charted = charted
        key = ("advice", tenant, query.list_key(), mark)
        if self._read != key:
            listed = await wake.read(key, partial(_list, scope, query))
            async with self:
                self.listed, self.loading, self._read = listed, False, key
        shown = await wake.read(
            ("explanation", tenant, query.asset, mark),
            partial(_explain, scope, query.asset),
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


def _mark(scope: Scope) -> Mark:
    with unit_of_work(scope) as session:
        return InventoryMarkService(session).mark(scope)


def _charts(scope: Scope) -> _Charts:
    with unit_of_work(scope) as session:
        service = ModernisationService(session)
        as_of = service.as_of(scope)
        counts = {
            name: service.by_quarter(scope, _concerned(states))
            for name, states in lines.SERIES.items()
        }
        treatments = service.by_treatment(scope)
        versions = service.data_versions(scope)
    total = sum(one.count for one in treatments)
    bars = lines.quarter_bars(counts, as_of) if as_of else []
    charts = ModernisationCharts(
        facts=_facts(total, as_of, versions),
        sentence=lines.bars_sentence(bars),
        dated=any(counts.values()),
        total=count(total),
        slices=lines.slices(treatments),
    )
    return _Charts(charts, bars)


def _concerned(states: tuple[str, ...]) -> FindingFilter:
    return FindingFilter(states=states, in_scope_only=True)


def _facts(total: int, as_of: date | None, versions: tuple[str, ...]) -> str:
    if as_of is None:
        return "Comes with the first import that is published"
    known = f"{counted(total, 'asset')} · advice as of {day_words(as_of)}"
    return f"{known} · {' and '.join(versions[:2])}" if versions else known


def _list(scope: Scope, query: ModernisationQuery) -> ModernisationList:
    with unit_of_work(scope) as session:
        return _VIEWS.get(query.view, _products)(session, scope, query)


def _products(
    session: Session, scope: Scope, query: ModernisationQuery
) -> ModernisationList:
    service, offset = ModernisationService(session), _offset(query)
    chosen = FindingFilter(
        states=(query.state,) if query.state else (),
        quarter=query.quarter,
        search=query.q,
        in_scope_only=query.scope != "all",
    )
    found = service.findings(scope, chosen, offset=offset)
    advice = service.decisions_of(scope, {one.asset_id for one in found})
    total = service.count_findings(scope, chosen)
    return ModernisationList(
        products=tuple(
            lines.support_row(one, advice.get(one.asset_id)) for one in found
        ),
        states=lines.choices(
            service.by_state(scope, replace(chosen, states=())), lines.SUPPORT_WORDS
        ),
        quarters=lines.quarter_choices(
            service.by_quarter(scope, replace(chosen, quarter=""))
        ),
        shown=range_words(offset, len(found), total),
        count=counted(total, "product"),
        has_previous=query.number > 1,
        has_next=offset + len(found) < total,
    )


def _advice(
    session: Session, scope: Scope, query: ModernisationQuery
) -> ModernisationList:
    service, offset = ModernisationService(session), _offset(query)
    overridden = {"yes": True, "no": False}.get(query.override)
    chosen = DecisionFilter(
        treatments=(query.treatment,) if query.treatment else (),
        overridden=overridden,
        search=query.q,
    )
    found = service.decisions(scope, chosen, offset=offset)
    total = service.count_decisions(scope, chosen)
    return ModernisationList(
        advice=tuple(lines.advice_row(one) for one in found),
        treatments=lines.choices(
            service.by_treatment(scope, replace(chosen, treatments=()))
        ),
        shown=range_words(offset, len(found), total),
        count=counted(total, "asset"),
        has_previous=query.number > 1,
        has_next=offset + len(found) < total,
    )


def _readiness(
    session: Session, scope: Scope, query: ModernisationQuery
) -> ModernisationList:
    every = [
        one
        for one in ReadinessService(session).applications(scope)
        if query.q.casefold() in one.application.casefold()
    ]
    offset = _offset(query)
    found = every[offset : offset + PAGE_SIZE]
    return ModernisationList(
        readiness=tuple(map(lines.readiness_row, found)),
        shown=range_words(offset, len(found), len(every)),
        count=counted(len(every), "application"),
        has_previous=query.number > 1,
        has_next=offset + len(found) < len(every),
    )


_VIEWS: Final = {SUPPORT: _products, ADVICE: _advice, READINESS: _readiness}


def _explain(scope: Scope, asset_id: str) -> Explanation:
    if not asset_id:
        return Explanation()
    with unit_of_work(scope) as session:
        service = ModernisationService(session)
        one = service.decision(scope, UUID(asset_id))
        if one is None:  # An old link; the list is shown all the same.
            return Explanation()
        found = service.findings(scope, FindingFilter(asset_id=one.asset_id))
    return lines.explanation(one, found)


def _override(scope: Scope, asset_id: str, treatment: str, reason: str) -> None:
    with unit_of_work(scope) as session:
        service = DecisionOverrideService(session)
        service.override(scope, UUID(asset_id), treatment, reason)


def _offset(query: ModernisationQuery) -> int:
    return (query.number - 1) * PAGE_SIZE


__all__ = ["ADVICE", "READINESS", "SUPPORT", "TREATMENTS", "ModernisationState"]
