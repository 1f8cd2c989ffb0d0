"""The ``phase_logs`` table."""

from typing import Any

import sqlalchemy as sa
from sqlmodel import Field

from discovery_app.models.base import Json, Moment, TenantTable, tenant_keys, time_field


class PhaseLog(TenantTable, table=True):
    """What was logged in one try of a phase; its ``id`` is the phase run's.

    Attributes:
        lines: Objects with ``at``, ``level`` and ``message``, in order; the size is
            bounded by ``domain.phase_logs``.
        left_out: How many lines were not kept.
    """

    __table_args__ = (
        *tenant_keys(("id", "workflow_phase_runs")),
        sa.Index("ix_phase_logs_old", "engagement_id", "updated_at"),
    )

    lines: list[dict[str, Any]] = Field(
        default_factory=list,
        sa_type=Json,
        nullable=False,
        sa_column_kwargs={"server_default": sa.text("'[]'::jsonb")},
    )
    left_out: int = 0
    updated_at: Moment = time_field(now=True)
