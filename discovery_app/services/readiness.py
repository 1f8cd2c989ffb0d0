"""How ready an engagement's applications are to be planned, and what is missing.

Readiness = Σ weight · quality · present over the attributes of ``knowledge.readiness``.
``present`` is the share of the application's assets in scope that have the attribute;
``quality`` is 1, or ``DISPUTED_QUALITY`` where a conflict about it is open.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import array
from sqlmodel import Session

from discovery_app.domain.access import Permission, Scope
from discovery_app.domain.inventory import MISSING
from discovery_app.knowledge.readiness import (
    ATTRIBUTES,
    DISPUTED_QUALITY,
    Attribute,
    readiness_level,
)
from discovery_app.services.modernisation_filters import (
    APPLICATION_SEPARATORS,
    of_application,
)
from discovery_app.services.tables import ASSETS, CONFLICTS, DEPENDENCIES, FINDINGS

CLEAR_STATES: Final = ("supported", "eol_within_12_months", "extended_only", "eol")
MOST_APPLICATIONS: Final = 1_000


@dataclass(frozen=True)
class Gap:
    """What is not known well enough.

    Attributes:
        missing_percent: Of the points this attribute could give, 0–100.
        lost_points: Percent of readiness that it costs.
    """

    attribute: str
    label: str
    group: str
    ask: str
    missing_percent: float
    lost_points: float


@dataclass(frozen=True)
class ApplicationReadiness:
    """How ready one application is.

    Attributes:
        application: Its name; ``MISSING`` stands for assets that name none.
        level: ``production``, ``preliminary``, ``needs_data`` or ``not_ready``.
        gaps: What costs most comes first.
    """

    application: str
    assets: int
    percent: float
    level: str
    gaps: tuple[Gap, ...]


class ReadinessService:
    """Judges readiness. It only reads.

    One instance serves one unit of work.
    """

    def __init__(self, session: Session) -> None:
        self._session = session

    def applications(self, scope: Scope) -> tuple[ApplicationReadiness, ...]:
        """Return the applications with most assets, the least ready first."""
        scope.require(Permission.VIEW)
        split = _applications()
        name = sa.func.trim(split.c.application)
        number = sa.func.count()
        rows = self._session.execute(
            sa.select(name, number, *self._means(scope))
            .select_from(_rows(scope).join(split, sa.true()))
            .where(*_planned(scope), name != "")
            .group_by(name)
            .order_by(number.desc(), name)
            .limit(MOST_APPLICATIONS)
        )
        found = [_readiness(row[0], row[1], row[2:]) for row in rows]
        return tuple(sorted(found, key=lambda one: (one.percent, one.application)))

    def whole(self, scope: Scope, application: str = "") -> ApplicationReadiness | None:
        """Return the readiness of all assets in scope; ``None`` if there are none.

        Args:
            application: Only of those that name it; see ``of_application``.
        """
        scope.require(Permission.VIEW)
        named = [of_application(application)] if application else []
        row = self._session.execute(
            sa.select(sa.func.count(), *self._means(scope))
            .select_from(_rows(scope))
            .where(*_planned(scope), *named)
        ).one()
        return _readiness(application, row[0], row[1:]) if row[0] else None

    def _means(self, scope: Scope) -> list[sa.ColumnElement[float]]:
        """Return each attribute's mean over the assets, in order."""
        custom = self._custom_headers(scope)
        scores = (_score(one, custom.get(one.name, [])) for one in ATTRIBUTES)
        return [sa.func.coalesce(sa.func.avg(score), 0.0) for score in scores]

    def _custom_headers(self, scope: Scope) -> Mapping[str, list[str]]:
        """Return by attribute the custom columns that tell it."""
        headers = self._session.scalars(
            sa.select(sa.func.jsonb_object_keys(ASSETS.c.custom))
            .where(
                ASSETS.c.engagement_id == scope.engagement_id,
                ASSETS.c.custom != sa.text("'{}'::jsonb"),
            )
            .distinct()
        ).all()
        return {
            attribute.name: [
                header
                for header in headers
                if any(word in header.lower() for word in attribute.words)
            ]
            for attribute in ATTRIBUTES
            if attribute.words
        }


