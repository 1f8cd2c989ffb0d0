"""What an import brings to the inventory, and where its rows went."""

from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

import polars as pl
import sqlalchemy as sa
from sqlmodel import Session

from discovery_app.domain.access import Scope

PUBLISHED: Final = sa.table(
    "published",
    sa.column("record", sa.Integer()),
    sa.column("asset_id", sa.Uuid()),
    sa.column("change", sa.Text()),
    schema="pg_temp",
)
"""Which asset each candidate became, and what was done: ``created``, ``updated`` or
``unchanged``."""


@dataclass(frozen=True)
class Publication:
    """What one import brings to the inventory.

    Attributes:
        as_of: The date that findings and decisions speak of.
        rows_in: Data rows of the tables that carry assets.
        candidates: Frame ``candidates`` of ``database_integration``.
        edges: Frame of ``dependency_analysis``, like ``groups``.
        findings: Frame of ``tech_debt_analysis``, like ``decisions``.
    """

    session_id: UUID
    as_of: date
    rows_in: int
    excluded: int
    rejected: int
    candidates: pl.DataFrame
    edges: pl.DataFrame
    groups: pl.DataFrame
    findings: pl.DataFrame
    decisions: pl.DataFrame


def make_published(session: Session) -> None:
    """Make the temporary table ``published``, empty."""
    session.execute(
        sa.text(
            "create temporary table published "
            "(record integer, asset_id uuid, change text) on commit drop"
        )
    )


def lock_inventory(session: Session, scope: Scope) -> None:
    """Wait until nobody else writes the engagement's inventory; held to the end."""
    session.execute(
        sa.text("select pg_advisory_xact_lock(hashtextextended(:engagement, 0))"),
        {"engagement": str(scope.engagement_id)},
    )
