"""The ``move_groups`` table."""

from uuid import UUID

import sqlalchemy as sa

from discovery_app.models.base import TenantTable, tenant_keys


class MoveGroup(TenantTable, table=True):
    """That an asset moves with others, and in which wave.

    Attributes:
        map_column: With ``map_row``, in half rows, its place on the dependency map;
            none where the import was made before places were kept.
    """

    __table_args__ = (
        *tenant_keys(("asset_id", "assets")),
        sa.UniqueConstraint("asset_id", "engagement_id"),
    )

    asset_id: UUID
    session_id: UUID
    group_number: int
    wave: int
    in_cycle: bool = False
    map_column: int | None = None
    map_row: int | None = None
