"""Connects a whole inventory anew: the edges of all imports, by what is known now.

An import resolves the ends of its connections among its own rows. What another import
told of before or after is found here, with the noise ports that hold now.
"""

from collections.abc import Sequence
from typing import Final

import polars as pl

from discovery_app.knowledge.ports import NoisePort
from discovery_app.transforms.edges import LINK_SCHEMA, OBSERVED_SCHEMA, with_ends
from discovery_app.transforms.grouped import flagged
from discovery_app.transforms.noise import with_backup, with_noise

KNOWN_SCHEMA: Final = {
    "id": pl.String(),
    "session_id": pl.String(),
    "told": pl.Int64(),
    **LINK_SCHEMA,
    **OBSERVED_SCHEMA,
}
"""An edge as it was published; ``told`` grows with the import that told of it."""

_ENDS: Final = ("source_record", "from", "destination_record", "to")
_SAME: Final = (*_ENDS, "port", "protocol", "kind")
_LATEST: Final = ("id", "session_id", "source", "destination", "evidence")
_APPLICATIONS: Final = ("source_application", "destination_application")


def reconnected(
    known: pl.DataFrame, records: pl.DataFrame, ports: Sequence[NoisePort]
) -> pl.DataFrame:
    """Return the edges of an inventory with their ends and marks as of now.

    An end that is an asset stays that asset; a text that means one asset now becomes
    it. Edges that are the same by that are one: of one import their counts are added
    up, of several the latest one's hold.

    Args:
        known: By ``KNOWN_SCHEMA``, in any order.
        records: The inventory.

    Returns:
        ``known``'s columns, of each edge once, with noise, noise_reason,
        shared_service and cross_environment.
    """
    nameless = pl.lit(None, dtype=pl.String)
    links = (
        known.sort("told", "id")
        .with_row_index("link")
        .rename(
            {
                "source": "source_name",
                "destination": "dest_name",
                "source_record": "known_source",
                "destination_record": "known_destination",
            }
        )
        .with_columns(source_ip=nameless, dest_ip=nameless)
    )
    merged = _merged(with_ends(links, records))
    spoken = with_backup(merged)["backup"]
    merged = merged.with_columns(backup=merged["backup"] | spoken)
    return flagged(with_noise(merged, records, ports), records)


def _merged(ended: pl.DataFrame) -> pl.DataFrame:
    """Return each edge once, numbered ``edge``, under its latest id."""
    folded = ended.with_columns(
        pl.when(pl.col(f"{end}_record").is_null())
        .then(pl.col(end).str.to_lowercase())
        .alias(name)
        for end, name in (("source", "from"), ("destination", "to"))
    )
    of_imports = folded.group_by(*_SAME, "told", maintain_order=True).agg(
        pl.col("connection_count").sum(),
        bytes_total=pl.when(pl.col("bytes_total").is_not_null().any()).then(
            pl.col("bytes_total").sum()
        ),
        backup=pl.col("backup").all(),
        first_observed=pl.col("first_observed").min(),
        last_observed=pl.col("last_observed").max(),
        **{name: pl.col(name).last() for name in _LATEST},
        **{name: pl.col(name).drop_nulls().last() for name in _APPLICATIONS},
    )
    return (
        of_imports.group_by(*_SAME, maintain_order=True)
        .agg(
            first_observed=pl.col("first_observed").min(),
            last_observed=pl.col("last_observed").max(),
            bytes_total=pl.col("bytes_total").drop_nulls().last(),
            **{
                name: pl.col(name).last()
                for name in ("told", "connection_count", "backup", *_LATEST)
            },
            **{name: pl.col(name).drop_nulls().last() for name in _APPLICATIONS},
        )
        .drop("from", "to")
        .with_row_index("edge")
    )
