"""The queue of conflicts: two sides that disagree, until a person decides."""

from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from discovery_app.domain.access import Permission, Scope
from discovery_app.errors import ConflictError, InvalidInputError, NotFoundError
from discovery_app.services.audit import AuditService
from discovery_app.services.conflict_list import ConflictFilter, ConflictList, open_of
from discovery_app.services.publication import lock_inventory
from discovery_app.services.staged_assets import SEARCHED, search_text
from discovery_app.services.staging import pg_type
from discovery_app.services.tables import ASSETS, CONFLICTS

__all__ = ["ConflictFilter", "ConflictService"]


class ConflictService(ConflictList):
    """Lists open conflicts and records what a person decides.

    One instance serves one unit of work. It flushes; it never commits.
    """

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
            self.session.execute(sa.select(CONFLICTS).where(mine).with_for_update())
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
        AuditService(self.session).record(
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
        lock_inventory(self.session, scope)
        chosen = ConflictFilter(field=field, source=source)
        found = self.count(scope, chosen)
        if found != expected:
            raise ConflictError(
                f"{found:,} conflicts are open now, you saw {expected:,}; look again."
            )
        open_ones = [open_of(scope)]
        if field:
            open_ones.append(CONFLICTS.c.field == field)
        kept = CONFLICTS.c.kept_source == source
        offered = sa.and_(CONFLICTS.c.offered_source == source, ~kept)
        taken = self.session.scalars(
            sa.select(CONFLICTS.c.field).where(*open_ones, offered).distinct()
        ).all()
        for name in taken:
            one_field = CONFLICTS.c.field == name
            self._take(scope, name, sa.and_(*open_ones, offered, one_field))
        self._settle(scope, sa.and_(*open_ones, offered), keep=False)
        self._settle(scope, sa.and_(*open_ones, kept), keep=True)
        AuditService(self.session).record(
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
        self.session.execute(
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
        self.session.execute(
            sa.update(CONFLICTS)
            .values(
                **({} if keep else swapped),
                resolved_at=sa.func.now(),
                resolved_by=scope.actor,
            )
            .where(where)
        )


def _from_text(column: sa.Column, text: sa.ColumnElement[str]) -> sa.ColumnElement:
    """Return ``text``, as ``staged_assets.as_text`` made it, in the column's type."""
    if isinstance(column.type, ARRAY):
        return sa.func.string_to_array(text, ";")
    if pg_type(column.type) == "text":
        return text
    return sa.cast(text, column.type)
