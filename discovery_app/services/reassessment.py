"""Judges an engagement's inventory again: another day, other lines, newer data.

What the last phase of an import does for its own rows, this does for every asset as
it stands in the inventory now, whichever imports told of it. No file is read and no
workflow runs, so it also works after the frames are cleaned away. What people decided
stays.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

import polars as pl
import sqlalchemy as sa
from sqlmodel import Session

from discovery_app.domain.access import Permission, Scope
from discovery_app.errors import InvalidInputError
from discovery_app.knowledge.releases import EndOfLifeData
from discovery_app.services.advice_publishing import AdvicePublishing
from discovery_app.services.audit import AuditService, require_reason
from discovery_app.services.end_of_life_data import EndOfLifeDataService
from discovery_app.services.engagement_settings import (
    EngagementSettingService,
    note_evaluation,
)
from discovery_app.services.modernisation import ModernisationService
from discovery_app.services.publication import (
    PUBLISHED,
    Publication,
    lock_inventory,
    make_published,
)
from discovery_app.services.tables import ASSETS, DECISIONS, DEPENDENCIES
from discovery_app.transforms.convert import RECORD_FIELDS, with_all_fields
from discovery_app.transforms.decisions import decide
from discovery_app.transforms.facts import gather
from discovery_app.transforms.support import findings

_READ: Final = (
    "asset_name",
    "operating_system",
    "os_version",
    "os_architecture",
    "database_engine",
    "database_version",
    "application_name",
    "power_state",
    "business_criticality",
    "server_role",
    "hypervisor",
    "vmware_moref",
    "vcenter_id",
    "cluster",
    "six_r_source",
    "cpu_cores",
    "memory_mb",
    "storage_provisioned_gb",
    "storage_used_gb",
    "cpu_util_avg_pct",
    "mem_util_avg_pct",
    "first_seen",
    "last_seen",
    "tags",
)
"""What the rules look at (``transforms.facts``)."""

_CLASS: Final = {"asset_type": pl.String(), "scope_reason": pl.String()}
_EDGES: Final = {
    "source_asset": pl.String(),
    "destination_asset": pl.String(),
    "port": pl.Int32(),
    "noise": pl.Boolean(),
    "shared_service": pl.Boolean(),
    "first_observed": pl.Datetime("us", "UTC"),
    "last_observed": pl.Datetime("us", "UTC"),
}
_ROWS_A_FETCH: Final = 5_000
_NOTHING: Final = pl.DataFrame()


@dataclass(frozen=True)
class Reassessed:
    """What a second look changed.

    Attributes:
        changed: Assets whose treatment by the rules is another one now.
        data: The newest end-of-life data it stands on.
    """

    as_of: date
    assets: int
    changed: int
    data: str


class ReassessmentService:
    """Judges an inventory again.

    One instance serves one unit of work. It flushes; it never commits.
    """

    def __init__(self, session: Session) -> None:
        self._session = session

    def run(self, scope: Scope, as_of: date | None, reason: str) -> Reassessed:
        """Judge every asset by today's settings and data, as of a day.

        Args:
            as_of: ``None`` is the database's today.

        Raises:
            NotPermittedError: The role may not.
            InvalidInputError: There is no asset yet, or no reason is given.
        """
        scope.require(Permission.EVALUATE_AGAIN)
        why = require_reason(reason)
        lock_inventory(self._session, scope)
        day = as_of or self._today()
        assets = self._assets(scope)
        if assets.is_empty():
            raise InvalidInputError(
                "There is no asset to judge yet; import the client's files first."
            )
        data = EndOfLifeDataService(self._session).current()
        before = self._treatments(scope)
        self._judge(scope, assets, day, data)
        note_evaluation(self._session, scope)
        after = self._treatments(scope)
        changed = sum(before.get(asset) != word for asset, word in after.items())
        done = Reassessed(day, assets.height, changed, str(data.version))
        AuditService(self._session).record(
            scope,
            "advice_evaluated_again",
            f"{assets.height} assets as of {day}",
            why,
            details={"changed": changed, "data": done.data},
        )
        return done

    def _judge(
        self, scope: Scope, assets: pl.DataFrame, day: date, data: EndOfLifeData
    ) -> None:
        lines = EngagementSettingService(self._session).read(scope).settings.thresholds
        records = with_all_fields(assets.drop("asset_id", *_CLASS))
        classes = assets.select("record", *_CLASS)
        found, systems = findings(records, day, data)
        edges = self._edges(scope, assets)
        facts = gather(records, classes, edges, found, systems, lines)
        overrides = ModernisationService(self._session).overrides(scope)
        decisions = decide(facts, overrides, lines, data.version)
        self._publish(scope, assets, day, found, decisions)

    def _publish(
        self,
        scope: Scope,
        assets: pl.DataFrame,
        day: date,
        found: pl.DataFrame,
        decisions: pl.DataFrame,
    ) -> None:
        make_published(self._session)
        rows = [
            {"record": record, "asset_id": UUID(asset_id), "change": "unchanged"}
            for record, asset_id in assets.select("record", "asset_id").iter_rows()
        ]
        self._session.execute(sa.insert(PUBLISHED), rows)
        said_by = (
            sa.select(ASSETS.c.last_session_id)
            .where(
                ASSETS.c.id == PUBLISHED.c.asset_id,
                ASSETS.c.engagement_id == scope.engagement_id,
            )
            .scalar_subquery()
        )
        publication = Publication(
            session_id=scope.engagement_id,  # Not used: each asset's own import is.
            as_of=day,
            rows_in=0,
            excluded=0,
            rejected=0,
            candidates=_NOTHING,
            edges=_NOTHING,
            groups=_NOTHING,
            findings=found,
            decisions=decisions,
        )
        AdvicePublishing(self._session, scope, publication, said_by).advise(
            replace=True
        )

    def _assets(self, scope: Scope) -> pl.DataFrame:
        columns = [
            sa.cast(ASSETS.c.id, sa.Text()).label("asset_id"),
            *(ASSETS.c[name] for name in _CLASS),
            *(
                sa.cast(ASSETS.c[name], sa.Text()).label(name)
                if name == "tags"
                else ASSETS.c[name]
                for name in _READ
            ),
        ]
        schema = {
            "asset_id": pl.String(),
            **_CLASS,
            **{name: RECORD_FIELDS[name] for name in _READ},
        }
        rows = (
            sa.select(*columns)
            .where(ASSETS.c.engagement_id == scope.engagement_id)
            .order_by(ASSETS.c.id)
        )
        return self._frame(rows, schema).with_row_index("record")

    def _edges(self, scope: Scope, assets: pl.DataFrame) -> pl.DataFrame:
        """Return the inventory's edges by the numbers of its assets."""
        edge = DEPENDENCIES.c
        rows = sa.select(
            sa.cast(edge.source_asset_id, sa.Text()),
            sa.cast(edge.destination_asset_id, sa.Text()),
            edge.port,
            edge.noise,
            edge.shared_service,
            edge.first_observed,
            edge.last_observed,
        ).where(edge.engagement_id == scope.engagement_id)
        found = self._frame(rows, _EDGES)
        for end in ("source", "destination"):
            numbers = assets.select(
                pl.col("asset_id").alias(f"{end}_asset"),
                pl.col("record").alias(f"{end}_record"),
            )
            found = found.join(numbers, on=f"{end}_asset", how="left")
        return found

    def _frame(self, rows: sa.Select, schema: dict[str, pl.DataType]) -> pl.DataFrame:
        found = self._session.execute(
            rows, execution_options={"yield_per": _ROWS_A_FETCH}
        )
        parts = [_part(list(some), schema) for some in found.partitions()]
        return pl.concat(parts) if parts else pl.DataFrame(schema=schema)

    def _treatments(self, scope: Scope) -> dict[UUID, str]:
        rows = self._session.execute(
            sa.select(DECISIONS.c.asset_id, DECISIONS.c.treatment).where(
                DECISIONS.c.engagement_id == scope.engagement_id
            )
        )
        return {asset_id: treatment for asset_id, treatment in rows}  # noqa: C416

    def _today(self) -> date:
        return self._session.execute(sa.select(sa.func.current_date())).scalar_one()


def _part(rows: Sequence[sa.Row], schema: dict[str, pl.DataType]) -> pl.DataFrame:
    return pl.DataFrame([tuple(row) for row in rows], schema=schema, orient="row")
