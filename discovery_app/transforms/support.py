"""The support of every asset's operating system and database engine."""

from datetime import date
from typing import Final

import polars as pl

from discovery_app.knowledge.end_of_life import judge_with_version
from discovery_app.knowledge.releases import EndOfLifeData

FINDING_SCHEMA: Final = {
    "record": pl.UInt32(),
    "raw": pl.String(),
    "product": pl.String(),
    "cycle": pl.String(),
    "state": pl.String(),
    "eol_date": pl.Date(),
    "extended_until": pl.Date(),
    "evidence": pl.String(),
    "confidence": pl.Float64(),
    "data_version": pl.String(),
}
_COLUMNS: Final = (
    ("operating_system", "os_version"),
    ("database_engine", "database_version"),
)


def support_of(
    records: pl.DataFrame, name: str, version: str, as_of: date, data: EndOfLifeData
) -> pl.DataFrame:
    """Return a finding for each record that has ``name``; each text is judged once."""
    pairs = records.select(name, version).filter(pl.col(name).is_not_null()).unique()
    pairs = pairs.sort(name, version)
    verdicts = [judge_with_version(n, v or "", as_of, data) for n, v in pairs.rows()]
    judged = pl.DataFrame(
        [
            (
                *pair,
                one.raw,
                one.product,
                one.cycle,
                str(one.state),
                one.eol_date,
                one.extended_until,
                one.evidence,
                one.confidence,
                one.data,
            )
            for pair, one in zip(pairs.rows(), verdicts, strict=True)
        ],
        schema={
            name: pl.String(),
            version: pl.String(),
            **{k: v for k, v in FINDING_SCHEMA.items() if k != "record"},
        },
        orient="row",
    )
    return (
        records.select("record", name, version)
        .join(judged, on=[name, version], nulls_equal=True, maintain_order="left")
        .select(list(FINDING_SCHEMA))
    )


def findings(
    records: pl.DataFrame, as_of: date, data: EndOfLifeData
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the findings of all columns, and those of the operating systems alone.

    One row an asset and product, supported ones included, in record order.
    """
    parts = [support_of(records, *columns, as_of, data) for columns in _COLUMNS]
    every = (
        pl.concat(parts)
        .with_columns(key=pl.coalesce("product", "raw"))
        .unique(["record", "key"], keep="first", maintain_order=True)
        .drop("key")
        .sort("record", maintain_order=True)
    )
    return every, parts[0]
