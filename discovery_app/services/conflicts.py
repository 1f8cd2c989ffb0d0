"""The queue of conflicts: two sources that disagree, until a person decides."""

from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Session

from discovery_app.domain.access import Permission, Scope
from discovery_app.domain.inventory import PAGE_SIZE, ConflictView, WordCount
from discovery_app.errors import ConflictError, NotFoundError
from discovery_app.knowledge.fields import target_label
from discovery_app.services.asset_queries import asset_condition, check_page
from discovery_app.services.audit import AuditService
from discovery_app.services.staged_assets import SEARCHED, search_text
from discovery_app.services.staging import pg_type
from discovery_app.services.tables import ASSETS, CONFLICTS

_OF_ASSETS: Final = CONFLICTS.join(
    ASSETS,
    sa.and_(
        ASSETS.c.id == CONFLICTS.c.asset_id,
        ASSETS.c.engagement_id == CONFLICTS.c.engagement_id,
    ),
)


class ConflictService:
    """Lists open conflicts and records what a person decides.

    One instance serves one unit of work. It flushes; it never commits.
    """

    def __init__(self, session: Session) -> None:
        self._session = session

    def page(
        self,
        scope: Scope,
        *,
        field: str = "",
        offset: int = 0,
        limit: int = PAGE_SIZE,
    ) -> tuple[ConflictView, ...]:
        """Return open conflicts by field and asset name."""
        check_page(offset, limit)
        where = [_open(scope)]
        if field:
            where.append(CONFLICTS.c.field == field)
        return self._views(sa.and_(*where), offset, limit)

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
            self._take(scope, row["asset_id"], row["field"], row["offered"])
        chosen, refused = ("kept", "offered") if keep else ("offered", "kept")
        self._session.execute(
            sa.update(CONFLICTS)
            .values(
                kept=row[chosen],
                kept_source=row[f"{chosen}_source"],
                offered=row[refused],
                offered_source=row[f"{refused}_source"],
                resolved_at=sa.func.now(),
                resolved_by=scope.actor,
            )
            .where(mine)
        )
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

    def _take(self, scope: Scope, asset_id: UUID, field: str, offered: str) -> None:
        """Write the offered value onto the asset."""
        value = _from_text(ASSETS.c[field], offered)
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
            .where(asset_condition(scope, asset_id))
        )

    def _views(
        self, where: sa.ColumnElement[bool], offset: int, limit: int
    ) -> tuple[ConflictView, ...]:
        rows = self._session.execute(
            sa.select(CONFLICTS, ASSETS.c.asset_name)
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


def _from_text(column: sa.Column, text: str) -> sa.ColumnElement:
    """Return ``text``, as ``staged_assets.as_text`` made it, in the column's type."""
    given = sa.cast(text, sa.Text())
    if isinstance(column.type, ARRAY):
        return sa.func.string_to_array(given, ";")
    if pg_type(column.type) == "text":
        return given
    return sa.cast(given, column.type)


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
        resolved_by=row["resolved_by"] or "",
    )
