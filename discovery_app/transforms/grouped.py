"""What edges say once their ends are known: marks, move groups, waves and places.

Used for one import and for a whole inventory, so that both say the same.
"""

import polars as pl

from discovery_app.transforms.graph import Grouping, group_assets
from discovery_app.transforms.map_layout import placed
from discovery_app.transforms.noise import with_environments, with_shared


def flagged(edges: pl.DataFrame, records: pl.DataFrame) -> pl.DataFrame:
    """Return the edges with shared_service and cross_environment."""
    return with_environments(with_shared(edges, records), records)


def grouped(
    edges: pl.DataFrame, records: pl.DataFrame
) -> tuple[Grouping, pl.DataFrame]:
    """Return how the assets hang together, and their groups with their places.

    Noise and shared services join nothing.
    """
    real = edges.filter(~pl.col("noise") & ~pl.col("shared_service"))
    grouping = group_assets(real)
    return grouping, placed(grouping.groups, real, _in_order(records))


def _in_order(records: pl.DataFrame) -> pl.DataFrame:
    """Return the records by what they are called, not by where they stood in a file."""
    return records.sort(
        pl.coalesce("asset_name", "hostname", "fqdn").str.to_lowercase(),
        *("asset_name", "fqdn", "external_id", "serial_number", "vm_uuid"),
        pl.col("ip_address").list.join(" "),
        "record",
    ).select("record")
