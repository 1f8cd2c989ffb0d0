"""What one import changed in the inventory."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session

from discovery_app.domain.access import Permission, Scope
from discovery_app.domain.inventory import PAGE_SIZE
from discovery_app.errors import NotFoundError
from discovery_app.services.asset_queries import check_page
from discovery_app.services.tables import ASSETS, CHANGES, SOURCES, UPLOADS


@dataclass(frozen=True)
class ImportDiff:
    """What an import did to the inventory, as far as it was not undone."""

    created: int
    updated: int
    unchanged: int


@dataclass(frozen=True)
class AssetChange:
    """The fields of one asset that an import changed.

    Attributes:
        before: Value by field as it was.
        now: Value by field as it is, whoever set it.
    """

    asset_id: UUID
    asset_name: str
    before: dict[str, Any]
    now: dict[str, Any]


class ImportDiffService:
    """Shows what imports changed. It only reads.

    One instance serves one unit of work.
    """

    def __init__(self, session: Session) -> None:
        self._session = session

    def diff(self, scope: Scope, session_id: UUID) -> ImportDiff:
        """Return how many assets the import created, updated and left as they were."""
        scope.require(Permission.VIEW)
        title_of(self._session, scope, session_id)
        source, asset = SOURCES.c, ASSETS.c
        told = (
            sa.select(source.asset_id)
            .where(
                source.engagement_id == scope.engagement_id,
                source.session_id == session_id,
            )
            .distinct()
            .subquery()
        )
        created = asset.first_session_id == session_id
        updated = sa.exists().where(
            CHANGES.c.asset_id == asset.id,
            CHANGES.c.engagement_id == asset.engagement_id,
            CHANGES.c.session_id == session_id,
        )
        number = sa.func.count()
        counts = self._session.execute(
            sa.select(
                number.filter(created),
                number.filter(~created, updated),
                number.filter(~created, ~updated),
            )
            .join_from(told, ASSETS, asset.id == told.c.asset_id)
            .where(asset.engagement_id == scope.engagement_id)
        ).one()
        return ImportDiff(*counts)

    def changes(
        self,
        scope: Scope,
        session_id: UUID,
        *,
        offset: int = 0,
        limit: int = PAGE_SIZE,
    ) -> tuple[AssetChange, ...]:
        """Return the assets that the import updated, by name, with their fields."""
        scope.require(Permission.VIEW)
        check_page(offset, limit)
        now = sa.func.to_jsonb(sa.literal_column("assets"))
        rows = self._session.execute(
            sa.select(ASSETS.c.id, ASSETS.c.asset_name, CHANGES.c.before, now)
            .join_from(
                CHANGES,
                ASSETS,
                sa.and_(
                    ASSETS.c.id == CHANGES.c.asset_id,
                    ASSETS.c.engagement_id == CHANGES.c.engagement_id,
                ),
            )
            .where(
                CHANGES.c.engagement_id == scope.engagement_id,
                CHANGES.c.session_id == session_id,
            )
            .order_by(ASSETS.c.asset_name, ASSETS.c.id)
            .offset(offset)
            .limit(limit)
        )
        return tuple(
            AssetChange(
                asset_id, name, before, {field: all_[field] for field in before}
            )
            for asset_id, name, before, all_ in rows
        )


def title_of(session: Session, scope: Scope, session_id: UUID) -> str:
    """Return what people call the import.

    Raises:
        NotFoundError: There is no such import in the engagement.
    """
    title = session.scalar(
        sa.select(UPLOADS.c.title).where(
            UPLOADS.c.id == session_id,
            UPLOADS.c.engagement_id == scope.engagement_id,
        )
    )
    if title is None:
        raise NotFoundError("import", session_id)
    return title
