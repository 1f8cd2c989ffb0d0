"""The open conflicts of an engagement: what two sides say, since when, and the rule."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session

from discovery_app.domain.access import Permission, Scope
from discovery_app.domain.asset_edits import PERSON
from discovery_app.domain.inventory import PAGE_SIZE, ConflictView, WordCount
from discovery_app.knowledge.fields import target_label
from discovery_app.services.asset_queries import check_page
from discovery_app.services.disagreements import source_words
from discovery_app.services.tables import ASSETS, CONFLICTS, SOURCES

_OF_ASSETS: Final = CONFLICTS.join(
    ASSETS,
    sa.and_(
        ASSETS.c.id == CONFLICTS.c.asset_id,
        ASSETS.c.engagement_id == CONFLICTS.c.engagement_id,
    ),
)


@dataclass(frozen=True)
class ConflictFilter:
    """Which conflicts to list; an empty word lets all through.

    Attributes:
        source: One of the two sides, as the conflicts call it.
        search: Part of an asset's name.
    """

    field: str = ""
    source: str = ""
    search: str = ""


_ALL: Final = ConflictFilter()


class ConflictList:
    """Lists open conflicts.

    One instance serves one unit of work. It only reads.
    """

    def __init__(self, session: Session) -> None:
        self.session = session

    def page(
        self,
        scope: Scope,
        chosen: ConflictFilter = _ALL,
        *,
        offset: int = 0,
        limit: int = PAGE_SIZE,
    ) -> tuple[ConflictView, ...]:
        """Return open conflicts by field and asset name."""
        check_page(offset, limit)
        return self._views(_chosen(scope, chosen), offset, limit)

    def count(self, scope: Scope, chosen: ConflictFilter = _ALL) -> int:
        """Return how many conflicts ``page`` lists."""
        counted = sa.select(sa.func.count()).select_from(_OF_ASSETS)
        return self.session.scalar(counted.where(_chosen(scope, chosen))) or 0

    def by_source(self, scope: Scope) -> tuple[WordCount, ...]:
        """Return in how many open conflicts each source is one of the two sides."""
        sides = sa.union_all(
            *(
                sa.select(CONFLICTS.c[side].label("source")).where(open_of(scope))
                for side in ("kept_source", "offered_source")
            )
        ).subquery()
        number = sa.func.count()
        rows = self.session.execute(
            sa.select(sides.c.source, number)
            .where(sides.c.source != "")
            .group_by(sides.c.source)
            .order_by(number.desc(), sides.c.source)
        )
        return tuple(WordCount(source, count) for source, count in rows)

    def by_field(self, scope: Scope) -> tuple[WordCount, ...]:
        """Return how many conflicts are open for each field."""
        scope.require(Permission.VIEW)
        number = sa.func.count()
        rows = self.session.execute(
            sa.select(CONFLICTS.c.field, number)
            .where(open_of(scope))
            .group_by(CONFLICTS.c.field)
            .order_by(number.desc(), CONFLICTS.c.field)
        )
        return tuple(WordCount(field, count) for field, count in rows)

    def of_asset(self, scope: Scope, asset_id: UUID) -> tuple[ConflictView, ...]:
        """Return the open conflicts of one asset by field."""
        mine = sa.and_(open_of(scope), CONFLICTS.c.asset_id == asset_id)
        return self._views(mine, 0, PAGE_SIZE)

    def _views(
        self, where: sa.ColumnElement[bool], offset: int, limit: int
    ) -> tuple[ConflictView, ...]:
        rows = self.session.execute(
            sa.select(
                CONFLICTS,
                ASSETS.c.asset_name,
                _told_at(CONFLICTS.c.kept_source).label("kept_at"),
                _told_at(CONFLICTS.c.offered_source).label("offered_at"),
            )
            .select_from(_OF_ASSETS)
            .where(where)
            .order_by(CONFLICTS.c.field, ASSETS.c.asset_name, CONFLICTS.c.id)
            .offset(offset)
            .limit(limit)
        ).mappings()
        return tuple(_view(row) for row in rows)


def open_of(scope: Scope) -> sa.ColumnElement[bool]:
    """Return the condition of what nobody has decided yet."""
    scope.require(Permission.VIEW)
    return sa.and_(
        CONFLICTS.c.engagement_id == scope.engagement_id,
        CONFLICTS.c.resolved_at.is_(None),
    )


def _chosen(scope: Scope, chosen: ConflictFilter) -> sa.ColumnElement[bool]:
    conflict, where = CONFLICTS.c, [open_of(scope)]
    if chosen.field:
        where.append(conflict.field == chosen.field)
    if chosen.source:
        sides = (conflict.kept_source, conflict.offered_source)
        where.append(sa.or_(*(side == chosen.source for side in sides)))
    if chosen.search:
        where.append(ASSETS.c.asset_name.icontains(chosen.search, autoescape=True))
    return sa.and_(*where)


def _told_at(side: sa.ColumnElement[str]) -> sa.ColumnElement:
    """Return when the side that a conflict names last told about the asset.

    That is an import, or a person who set this very field.
    """
    told = sa.select(sa.func.max(SOURCES.c.seen_at)).where(
        SOURCES.c.asset_id == CONFLICTS.c.asset_id,
        SOURCES.c.engagement_id == CONFLICTS.c.engagement_id,
        source_words(SOURCES.c.source, SOURCES.c.file) == side,
    )
    decided = CONFLICTS.alias("decided")
    decided_at = sa.select(sa.func.max(decided.c.resolved_at)).where(
        decided.c.asset_id == CONFLICTS.c.asset_id,
        decided.c.engagement_id == CONFLICTS.c.engagement_id,
        decided.c.field == CONFLICTS.c.field,
        decided.c.kept_source == side,
        side.startswith(f"{PERSON}: "),
    )
    return sa.func.coalesce(told.scalar_subquery(), decided_at.scalar_subquery())


def _view(row: sa.RowMapping) -> ConflictView:
    return ConflictView(
        conflict_id=row["id"],
        asset_id=row["asset_id"],
        asset_name=row["asset_name"],
        field=row["field"],
        label=target_label(row["field"]),
        kept=row["kept"],
        kept_source=row["kept_source"],
        offered=row["offered"],
        offered_source=row["offered_source"],
        rule=row["rule"],
        created_at=row["created_at"],
        kept_at=row["kept_at"],
        offered_at=row["offered_at"],
        resolved_by=row["resolved_by"] or "",
    )
