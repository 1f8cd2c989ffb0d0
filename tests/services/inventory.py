"""Frames as the phases leave them, and an engagement to publish them into."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import polars as pl
import psycopg
import sqlalchemy as sa

from discovery_app.database import unit_of_work
from discovery_app.database.addresses import driver_address
from discovery_app.domain.access import Role, Scope
from discovery_app.knowledge.fields import ASSET_FIELDS
from discovery_app.services.assets import AssetService
from discovery_app.services.publication import Publication
from discovery_app.services.publishing import PublishedCounts
from tests.conftest import TestDatabase

AS_OF = date(2026, 11, 22)
POLARS_TYPES: dict[str, Any] = {
    "string": pl.String,
    "enum": pl.String,
    "map": pl.String,
    "int": pl.Int64,
    "float": pl.Float64,
    "money": pl.Float64,
    "bool": pl.Boolean,
    "date": pl.Date,
    "datetime": pl.Datetime("us", "UTC"),
    "list": pl.List(pl.String),
}
CANDIDATES: dict[str, Any] = {
    "record": pl.UInt32,
    "table": pl.UInt16,
    "row_number": pl.UInt32,
    "file": pl.String,
    "sheet": pl.String,
    **{name: POLARS_TYPES[f.type] for name, f in ASSET_FIELDS.items()},
    "custom": pl.String,
    "in_scope": pl.Boolean,
    "scope_reason": pl.String,
    "type_rule": pl.String,
    "type_reason": pl.String,
    "type_confidence": pl.Float64,
    "key_external_id": pl.String,
    "key_serial": pl.String,
    "key_uuid": pl.String,
    "key_fqdn": pl.String,
    "key_host_ip": pl.String,
    "source": pl.String,
    "duplicates": pl.List(pl.String),
}
EDGES: dict[str, Any] = {
    "edge": pl.UInt32,
    "source_record": pl.UInt32,
    "source": pl.String,
    "destination_record": pl.UInt32,
    "destination": pl.String,
    "port": pl.Int32,
    "protocol": pl.String,
    "kind": pl.String,
    "backup": pl.Boolean,
    "source_application": pl.String,
    "destination_application": pl.String,
    "noise": pl.Boolean,
    "noise_reason": pl.String,
    "shared_service": pl.Boolean,
    "cross_environment": pl.Boolean,
    "connection_count": pl.Int64,
    "bytes_total": pl.Int64,
    "first_observed": pl.Datetime("us", "UTC"),
    "last_observed": pl.Datetime("us", "UTC"),
    "evidence": pl.String,
}
GROUPS: dict[str, Any] = {
    "record": pl.UInt32,
    "move_group": pl.Int32,
    "wave": pl.Int32,
    "in_cycle": pl.Boolean,
    "map_column": pl.Int32,
    "map_row": pl.Int32,
}
FINDINGS: dict[str, Any] = {
    "record": pl.UInt32,
    "raw": pl.String,
    "product": pl.String,
    "cycle": pl.String,
    "state": pl.String,
    "eol_date": pl.Date,
    "extended_until": pl.Date,
    "evidence": pl.String,
    "confidence": pl.Float64,
}
DECISIONS: dict[str, Any] = {
    "record": pl.UInt32,
    "treatment": pl.String,
    "rule": pl.String,
    "confidence": pl.Float64,
    "inputs": pl.String,
    "also_matched": pl.List(pl.String),
    "override": pl.String,
    "reason": pl.String,
}
_CANDIDATE = {
    "file": "list.csv",
    "sheet": "",
    "source": "rvtools",
    "asset_type": "virtual_machine",
    "in_scope": True,
    "type_rule": "source_type",
    "type_reason": "The source says so.",
    "type_confidence": 0.9,
}


def frame(schema: dict[str, Any], rows: list[dict[str, Any]]) -> pl.DataFrame:
    """Return ``rows`` as a frame of ``schema``; what a row lacks is null."""
    columns = {name: [row.get(name) for row in rows] for name in schema}
    return pl.DataFrame(columns, schema=schema)


def candidates(*rows: dict[str, Any]) -> pl.DataFrame:
    """Return candidates numbered in order, with what a test does not care about."""
    numbered = [
        _CANDIDATE | {"record": number, "row_number": number + 2} | row
        for number, row in enumerate(rows)
    ]
    return frame(CANDIDATES, numbered)


@dataclass
class Estate:
    """An engagement on the test's database."""

    database: TestDatabase
    scope: Scope = field(
        default_factory=lambda: Scope(
            actor="Ada",
            role=Role.CONSULTANT,
            client_account_id=uuid4(),
            engagement_id=uuid4(),
        )
    )

    def __post_init__(self) -> None:
        ids = (self.scope.client_account_id, self.scope.engagement_id)
        self.as_owner(
            "insert into client_accounts (id, name) values (%s, %s)",
            (ids[0], f"Client {ids[0]}"),
        )
        self.as_owner(
            "insert into engagements (client_account_id, id, name) "
            "values (%s, %s, 'Move')",
            ids,
        )

    @classmethod
    def on(cls, database: TestDatabase, scope: Scope) -> "Estate":
        """Return the estate of an engagement that exists."""
        found = cls.__new__(cls)
        found.database, found.scope = database, scope
        return found

    def as_owner(self, statement: str, values: tuple[Any, ...] = ()) -> None:
        """Run ``statement`` past row-level security."""
        with psycopg.connect(driver_address(self.database.owner_url)) as connection:
            connection.execute(statement, values)

    def told_owner(self, statement: str) -> list[tuple[Any, ...]]:
        """Return what ``statement`` finds past row-level security."""
        with psycopg.connect(driver_address(self.database.owner_url)) as connection:
            return connection.execute(statement).fetchall()

    def upload(self, title: str = "list.csv") -> UUID:
        """Return the id of a new data import session."""
        session_id = uuid4()
        self.as_owner(
            "insert into data_import_sessions (id, client_account_id, engagement_id, "
            "title, request_key, content_sha256, started_by) "
            "values (%s, %s, %s, %s, %s, 'x', 'Ada')",
            (
                session_id,
                self.scope.client_account_id,
                self.scope.engagement_id,
                title,
                str(session_id),
            ),
        )
        return session_id

    def publish(
        self,
        found: pl.DataFrame,
        session_id: UUID | None = None,
        *,
        excluded: int = 0,
        edges: list[dict[str, Any]] | None = None,
        groups: list[dict[str, Any]] | None = None,
        findings: list[dict[str, Any]] | None = None,
        decisions: list[dict[str, Any]] | None = None,
    ) -> PublishedCounts:
        """Publish ``found`` in a transaction of its own."""
        publication = Publication(
            session_id=session_id or self.upload(),
            as_of=AS_OF,
            rows_in=found.height + excluded,
            excluded=excluded,
            rejected=0,
            candidates=found,
            edges=frame(EDGES, edges or []),
            groups=frame(GROUPS, groups or []),
            findings=frame(FINDINGS, findings or []),
            decisions=frame(DECISIONS, decisions or []),
        )
        with unit_of_work(self.scope) as session:
            return AssetService(session).publish(self.scope, publication)

    def rows(self, statement: str) -> list[dict[str, Any]]:
        """Return what ``statement`` finds in this engagement."""
        with unit_of_work(self.scope) as session:
            found = session.connection().execute(sa.text(statement))
            return [dict(row) for row in found.mappings()]

    def assets(self) -> dict[str, dict[str, Any]]:
        """Return the inventory by asset name."""
        return {row["asset_name"]: row for row in self.rows("select * from assets")}
