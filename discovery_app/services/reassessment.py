"""Judges an engagement's inventory again: another day, other lines, newer data.

What the last phases of an import do for its own rows, this does for every asset and
every connection as they stand in the inventory now, whichever imports told of them. No
file is read and no workflow runs, so it also works after the frames are cleaned away.
What people decided stays.
"""

from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

import polars as pl
import sqlalchemy as sa
from sqlmodel import Session

from discovery_app.domain.access import Scope
from discovery_app.domain.engagement_request import AskedFor
from discovery_app.errors import InvalidInputError
from discovery_app.knowledge.releases import EndOfLifeData
from discovery_app.services.advice_publishing import AdvicePublishing
from discovery_app.services.audit import AuditService
from discovery_app.services.decision_overrides import DecisionOverrideService
from discovery_app.services.end_of_life_data import EndOfLifeDataService
from discovery_app.services.engagement_settings import (
    EngagementSettingService,
    note_evaluation,
)
from discovery_app.services.inventory_frames import fetched
from discovery_app.services.publication import (
    PUBLISHED,
    Publication,
    lock_inventory,
    make_published,
)
from discovery_app.services.reconnecting import Reconnecting
from discovery_app.services.tables import ASSETS, DECISIONS
from discovery_app.transforms.convert import RECORD_FIELDS, with_all_fields
from discovery_app.transforms.decisions import decide
from discovery_app.transforms.facts import gather
from discovery_app.transforms.support import findings

_READ: Final = (
    "asset_name",
    "hostname",
    "fqdn",
    "external_id",
    "serial_number",
    "vm_uuid",
    "ip_address",
    "environment",
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
"""What connects assets and what the rules look at (``transforms.facts``)."""

_CLASS: Final = {"asset_type": pl.String(), "scope_reason": pl.String()}
_NOTHING: Final = pl.DataFrame()
NO_ASSETS: Final = "There is no asset to judge yet; import the client's files first."


@dataclass(frozen=True)
class Reassessed:
    """What a second look changed.

    Attributes:
        changed: Assets whose treatment by the rules is another one now.
        data: The newest end-of-life data it stands on.
        dependencies: Edges that are no noise, and their move groups.
    """

    as_of: date
    assets: int
    changed: int
    data: str
    dependencies: int
    move_groups: int


class ReassessmentService:
    """Judges an inventory again.

    One instance serves one unit of work. It flushes; it never commits.
    """

    def __init__(self, session: Session) -> None:
        self._session = session

    def run(self, asked: AskedFor) -> Reassessed:
        """Connect and judge every asset by the settings and data of now.

        For a runner: ``EvaluationService.ask`` checked what the person may do.

        Raises:
            InvalidInputError: There is no asset any more.
        """
        scope = asked.scope
        lock_inventory(self._session, scope)
        day = asked.as_of or self._today()
        assets = self._assets(scope)
        if assets.is_empty():
            raise InvalidInputError(NO_ASSETS)
        data = EndOfLifeDataService(self._session).current()
        before = self._treatments(scope)
        edges, groups = self._judge(scope, assets, day, data)
        note_evaluation(self._session, scope)
        after = self._treatments(scope)
        done = Reassessed(
            as_of=day,
            assets=assets.height,
            changed=sum(before.get(asset) != word for asset, word in after.items()),
            data=str(data.version),
            dependencies=int((~edges["noise"]).sum()),
            move_groups=groups["move_group"].n_unique(),
        )
        AuditService(self._session).record(
            scope,
            "advice_evaluated_again",
            f"{assets.height} assets as of {day}",
            asked.reason,
            details={
                "asked_by": asked.asked_by,
                "changed": done.changed,
                "data": done.data,
            },
        )
        return done

    def _judge(
        self, scope: Scope, assets: pl.DataFrame, day: date, data: EndOfLifeData
    ) -> tuple[pl.DataFrame, pl.DataFrame]:
        """Write edges, groups, findings and decisions; return the first two."""
        chosen = EngagementSettingService(self._session).read(scope).settings
        lines = chosen.thresholds
        records = with_all_fields(assets.drop("asset_id", *_CLASS))
        classes = assets.select("record", *_CLASS)
        self._number(assets)
        numbers = assets.select("record", "asset_id")
        connecting = Reconnecting(self._session, scope, records, numbers)
        edges, groups = connecting.run(chosen.noise_ports)
        found, systems = findings(records, day, data)
        facts = gather(records, classes, edges, found, systems, lines)
        overrides = DecisionOverrideService(self._session).standing(scope)
        decisions = decide(facts, overrides, lines, data.version)
        self._publish(scope, day, found, decisions, groups)
        return edges, groups

    def _number(self, assets: pl.DataFrame) -> None:
        """Fill the temporary table ``published``: which asset each record is."""
        make_published(self._session)
        rows = [
            {"record": record, "asset_id": UUID(asset_id), "change": "unchanged"}
            for record, asset_id in assets.select("record", "asset_id").iter_rows()
        ]
        self._session.execute(sa.insert(PUBLISHED), rows)

    def _publish(
        self,
        scope: Scope,
        day: date,
        found: pl.DataFrame,
        decisions: pl.DataFrame,
        groups: pl.DataFrame,
    ) -> None:
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
            groups=groups,
            findings=found,
            decisions=decisions,
        )
        AdvicePublishing(self._session, scope, publication, said_by).run(replace=True)

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
        return fetched(self._session, rows, schema).with_row_index("record")

    def _treatments(self, scope: Scope) -> dict[UUID, str]:
        rows = self._session.execute(
            sa.select(DECISIONS.c.asset_id, DECISIONS.c.treatment).where(
                DECISIONS.c.engagement_id == scope.engagement_id
            )
        )
        return {asset_id: treatment for asset_id, treatment in rows}  # noqa: C416

    def _today(self) -> date:
        return self._session.execute(sa.select(sa.func.current_date())).scalar_one()
