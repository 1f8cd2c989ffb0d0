"""Prepares the candidates that are published into the engagement's inventory."""

from typing import Final

import polars as pl

from discovery_app.domain.discovery_flow_state import Cleansing, Integration
from discovery_app.phases.base import PhaseContext, PhaseResult
from discovery_app.transforms.keys import identity_keys

TITLE: Final = "Database integration"
WEIGHT: Final = 35.0
ITEM_KIND: Final = "rows"

_CLASSES: Final = {
    "asset_type": "asset_type",
    "rule": "type_rule",
    "reason": "type_reason",
    "confidence": "type_confidence",
    "in_scope": "in_scope",
    "scope_reason": "scope_reason",
}


def run(context: PhaseContext) -> PhaseResult:
    """Bring together what is known of each record, with the keys that identify it.

    Matching with the inventory, and so what was created or updated, is AssetService's,
    inside the commit; ``accounting`` is therefore still open.

    Reads:
        data_cleansing: ``records``, ``left_out`` and the number of rows that came in.
        asset_classification.classes: The final type, and whether it is in scope.
        dependency_analysis.groups: Move groups and waves.

    Leaves:
        candidates: One row an asset, in the records' order.

    Raises:
        MissingInputError: An earlier phase left no records.
    """
    cleansing = context.require(context.state.data_cleansing, "the cleansed records")
    analysis = context.require(context.state.data_source_analysis, "the source found")
    records = context.frame("data_cleansing", "records")
    left_out = context.frame("data_cleansing", "left_out")
    context.report(0.2, f"{records.height:,} records to publish")
    candidates = (
        _classified(records, context.frame("asset_classification", "classes"))
        .join(
            _grouped(context.frame("dependency_analysis", "groups")),
            on="record",
            how="left",
            maintain_order="left",
        )
        .join(
            _duplicates(records, left_out),
            on="record",
            how="left",
            maintain_order="left",
        )
        .with_columns(
            pl.col("duplicates").fill_null([]),
            pl.lit(analysis.source).alias("source"),
            *identity_keys(records),
        )
    )
    context.report(0.9, "Identity keys made")
    return _result(cleansing, candidates, left_out)


def _classified(records: pl.DataFrame, classes: pl.DataFrame) -> pl.DataFrame:
    """Return ``records`` with the final type; the source's own where none was given."""
    told = classes.select("record", *_CLASSES).rename(
        {**_CLASSES, "asset_type": "final_type"}
    )
    joined = records.join(told, on="record", how="left", maintain_order="left")
    return joined.with_columns(
        asset_type=pl.coalesce("final_type", "asset_type", pl.lit("other")),
        in_scope=pl.col("in_scope").fill_null(True),
        type_confidence=pl.col("type_confidence").fill_null(0.0),
    ).drop("final_type")


def _grouped(groups: pl.DataFrame) -> pl.DataFrame:
    """Return the move group of each record, beside the wave the source gave it."""
    return groups.select("record", "move_group", planned_wave="wave")


def _duplicates(records: pl.DataFrame, left_out: pl.DataFrame) -> pl.DataFrame:
    """Return where the rows stood that were merged into each record."""
    places = records.select("table", "file", "sheet").unique("table")
    merged = left_out.drop_nulls("record").join(
        places, on="table", how="left", maintain_order="left"
    )
    where = (
        pl.when(pl.col("sheet").fill_null("") != "")
        .then(pl.concat_str(pl.col("file"), pl.lit(" ("), pl.col("sheet"), pl.lit(")")))
        .otherwise(pl.col("file").fill_null(""))
    )
    told = pl.format("{} row {}", where, "row_number").alias("duplicates")
    return merged.group_by("record", maintain_order=True).agg(told)


def _result(
    cleansing: Cleansing, candidates: pl.DataFrame, left_out: pl.DataFrame
) -> PhaseResult:
    counts = dict(left_out.group_by("verdict").len().iter_rows())
    excluded, rejected = counts.get("excluded", 0), counts.get("rejected", 0)
    in_scope = int(candidates["in_scope"].sum())
    return PhaseResult(
        summary=f"{candidates.height:,} assets to publish, {in_scope:,} in scope.",
        output=Integration(accounting=None),
        items_in=cleansing.rows_in,
        items_out=candidates.height,
        items_rejected=rejected,
        items_excluded=excluded,
        frames={"candidates": candidates},
    )
