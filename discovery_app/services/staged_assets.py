"""The candidates of one import as a temporary table beside the inventory."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Session

from discovery_app.domain.access import Scope
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
    """

    session: Session
    scope: Scope
    session_id: UUID
    table: sa.Table

    @property
    def columns(self) -> list[str]:
        """Return the staged columns that an asset has, too."""
        return [c.name for c in self.table.columns if c.name in ASSETS.c]

    def matched(self) -> sa.FromClause:
        """Return the matched candidates beside their assets."""
        staged = self.table
        return staged.join(MATCHES, MATCHES.c.record == staged.c.record).join(
            ASSETS,
            sa.and_(
                ASSETS.c.id == MATCHES.c.asset_id,
                ASSETS.c.engagement_id == self.scope.engagement_id,
            ),
        )

    def kept_is_fresher(self) -> sa.ColumnElement[bool]:
        """Return whether the inventory was seen later than the row."""
        if "last_seen" not in self.table.c:
            return sa.false()
        later = ASSETS.c.last_seen > self.table.c.last_seen
        return sa.func.coalesce(later, sa.false())

    def tenant(self) -> tuple[sa.ColumnElement, ...]:
        """Return engagement, client account and import for an insert."""
        return (
            sa.literal(self.scope.engagement_id),
            sa.literal(self.scope.client_account_id),
            sa.literal(self.session_id),
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
