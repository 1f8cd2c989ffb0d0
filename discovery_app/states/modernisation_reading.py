"""What the modernisation page reads: charts, one page of a list, one asset."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Final
from uuid import UUID

from sqlmodel import Session

from discovery_app.database import unit_of_work
from discovery_app.domain.access import Scope
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
from discovery_app.domain.value_words import day_words, range_words
from discovery_app.domain.words import count, counted
from discovery_app.services.inventory_marks import InventoryMarkService, Mark
from discovery_app.services.modernisation import ModernisationService
from discovery_app.services.modernisation_filters import DecisionFilter, FindingFilter
from discovery_app.services.readiness import ReadinessService
from discovery_app.states import modernisation_lines as lines


@dataclass(frozen=True)
class Charts:
    """Both charts, and the bars of the first one as its library wants them."""

    charts: ModernisationCharts
    bars: list[dict[str, str | int]]


def mark(scope: Scope) -> Mark:
    """Return what changes when the inventory does."""
    with unit_of_work(scope) as session:
        return InventoryMarkService(session).mark(scope)


def charts(scope: Scope) -> Charts:
    """Return both charts."""
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
    shown = ModernisationCharts(
        facts=_facts(total, as_of, versions),
        sentence=lines.bars_sentence(bars),
        dated=any(counts.values()),
        total=count(total),
        slices=lines.slices(treatments),
    )
    return Charts(shown, bars)


def _concerned(states: tuple[str, ...]) -> FindingFilter:
    return FindingFilter(states=states, in_scope_only=True)


def _facts(total: int, as_of: date | None, versions: tuple[str, ...]) -> str:
    if as_of is None:
        return "Comes with the first import that is published"
    known = f"{counted(total, 'asset')} · advice as of {day_words(as_of)}"
    return f"{known} · {' and '.join(versions[:2])}" if versions else known


def listed(scope: Scope, query: ModernisationQuery) -> ModernisationList:
    """Return one page of the list that ``query`` asks for."""
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


def explained(scope: Scope, asset_id: str) -> Explanation:
    """Return why one asset is to be treated so; empty for none, or an old link."""
    if not asset_id:
        return Explanation()
    with unit_of_work(scope) as session:
        service = ModernisationService(session)
        one = service.decision(scope, UUID(asset_id))
        if one is None:  # An old link; the list is shown all the same.
            return Explanation()
        found = service.findings(scope, FindingFilter(asset_id=one.asset_id))
    return lines.explanation(one, found)


def _offset(query: ModernisationQuery) -> int:
    return (query.number - 1) * PAGE_SIZE
