"""Writing an inventory's dependencies anew (``transforms.reconnected``).

Runs under the engagement's lock and reads the temporary table ``published``, in which
each asset stands with the number that its record has.
"""

from collections.abc import Sequence
from typing import Final

import polars as pl
import sqlalchemy as sa
from sqlmodel import Session

from discovery_app.domain.access import Scope
from discovery_app.knowledge.ports import NoisePort
from discovery_app.services.edge_publishing import EDGE_COLUMNS, KEYED_EDGES
from discovery_app.services.inventory_frames import fetched
from discovery_app.services.staging import column_types, stage
from discovery_app.services.tables import DEPENDENCIES, UPLOADS
from discovery_app.transforms.grouped import grouped
from discovery_app.transforms.reconnected import KNOWN_SCHEMA, reconnected

_MERGED: Final = sa.text(
    """
    delete from dependencies d
    where d.engagement_id = :engagement_id
    and not exists (select from pg_temp.keyed_edges k where k.id = d.id)
    """
)
_CHANGED: Final = sa.text(
    """
    update dependencies d set
        key = k.key, source_asset_id = k.source_asset_id, source = k.source,
        destination_asset_id = k.destination_asset_id, destination = k.destination,
        backup = k.backup, source_application = k.source_application,
        destination_application = k.destination_application, noise = k.noise,
        noise_reason = k.noise_reason, shared_service = k.shared_service,
        cross_environment = k.cross_environment,
        connection_count = k.connection_count, bytes_total = k.bytes_total,
        first_observed = k.first_observed, last_observed = k.last_observed
    from pg_temp.keyed_edges k
    where d.id = k.id and d.engagement_id = :engagement_id
    and (d.key, d.source, d.destination, d.backup, d.noise, d.noise_reason,
         d.shared_service, d.cross_environment, d.connection_count, d.bytes_total,
         d.first_observed, d.last_observed)
        is distinct from
        (k.key, k.source, k.destination, k.backup, k.noise, k.noise_reason,
         k.shared_service, k.cross_environment, k.connection_count, k.bytes_total,
         k.first_observed, k.last_observed)
    """
)


_ROWS: Final = {
    name.replace("_record", "_asset"): pl.String() if "_record" in name else kind
    for name, kind in KNOWN_SCHEMA.items()
}
"""What is fetched: ends are assets there, and records of a frame later."""


class Reconnecting:
    """Connects one inventory anew. It writes; it never commits.

    Args:
        records: The inventory by ``RECORD_FIELDS``, each with its ``record``.
        numbers: Columns record and asset_id.
    """

    def __init__(
        self,
        session: Session,
        scope: Scope,
        records: pl.DataFrame,
        numbers: pl.DataFrame,
    ) -> None:
        self._session = session
        self._scope = scope
        self._records = records
        self._numbers = numbers

    def run(self, ports: Sequence[NoisePort]) -> tuple[pl.DataFrame, pl.DataFrame]:
        """Write the edges; return them and the groups, each under its latest import."""
        edges = reconnected(self._known(), self._records, ports)
        kinds = {
            "id": sa.Uuid(),
            "source_record": sa.Integer(),
            "destination_record": sa.Integer(),
            **column_types(DEPENDENCIES, *EDGE_COLUMNS),
        }
        stage(self._session, "staged_edges", kinds, edges)
        tenant = {"engagement_id": self._scope.engagement_id}
        self._session.execute(KEYED_EDGES)
        self._session.execute(_MERGED, tenant)
        self._session.execute(_CHANGED, tenant)
        return edges, self._groups(edges)

    def _groups(self, edges: pl.DataFrame) -> pl.DataFrame:
        _, groups = grouped(edges, self._records)
        real = edges.filter(~pl.col("noise") & ~pl.col("shared_service"))
        ends = [
            real.select("told", "session_id", record=f"{end}_record")
            for end in ("source", "destination")
        ]
        latest = (
            pl.concat(ends)
            .join(groups.select("record", "move_group"), on="record")
            .sort("told")
            .group_by("move_group")
            .agg(pl.col("session_id").last())
        )
        return groups.join(latest, on="move_group", how="left", maintain_order="left")

    def _known(self) -> pl.DataFrame:
        edge, text = DEPENDENCIES.c, sa.Text()
        made = {
            "id": sa.cast(edge.id, text),
            "session_id": sa.cast(edge.session_id, text),
            "told": sa.func.dense_rank().over(
                order_by=(UPLOADS.c.created_at, edge.session_id)
            ),
            "source_asset": sa.cast(edge.source_asset_id, text),
            "destination_asset": sa.cast(edge.destination_asset_id, text),
        }
        rows = (
            sa.select(*(made[name] if name in made else edge[name] for name in _ROWS))
            .join_from(
                DEPENDENCIES,
                UPLOADS,
                sa.and_(
                    UPLOADS.c.id == edge.session_id,
                    UPLOADS.c.engagement_id == edge.engagement_id,
                ),
                isouter=True,
            )
            .where(edge.engagement_id == self._scope.engagement_id)
        )
        found = fetched(self._session, rows, _ROWS)
        for end in ("source", "destination"):
            numbers = self._numbers.select(
                pl.col("asset_id").alias(f"{end}_asset"),
                pl.col("record").alias(f"{end}_record"),
            )
            found = found.join(numbers, on=f"{end}_asset", how="left")
        return found.select(list(KNOWN_SCHEMA))
