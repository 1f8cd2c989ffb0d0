"""One asset with where each of its values came from."""

from collections.abc import Mapping, Sequence
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session

from discovery_app.domain.access import Permission, Scope
from discovery_app.domain.asset_edits import PERSON
from discovery_app.domain.inventory import AssetView, FieldFact, Origin
from discovery_app.errors import NotFoundError
from discovery_app.knowledge.fields import ASSET_FIELDS
from discovery_app.services.asset_queries import asset_condition
from discovery_app.services.conflicts import ConflictService
from discovery_app.services.modernisation import ModernisationService
from discovery_app.services.modernisation_filters import FindingFilter
from discovery_app.services.tables import (
    ASSETS,
    CONFLICTS,
    DEPENDENCIES,
    GROUPS,
    SOURCES,
)

CUSTOM_GROUP = "Custom columns"
_MOST_FINDINGS = 50


class AssetDetails:
    """Reads single assets.

    One instance serves one unit of work.
    """

    def __init__(self, session: Session) -> None:
        self._session = session

    def asset(self, scope: Scope, asset_id: UUID) -> AssetView:
        """Return all that is known of the asset.

        Raises:
            NotFoundError: There is no such asset in the engagement.
        """
        scope.require(Permission.VIEW)
        row = (
            self._session.execute(
                sa.select(ASSETS).where(asset_condition(scope, asset_id))
            )
            .mappings()
            .one_or_none()
        )
        if row is None:
            raise NotFoundError("asset", asset_id)
        origins = self._origins(scope, asset_id)
        advice = ModernisationService(self._session)
        outbound, inbound = self._edges(scope, asset_id)
        group = self._session.execute(
            sa.select(GROUPS.c.group_number, GROUPS.c.wave).where(
                GROUPS.c.engagement_id == scope.engagement_id,
                GROUPS.c.asset_id == asset_id,
            )
        ).one_or_none()
        return AssetView(
            asset_id=asset_id,
            asset_name=row["asset_name"],
            in_scope=row["in_scope"],
            scope_reason=row["scope_reason"] or "",
            type_rule=row["type_rule"],
            type_reason=row["type_reason"],
            type_confidence=row["type_confidence"],
            facts=_facts(row, origins, self._decided(scope, asset_id)),
            origins=origins,
            findings=advice.findings(
                scope, FindingFilter(asset_id=asset_id), limit=_MOST_FINDINGS
            ),
            decision=advice.decision(scope, asset_id),
            conflicts=ConflictService(self._session).of_asset(scope, asset_id),
            inbound=inbound,
            outbound=outbound,
            group_number=group.group_number if group else None,
            wave=group.wave if group else None,
            created_at=row["created_at"],
            updated_at=row["updated_at"],
        )

    def _origins(self, scope: Scope, asset_id: UUID) -> tuple[Origin, ...]:
        source = SOURCES.c
        rows = self._session.execute(
            sa.select(
                source.source,
                source.file,
                source.sheet,
                source.row,
                source.seen_at,
                source.session_id,
                source.fields,
            )
            .where(
                source.engagement_id == scope.engagement_id,
                source.asset_id == asset_id,
            )
            .order_by(source.seen_at.desc(), source.id.desc())
        )
        return tuple(Origin(*row[:-1], fields=tuple(row.fields)) for row in rows)

    def _decided(self, scope: Scope, asset_id: UUID) -> dict[str, Origin]:
        """Return by field who decided its value last."""
        conflict = CONFLICTS.c
        rows = self._session.execute(
            sa.select(conflict.field, conflict.resolved_by, conflict.resolved_at)
            .where(
                conflict.engagement_id == scope.engagement_id,
                conflict.asset_id == asset_id,
                conflict.resolved_at.is_not(None),
            )
            .order_by(conflict.resolved_at)
        )
        return {field: Origin(PERSON, by or "", "", None, at) for field, by, at in rows}

    def _edges(self, scope: Scope, asset_id: UUID) -> tuple[int, int]:
        """Return how many edges that are no noise go out of the asset and into it."""
        edge = DEPENDENCIES.c
        number = sa.func.count()
        row = self._session.execute(
            sa.select(
                number.filter(edge.source_asset_id == asset_id),
                number.filter(edge.destination_asset_id == asset_id),
            ).where(
                edge.engagement_id == scope.engagement_id,
                ~edge.noise,
                sa.or_(
                    edge.source_asset_id == asset_id,
                    edge.destination_asset_id == asset_id,
                ),
            )
        ).one()
        return row[0], row[1]


def _facts(
    row: sa.RowMapping, origins: Sequence[Origin], decided: Mapping[str, Origin]
) -> tuple[FieldFact, ...]:
    """Return the filled fields, each with the last row or person that set it."""
    told: dict[str, Origin] = {}
    for origin in origins:
        for name in origin.fields:
            told.setdefault(name, origin)
    told |= {
        name: person
        for name, person in decided.items()
        if name not in told or _is_later(person, told[name])
    }
    known = [
        FieldFact(
            field=field.name,
            label=field.label,
            group=field.group,
            value=row[field.name],
            unit=(field.unit or "") if field.type in ("int", "float", "money") else "",
            origin=told.get(field.name),
        )
        for field in ASSET_FIELDS.values()
        if row.get(field.name) not in (None, [], {})
    ]
    custom = [
        FieldFact(header, header, CUSTOM_GROUP, value, "", None)
        for header, value in sorted(row["custom"].items())
    ]
    return (*known, *custom)


def _is_later(person: Origin, row: Origin) -> bool:
    return bool(person.seen_at and row.seen_at and person.seen_at > row.seen_at)
