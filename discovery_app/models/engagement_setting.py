"""The ``engagement_settings`` table."""

from typing import Any

import sqlalchemy as sa
from sqlmodel import Field

from discovery_app.models.base import (
    Json,
    Moment,
    TenantTable,
    tenant_keys,
    text_field,
    time_field,
)


class EngagementSetting(TenantTable, table=True):
    """How one engagement is analysed, where it differs from the project's defaults.

    Attributes:
        zombie_percent: ``None`` leaves it, like the others, to the project's default.
        noise_ports: A list of ``port``, ``reason`` and ``only_if``.
        evaluated_at: When the inventory was last judged again.
    """

    __table_args__ = (*tenant_keys(), sa.UniqueConstraint("engagement_id"))

    zombie_percent: float | None = None
    idle_percent: float | None = None
    window_days: int | None = None
    refactor_components: int | None = None
    noise_ports: list[dict[str, Any]] | None = Field(default=None, sa_type=Json)
    reason: str = text_field()
    changed_by: str = Field(default="", max_length=200)
    changed_at: Moment = time_field()
    evaluated_at: Moment = time_field()
