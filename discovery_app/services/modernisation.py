"""End of life and treatment advice of an engagement, and a person's word over it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
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
from discovery_app.errors import InvalidInputError, NotFoundError
from discovery_app.knowledge.effort import effort_of
from discovery_app.services.asset_queries import TREATMENT, asset_condition, check_page
from discovery_app.services.audit import AuditService
from discovery_app.services.tables import ASSETS, DECISIONS, FINDINGS

OVERRIDES: Final = (
    "rehost",
    "replatform",
    "refactor",
    "repurchase",
    "relocate",
    "retire",
    "retain",
    "rebuild",
    "out_of_scope",
)
"""What a person may decide; the reviews and ``insufficient_data`` are questions."""

_REASON_LENGTH: Final = 2_000

DUE: Final = sa.case(
    (FINDINGS.c.state == "extended_only", FINDINGS.c.extended_until),
    else_=FINDINGS.c.eol_date,
)
"""The one date a state is about: where only extended support is left, its end; else
the end of regular support."""

QUARTER: Final = sa.func.to_char(DUE, 'YYYY "Q"Q')
_FINDINGS_OF_ASSETS: Final = FINDINGS.join(
    ASSETS,
    sa.and_(
        ASSETS.c.id == FINDINGS.c.asset_id,
        ASSETS.c.engagement_id == FINDINGS.c.engagement_id,
    ),
)
_DECISIONS_OF_ASSETS: Final = DECISIONS.join(
    ASSETS,
    sa.and_(
        ASSETS.c.id == DECISIONS.c.asset_id,
        ASSETS.c.engagement_id == DECISIONS.c.engagement_id,
    ),
)

_DECISION: Final = (
    DECISIONS,
    ASSETS.c.asset_name,
    ASSETS.c.storage_provisioned_gb,
    ASSETS.c.business_criticality,
)
"""A decision with what its view needs of the asset."""


@dataclass(frozen=True)
class FindingFilter:
    """Which findings to list; an empty field lets all through.

    Attributes:
        quarter: As ``by_quarter`` names it, e.g. ``2027 Q2``.
        search: Part of an asset's name, of what the file said, or of a product.
        in_scope_only: Leave out what migration does not concern.
    """

    states: tuple[str, ...] = ()
    product: str = ""
    quarter: str = ""
    search: str = ""
    asset_id: UUID | None = None
    in_scope_only: bool = False


@dataclass(frozen=True)
class DecisionFilter:
    """Which decisions to list; an empty field lets all through.

    Attributes:
        treatments: What holds: the person's word, else the rules'.
        overridden: Only those a person decided, or only those nobody did.
    """

    treatments: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    overridden: bool | None = None
    search: str = ""


class ModernisationService:
    """Reads findings and decisions, and records a person's decision.

    One instance serves one unit of work. It flushes; it never commits.
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
            .select_from(_FINDINGS_OF_ASSETS)
            .where(*_finding_conditions(scope, chosen))
            .order_by(DUE.asc().nulls_last(), ASSETS.c.asset_name, FINDINGS.c.id)
            .offset(offset)
            .limit(limit)
        ).mappings()
        return tuple(_finding(row) for row in rows)

    def count_findings(self, scope: Scope, chosen: FindingFilter | None = None) -> int:
        """Return how many findings the list has."""
        return self._count(_FINDINGS_OF_ASSETS, _finding_conditions(scope, chosen))

    def by_state(
        self, scope: Scope, chosen: FindingFilter | None = None
    ) -> tuple[WordCount, ...]:
        """Return how many findings there are of each support state."""
        return self._group(
            FINDINGS.c.state, _FINDINGS_OF_ASSETS, _finding_conditions(scope, chosen)
        )

    def by_quarter(
        self, scope: Scope, chosen: FindingFilter | None = None
    ) -> tuple[WordCount, ...]:
        """Return how many findings fall due in each quarter, in order of time."""
        dated = [*_finding_conditions(scope, chosen), DUE.is_not(None)]
        counts = self._group(QUARTER, _FINDINGS_OF_ASSETS, dated)
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
            .select_from(_DECISIONS_OF_ASSETS)
            .where(*_decision_conditions(scope, chosen))
            .order_by(ASSETS.c.asset_name, DECISIONS.c.id)
            .offset(offset)
            .limit(limit)
        ).mappings()
        return tuple(_decision(row) for row in rows)

    def count_decisions(
        self, scope: Scope, chosen: DecisionFilter | None = None
    ) -> int:
        """Return how many decisions the list has."""
        return self._count(_DECISIONS_OF_ASSETS, _decision_conditions(scope, chosen))

    def by_treatment(
        self, scope: Scope, chosen: DecisionFilter | None = None
    ) -> tuple[WordCount, ...]:
        """Return how many assets each treatment holds for."""
        return self._group(
            TREATMENT, _DECISIONS_OF_ASSETS, _decision_conditions(scope, chosen)
        )

    def decision(self, scope: Scope, asset_id: UUID) -> DecisionView | None:
        """Return what to do with one asset; ``None`` if nothing was advised yet."""
        scope.require(Permission.VIEW)
        row = (
            self._session.execute(
                sa.select(*_DECISION)
                .select_from(_DECISIONS_OF_ASSETS)
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
            .select_from(_DECISIONS_OF_ASSETS)
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

    def override(
        self, scope: Scope, asset_id: UUID, treatment: str, reason: str
    ) -> DecisionView:
        """Decide otherwise than the rules; later imports keep it.

        An empty ``treatment`` takes an earlier word back: the rules' advice holds.

        Raises:
            NotPermittedError: The role may not override advice.
            InvalidInputError: There is no such treatment, or no reason is given.
            NotFoundError: There is no such asset, or nothing was advised for it.
        """
        scope.require(Permission.OVERRIDE_DECISIONS)
        why = _checked_reason(reason)
        if treatment and treatment not in OVERRIDES:
            raise InvalidInputError(
                f"{treatment} is no treatment; choose one of {', '.join(OVERRIDES)}."
            )
        before = self.decision(scope, asset_id)
        if before is None:
            raise NotFoundError("decision for asset", asset_id)
        given = bool(treatment)
        self._session.execute(
            sa.update(DECISIONS)
            .values(
                override=treatment or None,
                override_reason=why if given else None,
                override_by=scope.actor if given else None,
                override_at=sa.func.now() if given else None,
            )
            .where(
                DECISIONS.c.asset_id == asset_id,
                DECISIONS.c.engagement_id == scope.engagement_id,
            )
        )
        AuditService(self._session).record(
            scope,
            "decision_overridden" if given else "override_withdrawn",
            before.asset_name,
            why,
            details={
                "asset_id": str(asset_id),
                "before": before.holds,
                "after": treatment or before.treatment,
                "rule": before.rule,
            },
        )
        after = self.decision(scope, asset_id)
        if after is None:
            raise NotFoundError("decision for asset", asset_id)
        return after

    def overrides(self, scope: Scope) -> Mapping[str, str]:
        """Return what people decided, by lower-case asset name, for the next run.

        A name that several assets have is left out: the word was about one of them.
        """
        name = sa.func.lower(ASSETS.c.asset_name)
        rows = self._session.execute(
            sa.select(name, sa.func.max(DECISIONS.c.override))
            .select_from(_DECISIONS_OF_ASSETS)
            .where(DECISIONS.c.engagement_id == scope.engagement_id)
            .group_by(name)
            .having(sa.func.count() == 1, sa.func.count(DECISIONS.c.override) == 1)
        )
        return {name: treatment for name, treatment in rows}  # noqa: C416

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


def _finding_conditions(
    scope: Scope, chosen: FindingFilter | None
) -> list[sa.ColumnElement]:
    scope.require(Permission.VIEW)
    wanted = chosen or FindingFilter()
    where: list[sa.ColumnElement] = [FINDINGS.c.engagement_id == scope.engagement_id]
    if wanted.states:
        where.append(FINDINGS.c.state.in_(wanted.states))
    if wanted.product:
        where.append(FINDINGS.c.product == wanted.product)
    if wanted.quarter:
        where.append(QUARTER.op("=")(wanted.quarter))
    if wanted.asset_id is not None:
        where.append(FINDINGS.c.asset_id == wanted.asset_id)
    if wanted.in_scope_only:
        where.append(ASSETS.c.in_scope)
    if wanted.search:
        where.append(
            sa.or_(
                ASSETS.c.asset_name.icontains(wanted.search, autoescape=True),
                FINDINGS.c.raw.icontains(wanted.search, autoescape=True),
                FINDINGS.c.product.icontains(wanted.search, autoescape=True),
            )
        )
    return where


def _decision_conditions(
    scope: Scope, chosen: DecisionFilter | None
) -> list[sa.ColumnElement]:
    scope.require(Permission.VIEW)
    wanted = chosen or DecisionFilter()
    where: list[sa.ColumnElement] = [DECISIONS.c.engagement_id == scope.engagement_id]
    if wanted.treatments:
        where.append(TREATMENT.in_(wanted.treatments))
    if wanted.rules:
        where.append(DECISIONS.c.rule.in_(wanted.rules))
    if wanted.overridden is not None:
        where.append(DECISIONS.c.override.is_not(None) == wanted.overridden)
    if wanted.search:
        where.append(ASSETS.c.asset_name.icontains(wanted.search, autoescape=True))
    return where


def _checked_reason(reason: str) -> str:
    why = reason.strip()
    if not why or len(why) > _REASON_LENGTH:
        raise InvalidInputError(
            f"Say why, in at most {_REASON_LENGTH:,} characters; it is kept with the "
            "decision."
        )
    return why


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
