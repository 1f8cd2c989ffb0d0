"""End of life and treatment advice of an engagement."""

from collections.abc import Collection, Mapping
from datetime import date
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session

from discovery_app.domain.access import Permission, Scope
from discovery_app.domain.inventory import (
    PAGE_SIZE,
    DecisionView,
    FindingView,
    WordCount,
)
from discovery_app.knowledge.effort import effort_of
from discovery_app.services.asset_queries import TREATMENT, asset_condition, check_page
from discovery_app.services.modernisation_filters import (
    DECISIONS_OF_ASSETS,
    DUE,
    FINDINGS_OF_ASSETS,
    QUARTER,
    DecisionFilter,
    FindingFilter,
    decision_conditions,
    finding_conditions,
)
from discovery_app.services.tables import ASSETS, DECISIONS, FINDINGS

_DECISION: Final = (
    DECISIONS,
    ASSETS.c.asset_name,
    ASSETS.c.storage_provisioned_gb,
    ASSETS.c.business_criticality,
)
"""A decision with what its view needs of the asset."""


class ModernisationService:
    """Reads findings and decisions.

    One instance serves one unit of work.
    """

    def __init__(self, session: Session) -> None:
        self._session = session

    def findings(
        self,
        scope: Scope,
        chosen: FindingFilter | None = None,
        *,
        offset: int = 0,
        limit: int = PAGE_SIZE,
    ) -> tuple[FindingView, ...]:
        """Return findings by their date, the earliest first, those without one last."""
        scope.require(Permission.VIEW)
        check_page(offset, limit)
        rows = self._session.execute(
            sa.select(
                FINDINGS,
                ASSETS.c.asset_name,
                DUE.label("due"),
                (DUE - FINDINGS.c.as_of).label("days_left"),
            )
            .select_from(FINDINGS_OF_ASSETS)
            .where(*finding_conditions(scope, chosen))
            .order_by(DUE.asc().nulls_last(), ASSETS.c.asset_name, FINDINGS.c.id)
            .offset(offset)
            .limit(limit)
        ).mappings()
        return tuple(_finding(row) for row in rows)

    def count_findings(self, scope: Scope, chosen: FindingFilter | None = None) -> int:
        """Return how many findings the list has."""
        return self._count(FINDINGS_OF_ASSETS, finding_conditions(scope, chosen))

    def by_state(
        self, scope: Scope, chosen: FindingFilter | None = None
    ) -> tuple[WordCount, ...]:
        """Return how many findings there are of each support state."""
        return self._group(
            FINDINGS.c.state, FINDINGS_OF_ASSETS, finding_conditions(scope, chosen)
        )

    def by_quarter(
        self, scope: Scope, chosen: FindingFilter | None = None
    ) -> tuple[WordCount, ...]:
        """Return how many findings fall due in each quarter, in order of time."""
        dated = [*finding_conditions(scope, chosen), DUE.is_not(None)]
        counts = self._group(QUARTER, FINDINGS_OF_ASSETS, dated)
        return tuple(sorted(counts, key=lambda one: one.word))

    def decisions(
        self,
        scope: Scope,
        chosen: DecisionFilter | None = None,
        *,
        offset: int = 0,
        limit: int = PAGE_SIZE,
    ) -> tuple[DecisionView, ...]:
        """Return decisions by asset name."""
        scope.require(Permission.VIEW)
        check_page(offset, limit)
        rows = self._session.execute(
            sa.select(*_DECISION)
            .select_from(DECISIONS_OF_ASSETS)
            .where(*decision_conditions(scope, chosen))
            .order_by(ASSETS.c.asset_name, DECISIONS.c.id)
            .offset(offset)
            .limit(limit)
        ).mappings()
        return tuple(_decision(row) for row in rows)

    def count_decisions(
        self, scope: Scope, chosen: DecisionFilter | None = None
    ) -> int:
        """Return how many decisions the list has."""
        return self._count(DECISIONS_OF_ASSETS, decision_conditions(scope, chosen))

    def by_treatment(
        self, scope: Scope, chosen: DecisionFilter | None = None
    ) -> tuple[WordCount, ...]:
        """Return how many assets each treatment holds for."""
        return self._group(
            TREATMENT, DECISIONS_OF_ASSETS, decision_conditions(scope, chosen)
        )

    def decision(self, scope: Scope, asset_id: UUID) -> DecisionView | None:
        """Return what to do with one asset; ``None`` if nothing was advised yet."""
        scope.require(Permission.VIEW)
        row = (
            self._session.execute(
                sa.select(*_DECISION)
                .select_from(DECISIONS_OF_ASSETS)
                .where(asset_condition(scope, asset_id))
            )
            .mappings()
            .one_or_none()
        )
        return None if row is None else _decision(row)

    def decisions_of(
        self, scope: Scope, asset_ids: Collection[UUID]
    ) -> Mapping[UUID, DecisionView]:
        """Return the decisions on some assets, by asset."""
        scope.require(Permission.VIEW)
        rows = self._session.execute(
            sa.select(*_DECISION)
            .select_from(DECISIONS_OF_ASSETS)
            .where(
                DECISIONS.c.engagement_id == scope.engagement_id,
                DECISIONS.c.asset_id.in_(asset_ids),
            )
        ).mappings()
        return {row["asset_id"]: _decision(row) for row in rows}

    def as_of(self, scope: Scope) -> date | None:
        """Return the day of the newest verdicts; ``None`` before there are any."""
        scope.require(Permission.VIEW)
        return self._session.scalar(
            sa.select(sa.func.max(DECISIONS.c.as_of)).where(
                DECISIONS.c.engagement_id == scope.engagement_id
            )
        )

    def data_versions(self, scope: Scope) -> tuple[str, ...]:
        """Return the end-of-life data that findings stand on, the most used first."""
        scope.require(Permission.VIEW)
        rows = self._session.execute(
            sa.select(FINDINGS.c.data_version)
            .where(
                FINDINGS.c.engagement_id == scope.engagement_id,
                FINDINGS.c.data_version != "",
            )
            .group_by(FINDINGS.c.data_version)
            .order_by(sa.func.count().desc(), FINDINGS.c.data_version)
        )
        return tuple(rows.scalars())

    def _count(self, source: sa.FromClause, where: list[sa.ColumnElement]) -> int:
        counted = sa.select(sa.func.count()).select_from(source).where(*where)
        return self._session.scalar(counted) or 0

    def _group(
        self,
        column: sa.ColumnElement[str],
        source: sa.FromClause,
        where: list[sa.ColumnElement],
    ) -> tuple[WordCount, ...]:
        number = sa.func.count()
        rows = self._session.execute(
            sa.select(column.label("word"), number)
            .select_from(source)
            .where(*where)
            .group_by(sa.text("1"))
            .order_by(number.desc(), sa.text("1"))
        )
        return tuple(WordCount(word, count) for word, count in rows)


