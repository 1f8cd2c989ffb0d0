"""The candidates of one import as a temporary table beside the inventory."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Session

from discovery_app.domain.access import Scope
from discovery_app.services.import_traces import BEFORE, TOUCHED
from discovery_app.services.standing_values import (
    STANDING,
    decided_by_person,
    set_by_person,
    told_by_newer,
)
from discovery_app.services.tables import ASSETS

TYPE_COLUMNS: Final = (
    "asset_type",
    "type_rule",
    "type_reason",
    "type_confidence",
    "in_scope",
    "scope_reason",
)
"""They belong together: a type with its reasons, and the scope that follows from it."""

UNITED: Final = ("custom", "tags")
KEPT: Final = ("external_id", "key_external_id")

SEARCHED: Final = (
    "asset_name",
    "hostname",
    "fqdn",
    "external_id",
    "serial_number",
    "ip_address",
    "application_name",
    "operating_system",
    "location",
    "business_owner",
)
"""What the text search of the inventory looks in."""

Values = Mapping[str, sa.ColumnElement]

MATCHES: Final = sa.table(
    "matches",
    sa.column("record", sa.Integer()),
    sa.column("asset_id", sa.Uuid()),
    schema="pg_temp",
)
"""Which candidate is which known asset; ``services.matching`` leaves it."""


@dataclass(frozen=True)
class StagedAssets:
    """The staged candidates and whose they are.

    Attributes:
        table: The temporary table ``staged_assets``.
        again: Whether an earlier run of the import was published, and its traces lie
            in ``touched`` and ``before``.
    """

    session: Session
    scope: Scope
    session_id: UUID
    table: sa.Table
    again: bool = False

    @property
    def columns(self) -> list[str]:
        """Return the staged columns that an asset has, too."""
        return [c.name for c in self.table.columns if c.name in ASSETS.c]

    def matched(self) -> sa.FromClause:
        """Return the matched candidates beside their assets and what stands there."""
        staged = self.table
        found = (
            staged.join(MATCHES, MATCHES.c.record == staged.c.record)
            .join(
                ASSETS,
                sa.and_(
                    ASSETS.c.id == MATCHES.c.asset_id,
                    ASSETS.c.engagement_id == self.scope.engagement_id,
                ),
            )
            .outerjoin(STANDING, STANDING.c.asset_id == MATCHES.c.asset_id)
        )
        return with_traces(found) if self.again else found

    def is_own(self) -> sa.ColumnElement[bool]:
        """Return whether the asset is this import's alone, so its rows say it all."""
        if not self.again:
            return sa.false()
        mine = sa.and_(TOUCHED.c.created, ~TOUCHED.c.later)
        return sa.func.coalesce(mine, sa.false())

    def kept(self, name: str) -> sa.ColumnElement:
        """Return an asset's column as it would be without this import.

        What its earlier run said is taken back, but not from people: what they set
        stays, and what they decided for, where the import says nothing else now.
        """
        old = ASSETS.c[name]
        if not self.again:
            return old
        unsaid = self.table.c[name].is_(None)
        stays = sa.or_(set_by_person(name), sa.and_(decided_by_person(name), unsaid))
        return sa.case(
            (stays, old),
            (self.is_own(), sa.null()),
            (told_by_newer(name), old),
            else_=before_import(name),
        )

    def was_seen_later(self) -> sa.ColumnElement[bool]:
        """Return whether the inventory was seen later than the row."""
        if "last_seen" not in self.table.c:
            return sa.false()
        later = ASSETS.c.last_seen > self.table.c.last_seen
        return sa.and_(sa.func.coalesce(later, sa.false()), ~self.is_own())

    def kept_is_fresher(self, field: str) -> sa.ColumnElement[bool]:
        """Return whether the inventory's ``field`` is newer than the row's."""
        return sa.or_(self.was_seen_later(), told_by_newer(field))

    def tenant(self) -> tuple[sa.ColumnElement, ...]:
        """Return engagement, client account and import for an insert."""
        return (
            sa.literal(self.scope.engagement_id),
            sa.literal(self.scope.client_account_id),
            sa.literal(self.session_id),
        )


def with_traces(assets: sa.FromClause) -> sa.FromClause:
    """Return assets beside what an earlier run of the import did to them."""
    return assets.outerjoin(TOUCHED, TOUCHED.c.asset_id == ASSETS.c.id).outerjoin(
        BEFORE, BEFORE.c.before_of == ASSETS.c.id
    )


def before_import(name: str) -> sa.ColumnElement:
    """Return a column of an asset beside its traces as it was before the import."""
    field = sa.cast(name, sa.Text())
    return sa.case(
        (field == sa.any_(TOUCHED.c.mine_only), sa.null()),
        (sa.func.jsonb_exists(BEFORE.c.told, field), BEFORE.c[name]),
        else_=ASSETS.c[name],
    )


def as_text(column: sa.ColumnElement) -> sa.ColumnElement[str]:
    """Return a value as people read it: lists joined by ``;``."""
    if isinstance(column.type, ARRAY):
        return sa.func.array_to_string(column, ";")
    return sa.cast(column, sa.Text())


def search_text(values: Values) -> sa.ColumnElement[str]:
    """Return the lower-case text that the search looks in."""
    return sa.func.lower(
        sa.func.concat_ws(" ", *(as_text(value) for value in values.values()))
    )
