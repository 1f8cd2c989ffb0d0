"""Tells which links are management traffic and which targets everyone uses."""

from collections.abc import Sequence
from math import ceil
from typing import Final

import polars as pl

from discovery_app.knowledge.ports import (
    BACKUP_WORD,
    DOMAIN_CONTROLLER_NAME,
    KERBEROS,
    LDAP,
    SELF_EDGE,
    NoisePort,
    OnlyIf,
)

SHARED_SHARE: Final = 0.2
"""Share of the distinct applications that makes a target shared (FIELD.md)."""

SHARED_LEAST: Final = 2
"""Fewest applications that make a target shared: what one uses is that one's own."""


_SPEAKING: Final = (
    "source",
    "destination",
    "source_process",
    "dest_process",
    "source_application",
    "dest_application",
)


def with_noise(
    placed: pl.DataFrame, records: pl.DataFrame, ports: Sequence[NoisePort]
) -> pl.DataFrame:
    """Return the links with noise and noise_reason (``knowledge.ports``).

    Args:
        placed: With both ends and ``backup`` (``with_backup``).
    """
    controllers = _domain_controllers(placed, records)
    is_self = (
        pl.col("source_record").eq_missing(pl.col("destination_record"))
        & pl.col("source_record").is_not_null()
    ) | (
        pl.col("source_record").is_null()
        & pl.col("destination_record").is_null()
        & (
            pl.col("source").str.to_lowercase()
            == pl.col("destination").str.to_lowercase()
        )
    ).fill_null(False)
    conditions = {
        OnlyIf.ALWAYS: pl.lit(True),
        OnlyIf.TO_DOMAIN_CONTROLLER: pl.col("destination").is_in(controllers.implode()),
        OnlyIf.BACKUP: pl.col("backup"),
    }
    reasons = [
        pl.when((pl.col("port") == one.port) & conditions[one.only_if]).then(
            pl.lit(one.reason)
        )
        for one in ports
    ]
    reason = pl.coalesce(pl.when(is_self).then(pl.lit(SELF_EDGE)), *reasons)
    return placed.with_columns(noise_reason=reason).with_columns(
        noise=pl.col("noise_reason").is_not_null()
    )


def _domain_controllers(placed: pl.DataFrame, records: pl.DataFrame) -> pl.Series:
    """Return the display names of the targets that are domain controllers."""
    by_role = records.filter(pl.col("server_role") == "dc")["record"]
    targets = placed.group_by("destination").agg(
        by_port=pl.col("port").is_in([KERBEROS]).any()
        & pl.col("port").is_in([LDAP]).any(),
        by_role=pl.col("destination_record").is_in(by_role.implode()).any(),
    )
    short = pl.col("destination").str.to_lowercase().str.split(".").list.first()
    by_name = short.str.contains(DOMAIN_CONTROLLER_NAME)
    return targets.filter(
        by_name | pl.col("by_port") | pl.col("by_role").fill_null(False)
    )["destination"]


def with_backup(links: pl.DataFrame) -> pl.DataFrame:
    """Return the links with backup: what they name speaks of backup."""
    named = [pl.col(c).fill_null("") for c in _SPEAKING if c in links.columns]
    words = pl.concat_str(named, separator=" ").str.to_lowercase()
    return links.with_columns(backup=words.str.contains(BACKUP_WORD))


def with_shared(edges: pl.DataFrame, records: pl.DataFrame) -> pl.DataFrame:
    """Return the edges with shared_service: their target serves many applications.

    An application is the source's ``application_name``, or the one that the
    connection row names. Noise makes no target shared.
    """
    owned = records.select("record", application="application_name")
    used = edges.join(
        owned,
        left_on="source_record",
        right_on="record",
        how="left",
        maintain_order="left",
    ).select(
        "edge",
        "destination",
        "noise",
        application=pl.coalesce("application", "source_application").str.to_lowercase(),
    )
    every = pl.concat(
        [
            owned["application"].str.to_lowercase(),
            used["application"],
            edges["destination_application"].str.to_lowercase(),
        ]
    )
    # The small guard against 0.2 × 35 = 7.000000000000001 asking for eight.
    share = ceil(SHARED_SHARE * every.drop_nulls().n_unique() - 1e-9)
    least = max(SHARED_LEAST, share)
    targets = (
        used.filter(~pl.col("noise") & pl.col("application").is_not_null())
        .group_by("destination")
        .agg(users=pl.col("application").n_unique())
        .filter(pl.col("users") >= least)["destination"]
    )
    return edges.with_columns(
        shared_service=pl.col("destination").is_in(targets.implode()) & ~pl.col("noise")
    )


def with_environments(edges: pl.DataFrame, records: pl.DataFrame) -> pl.DataFrame:
    """Return the edges with cross_environment: both ends' are known and differ."""
    known = records.select("record", environment="environment").filter(
        pl.col("environment") != "unknown"
    )
    joined = edges
    for end in ("source", "destination"):
        joined = joined.join(
            known.rename({"environment": f"{end}_environment"}),
            left_on=f"{end}_record",
            right_on="record",
            how="left",
            maintain_order="left",
        )
    differs = pl.col("source_environment") != pl.col("destination_environment")
    return joined.with_columns(cross_environment=differs.fill_null(False)).drop(
        "source_environment", "destination_environment"
    )