def _finding(row: sa.RowMapping) -> FindingView:
    return FindingView(
        finding_id=row["id"],
        asset_id=row["asset_id"],
        asset_name=row["asset_name"],
        raw=row["raw"],
        product=row["product"] or "",
        cycle=row["cycle"] or "",
        state=row["state"],
        eol_date=row["eol_date"],
        extended_until=row["extended_until"],
        due=row["due"],
        days_left=row["days_left"],
        as_of=row["as_of"],
        evidence=row["evidence"],
        confidence=row["confidence"],
        data_version=row["data_version"] or "",
    )


def _decision(row: sa.RowMapping) -> DecisionView:
    effort = effort_of(
        row["override"] or row["treatment"],
        row["storage_provisioned_gb"],
        row["business_criticality"],
    )
    return DecisionView(
        asset_id=row["asset_id"],
        asset_name=row["asset_name"],
        treatment=row["treatment"],
        rule=row["rule"],
        confidence=row["confidence"],
        inputs=row["inputs"],
        also_matched=tuple(row["also_matched"]),
        reason=row["reason"],
        as_of=row["as_of"],
        override=row["override"] or "",
        override_reason=row["override_reason"] or "",
        override_by=row["override_by"] or "",
        override_at=row["override_at"],
        effort=str(effort.effort),
        effort_reason=effort.reason,
    )