def _applications() -> sa.TableValuedAlias:
    """Return the applications an asset names, ``MISSING`` if it names none."""
    named = sa.func.nullif(sa.func.trim(ASSETS.c.application_name), "")
    parts = sa.func.regexp_split_to_table(
        sa.func.coalesce(named, MISSING), APPLICATION_SEPARATORS, type_=sa.Text()
    )
    return parts.table_valued("application").render_derived(name="applications")


def _planned(scope: Scope) -> tuple[sa.ColumnElement[bool], ...]:
    return (ASSETS.c.engagement_id == scope.engagement_id, ASSETS.c.in_scope)


def _rows(scope: Scope) -> sa.FromClause:
    """Return the assets, each with the fields that conflicts are open about."""
    conflict = CONFLICTS.c
    fields = sa.func.array_agg(sa.cast(conflict.field, sa.Text())).label("fields")
    disputed = (
        sa.select(conflict.asset_id, fields)
        .where(
            conflict.engagement_id == scope.engagement_id,
            conflict.resolved_at.is_(None),
        )
        .group_by(conflict.asset_id)
        .subquery("disputed")
    )
    return ASSETS.outerjoin(disputed, disputed.c.asset_id == ASSETS.c.id)


_DISPUTED: Final = sa.literal_column("disputed.fields")


def _score(attribute: Attribute, headers: Sequence[str]) -> sa.ColumnElement[float]:
    """Return how well one asset tells the attribute, 0.0–1.0."""
    parts = [
        sa.case((sa.or_(*map(_is_known, part)), 1.0), else_=0.0)
        for part in attribute.parts
    ]
    known: sa.ColumnElement = sa.literal(0.0, sa.Float())
    if parts:
        known = sum(parts[1:], parts[0]) / float(len(parts))
    if headers:
        named = ASSETS.c.custom.op("?|", return_type=sa.Boolean())(
            sa.cast(list(headers), sa.ARRAY(sa.Text()))
        )
        known = sa.case((named, 1.0), else_=known)
    fields = [field for part in attribute.parts for field in part if field in ASSETS.c]
    if not fields:
        return known
    wanted = array([sa.cast(field, sa.Text()) for field in fields])
    overlaps = _DISPUTED.op("&&", return_type=sa.Boolean())(wanted)
    return known * sa.case((overlaps, DISPUTED_QUALITY), else_=1.0)


def _is_known(field: str) -> sa.ColumnElement[bool]:
    asset = ASSETS.c
    if field == "edges":
        edge = DEPENDENCIES.c
        return sa.or_(
            *(
                sa.exists().where(
                    end == asset.id, edge.engagement_id == asset.engagement_id
                )
                for end in (edge.source_asset_id, edge.destination_asset_id)
            )
        )
    if field == "findings":
        return sa.exists().where(
            FINDINGS.c.asset_id == asset.id,
            FINDINGS.c.engagement_id == asset.engagement_id,
            FINDINGS.c.state.in_(CLEAR_STATES),
        )
    return asset[field].is_not(None)


def _readiness(name: str, assets: int, scores: Sequence[float]) -> ApplicationReadiness:
    pairs = list(zip(ATTRIBUTES, map(float, scores), strict=True))
    percent = round(100 * sum(a.weight * score for a, score in pairs), 1)
    gaps = [
        Gap(
            attribute=attribute.name,
            label=attribute.label,
            group=attribute.group,
            ask=attribute.ask,
            missing_percent=round(100 * (1 - score), 1),
            lost_points=round(100 * attribute.weight * (1 - score), 2),
        )
        for attribute, score in pairs
        if score < 1
    ]
    ordered = tuple(sorted(gaps, key=lambda gap: -gap.lost_points))
    return ApplicationReadiness(
        name, assets, percent, readiness_level(percent), ordered
    )
