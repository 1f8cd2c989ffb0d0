"""Finds the records that the ends of connections mean.

A name or an address means a record only if it is that of one record alone; what
several share stays unresolved (FIELD.md, trap 5), and callers say so.
"""

from typing import Final

import polars as pl

NAME_FIELDS: Final = ("asset_name", "hostname", "fqdn", "external_id")
"""The fields whose text can stand for an asset in a connection or a reference."""


def endpoint_keys(records: pl.DataFrame) -> pl.DataFrame:
    """Return every text that can mean a record.

    Columns: key (lower case), tier (0 a name, 1 an address, 2 a name without its
    domain), record (null where several records share the key).
    """
    names = [
        records.select("record", key=pl.col(field).str.to_lowercase(), tier=pl.lit(0))
        for field in NAME_FIELDS
    ]
    addresses = records.select(
        "record", key=pl.col("ip_address"), tier=pl.lit(1)
    ).explode("key")
    addresses = addresses.with_columns(pl.col("key").str.to_lowercase())
    short = [
        frame.filter(~_is_address(pl.col("key"))).with_columns(
            key=_short(pl.col("key")), tier=pl.lit(2)
        )
        for frame in names
    ]
    every = pl.concat([*names, addresses, *short]).filter(
        pl.col("key").str.len_chars() > 0
    )
    return (
        every.unique()
        .group_by("tier", "key")
        .agg(
            record=pl.when(pl.len() == 1).then(pl.col("record").first()),
            owners=pl.len(),
        )
        .sort("tier", "key")
    )


def resolve(texts: pl.DataFrame, keys: pl.DataFrame) -> pl.DataFrame:
    """Return which record each end means.

    Args:
        texts: Columns name and ip, as written; either may be null.
        keys: From ``endpoint_keys``.

    Returns:
        Columns name, ip, record and ambiguous, one row for each different pair. An
        exact name wins over an address, an address over a name without its domain.
    """
    pairs = texts.select("name", "ip").unique(maintain_order=True)
    name = pl.col("name").str.to_lowercase()
    tried = pairs.with_columns(
        k0=name,
        k1=pl.coalesce(
            pl.col("ip").str.to_lowercase(), pl.when(_is_address(name)).then(name)
        ),
        k2=pl.when(~_is_address(name)).then(_short(name)),
    )
    for tier in range(3):
        own = keys.filter(pl.col("tier") == tier).select(
            pl.col("key").alias(f"k{tier}"),
            pl.col("record").alias(f"r{tier}"),
            pl.col("owners").alias(f"o{tier}"),
        )
        tried = tried.join(own, on=f"k{tier}", how="left", maintain_order="left")
    return tried.select(
        "name",
        "ip",
        record=pl.coalesce("r0", "r1", "r2"),
        ambiguous=pl.coalesce("r0", "r1", "r2").is_null()
        & pl.any_horizontal(pl.col(f"o{tier}").fill_null(0) > 1 for tier in range(3)),
    )


def _short(name: pl.Expr) -> pl.Expr:
    return name.str.split(".").list.first()


def _is_address(text: pl.Expr) -> pl.Expr:
    return text.str.contains(r"^\d{1,3}(?:\.\d{1,3}){3}$|:")
