"""Enriches the records of an import from its related tables."""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from discovery_app.knowledge.fields import ASSET_FIELDS
from discovery_app.transforms import related
from discovery_app.transforms.columns import SourceColumn, clean_table
from discovery_app.transforms.convert import filled_fields
from discovery_app.transforms.converted import shown
from discovery_app.transforms.ledger import Ledger, Place


@dataclass(frozen=True)
class Enriched:
    """Records with what a related table adds.

    Attributes:
        used: How many rows of the table belong to an asset.
    """

    records: pl.DataFrame
    used: int


def enrich(
    records: pl.DataFrame,
    cells: pl.DataFrame,
    columns: Sequence[SourceColumn],
    place: Place,
    ledger: Ledger,
) -> Enriched:
    """Fill gaps of ``records`` from the rows of one related table.

    Rows that fit no asset, or several, are told and not used. Columns that are no
    field of an asset are not read.
    """
    counts = {c.target for c in columns if c.target} & {*related.COUNTS}
    read = [c for c in columns if c.target in ASSET_FIELDS and c.target not in counts]
    if not read:
        return Enriched(records, 0)
    rows = clean_table(cells, read, place, ledger).records
    label = place.sheet or place.file
    speaks_of_hosts = rows.select(
        pl.all_horizontal(pl.col(*related.JOIN_KEYS).is_null()).all()
    ).item()
    if speaks_of_hosts:
        told, used = related.by_host(records, rows)
        names = rows[related.HOST_KEY]
        several = pl.repeat(False, rows.height, eager=True)
        unmatched = "no_guest"
    else:
        matched = related.match_rows(records, rows)
        told = related.gather(rows, matched.at, label, counts)
        used, several, names = matched.at.is_not_null(), matched.several, matched.label
        unmatched = "no_match"
    for rule, mask in ((unmatched, ~used & ~several), ("several_match", several)):
        numbers = rows["row_number"].filter(mask)
        ledger.say(place, numbers, "", "", names.filter(mask), rule)
    filled = related.fill(records, told) if told.height else records
    log_fills(records, filled, f"joined_from_{label}", ledger)
    return Enriched(filled, int(used.sum()))


def log_fills(
    before: pl.DataFrame, after: pl.DataFrame, rule: str, ledger: Ledger
) -> None:
    """Record which gaps of the same rows were filled."""
    for name in filled_fields(after):
        filled = before[name].is_null() & after[name].is_not_null()
        if not filled.any():
            continue
        rows = after.select(
            "table", "file", "sheet", "row_number", to=shown(after[name])
        ).filter(filled)
        for (table, file, sheet), part in rows.group_by(
            "table", "file", "sheet", maintain_order=True
        ):
            blank = pl.Series([None], dtype=pl.String).new_from_index(0, part.height)
            place = Place(int(str(table)), str(file), str(sheet))
            ledger.change(place, part["row_number"], name, blank, part["to"], rule)
