"""Where each asset's values stand: a row of ``asset_sources`` a published candidate."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import array
from sqlmodel import Session

from discovery_app.domain.access import Scope
from discovery_app.services.publication import PUBLISHED
from discovery_app.services.staging import new_id
from discovery_app.services.tables import ASSETS, SOURCES

_SAID: Final = ("asset_id", "source", "file", "sheet", "row", "fields")

# What a person keeps of an earlier run is the import's still, by the row that made it.
_FORGET = sa.text(
    """
    delete from asset_sources o
    where o.engagement_id = :engagement_id and o.session_id = :session_id
    and not exists (
        select from pg_temp.told_rows t
        where t.asset_id = o.asset_id
        and row (t.source, t.file, t.sheet, t.row, t.fields)
            is not distinct from row (o.source, o.file, o.sheet, o.row, o.fields))
    and not exists (
        select from pg_temp.dropped d
        where d.asset_id = o.asset_id and d.created and not d.later)
    """
)


@dataclass(frozen=True)
class SourceRows:
    """Writes which row told which fields of an asset. It never commits.

    Attributes:
        staged: The temporary table ``staged_assets``.
        fields: Those that any candidate fills.
    """

    session: Session
    scope: Scope
    session_id: UUID
    staged: sa.Table
    fields: Sequence[str]

    def record(self, *, known: bool) -> None:
        """Write one row a candidate.

        Args:
            known: Whether the engagement had assets before.
        """
        self._insert(self._said(known=known))

    def replace(self) -> None:
        """Write them in the place of an earlier run's; equal ones stay untouched."""
        told = sa.Table(
            "told_rows",
            sa.MetaData(),
            *(sa.Column(name, SOURCES.c[name].type) for name in _SAID),
            prefixes=["TEMPORARY"],
            postgresql_on_commit="DROP",
        )
        told.create(self.session.connection(), checkfirst=False)
        self.session.execute(
            sa.insert(told).from_select(list(_SAID), self._said(known=True))
        )
        self.session.execute(sa.text("analyze pg_temp.told_rows"))
        self.session.execute(
            _FORGET,
            {
                "engagement_id": self.scope.engagement_id,
                "session_id": self.session_id,
            },
        )
        there = sa.exists().where(
            SOURCES.c.engagement_id == self.scope.engagement_id,
            SOURCES.c.session_id == self.session_id,
            SOURCES.c.asset_id == told.c.asset_id,
        )
        self._insert(sa.select(told).where(~there))

    def _insert(self, said: sa.Select) -> None:
        tenant = {
            "id": new_id(self.session),
            "engagement_id": sa.literal(self.scope.engagement_id),
            "client_account_id": sa.literal(self.scope.client_account_id),
            "session_id": sa.literal(self.session_id),
        }
        self.session.execute(
            sa.insert(SOURCES).from_select(
                [*_SAID, *tenant],
                said.add_columns(*tenant.values()),
                include_defaults=False,
            )
        )

    def _said(self, *, known: bool) -> sa.Select:
        """Return the columns ``_SAID`` for each published candidate."""
        staged = self.staged.c
        rows = self.staged.join(PUBLISHED, PUBLISHED.c.record == staged.record)
        if known:
            rows = rows.join(
                ASSETS,
                sa.and_(
                    ASSETS.c.id == PUBLISHED.c.asset_id,
                    ASSETS.c.engagement_id == self.scope.engagement_id,
                ),
            )
        return sa.select(
            PUBLISHED.c.asset_id,
            staged.source,
            staged.file,
            sa.func.coalesce(staged.sheet, ""),
            staged.row_number,
            self._fields_set(known=known),
        ).select_from(rows)

    def _fields_set(self, *, known: bool) -> sa.ColumnElement:
        """Return the fields that the row filled and the inventory took."""
        staged = self.staged.c
        names = []
        for name in self.fields:
            taken = staged[name].is_not(None)
            if known and name != "tags":
                taken = sa.and_(taken, staged[name] == ASSETS.c[name])
            names.append(sa.case((taken, sa.cast(name, sa.Text()))))
        return sa.func.array_remove(array(names, type_=sa.Text()), None)
