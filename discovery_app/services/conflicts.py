"""The queue of conflicts: two sources that disagree, until a person decides."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Session

from discovery_app.domain.access import Permission, Scope
from discovery_app.domain.asset_edits import PERSON
from discovery_app.domain.inventory import PAGE_SIZE, ConflictView, WordCount
from discovery_app.errors import ConflictError, InvalidInputError, NotFoundError
from discovery_app.knowledge.fields import target_label
from discovery_app.services.asset_queries import check_page
from discovery_app.services.audit import AuditService
from discovery_app.services.disagreements import source_words
from discovery_app.services.publication import lock_inventory
from discovery_app.services.staged_assets import SEARCHED, search_text
from discovery_app.services.staging import pg_type
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


class ConflictService:
    """Lists open conflicts and records what a person decides.

    One instance serves one unit of work. It flushes; it never commits.
    """

    def __init__(self, session: Session) -> None:
        self._session = session

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
        return self._session.scalar(counted.where(_chosen(scope, chosen))) or 0

    def by_source(self, scope: Scope) -> tuple[WordCount, ...]:
        """Return in how many open conflicts each source is one of the two sides."""
        sides = sa.union_all(
            *(
                sa.select(CONFLICTS.c[side].label("source")).where(_open(scope))
                for side in ("kept_source", "offered_source")
            )
        ).subquery()
        number = sa.func.count()
        rows = self._session.execute(
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
        rows = self._session.execute(
            sa.select(CONFLICTS.c.field, number)
            .where(_open(scope))
            .group_by(CONFLICTS.c.field)
            .order_by(number.desc(), CONFLICTS.c.field)
        )
        return tuple(WordCount(field, count) for field, count in rows)

    def of_asset(self, scope: Scope, asset_id: UUID) -> tuple[ConflictView, ...]:
        """Return the open conflicts of one asset by field."""
        mine = sa.and_(_open(scope), CONFLICTS.c.asset_id == asset_id)
        return self._views(mine, 0, PAGE_SIZE)

    def resolve(self, scope: Scope, conflict_id: UUID, *, keep: bool) -> None:
        """Decide for what the inventory says (``keep``), or for what was offered.

        The same value that lost is not offered again by later imports.

        Raises:
            NotPermittedError: The role may not decide.
            NotFoundError: There is no such conflict in the engagement.
            ConflictError: It was decided already.
        """
        scope.require(Permission.FIX_ISSUES)
        mine = sa.and_(
            CONFLICTS.c.id == conflict_id,
            CONFLICTS.c.engagement_id == scope.engagement_id,
        )
        row = (
            self._session.execute(sa.select(CONFLICTS).where(mine).with_for_update())
            .mappings()
            .one_or_none()
        )
        if row is None:
            raise NotFoundError("conflict", conflict_id)
        if row["resolved_at"] is not None:
            raise ConflictError(
                f"{row['resolved_by']} has decided this already; load the list again."
            )
        if not keep:
            self._take(scope, row["field"], mine)
        self._settle(scope, mine, keep=keep)
        chosen, refused = ("kept", "offered") if keep else ("offered", "kept")
        AuditService(self._session).record(
            scope,
            "conflict_resolved",
            row["field"],
            details={
                "asset_id": str(row["asset_id"]),
                "taken": row[chosen],
                "refused": row[refused],
            },
        )

    def resolve_by_source(
        self, scope: Scope, source: str, *, field: str = "", expected: int
    ) -> int:
        """Decide every open conflict that ``source`` is a side of for what it says.

        Args:
            scope: Whose inventory.
            source: As the conflicts call it.
            field: Only conflicts of this field; empty for all.
            expected: How many the person saw.

        Returns:
            How many were decided.

        Raises:
            NotPermittedError: The role may not decide.
            InvalidInputError: No source is named.
            ConflictError: Another number of conflicts is open now.
        """
        scope.require(Permission.FIX_ISSUES)
        if not source:
            raise InvalidInputError("Choose the source that is right.")
        lock_inventory(self._session, scope)
        chosen = ConflictFilter(field=field, source=source)
        found = self.count(scope, chosen)
        if found != expected:
            raise ConflictError(
                f"{found:,} conflicts are open now, you saw {expected:,}; look again."
            )
        open_ones = [_open(scope)]
        if field:
            open_ones.append(CONFLICTS.c.field == field)
        kept = CONFLICTS.c.kept_source == source
        offered = sa.and_(CONFLICTS.c.offered_source == source, ~kept)
        taken = self._session.scalars(
            sa.select(CONFLICTS.c.field).where(*open_ones, offered).distinct()
        ).all()
        for name in taken:
            one_field = CONFLICTS.c.field == name
            self._take(scope, name, sa.and_(*open_ones, offered, one_field))
        self._settle(scope, sa.and_(*open_ones, offered), keep=False)
        self._settle(scope, sa.and_(*open_ones, kept), keep=True)
        AuditService(self._session).record(
            scope,
            "conflicts_resolved",
            source,
            details={"field": field, "conflicts": found},
        )
        return found

    def _take(self, scope: Scope, field: str, where: sa.ColumnElement[bool]) -> None:
        """Write the values that conflicts of one field offer onto their assets."""
        value = _from_text(ASSETS.c[field], CONFLICTS.c.offered)
        after = {name: ASSETS.c[name] for name in SEARCHED} | {field: value}
        searched = {name: after[name] for name in SEARCHED}
        self._session.execute(
            sa.update(ASSETS)
            .values(
                {
                    field: value,
                    "search_text": search_text(searched),
                    "updated_at": sa.func.now(),
                }
            )
            .where(
                ASSETS.c.id == CONFLICTS.c.asset_id,
                ASSETS.c.engagement_id == scope.engagement_id,
                where,
            )
        )

    def _settle(
        self, scope: Scope, where: sa.ColumnElement[bool], *, keep: bool
    ) -> None:
        """Close conflicts; what was taken and what was refused change places."""
        conflict = CONFLICTS.c
        swapped = {
            "kept": conflict.offered,
            "kept_source": conflict.offered_source,
            "offered": conflict.kept,
            "offered_source": conflict.kept_source,
        }
        self._session.execute(
            sa.update(CONFLICTS)
            .values(
                **({} if keep else swapped),
                resolved_at=sa.func.now(),
                resolved_by=scope.actor,
            )
            .where(where)
        )

    def _views(
        self, where: sa.ColumnElement[bool], offset: int, limit: int
    ) -> tuple[ConflictView, ...]:
        rows = self._session.execute(
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


def _open(scope: Scope) -> sa.ColumnElement[bool]:
    scope.require(Permission.VIEW)
    return sa.and_(
        CONFLICTS.c.engagement_id == scope.engagement_id,
        CONFLICTS.c.resolved_at.is_(None),
    )


def _chosen(scope: Scope, chosen: ConflictFilter) -> sa.ColumnElement[bool]:
    conflict, where = CONFLICTS.c, [_open(scope)]
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


def _from_text(column: sa.Column, text: sa.ColumnElement[str]) -> sa.ColumnElement:
    """Return ``text``, as ``staged_assets.as_text`` made it, in the column's type."""
    if isinstance(column.type, ARRAY):
        return sa.func.string_to_array(text, ";")
    if pg_type(column.type) == "text":
        return text
    return sa.cast(text, column.type)


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
