"""Connection rows of any source in one shape."""

from collections.abc import Sequence
from typing import Final

import polars as pl

from discovery_app.knowledge.fields import ASSET_FIELDS, EDGE_FIELDS, EDGE_PREFIX
from discovery_app.knowledge.ports import PROTOCOL_NUMBERS
from discovery_app.transforms.cells import clean_cells
from discovery_app.transforms.columns import SourceColumn
from discovery_app.transforms.convert import convert
from discovery_app.transforms.dates import MOMENT
from discovery_app.transforms.ledger import Ledger, Place

CONNECTION_FIELDS: Final = {
    "source_name": pl.String(),
    "source_ip": pl.String(),
    "source_application": pl.String(),
    "source_process": pl.String(),
    "dest_name": pl.String(),
    "dest_ip": pl.String(),
    "dest_application": pl.String(),
    "dest_process": pl.String(),
    "dest_port": pl.Int32(),
    "protocol": pl.String(),
    "connection_count": pl.Int64(),
    "bytes_total": pl.Int64(),
    "observed_at": MOMENT,
}
CONNECTION_SCHEMA: Final = pl.Schema(
    {
        "table": pl.UInt16(),
        "row_number": pl.UInt32(),
        **CONNECTION_FIELDS,
    }
)
_LAST_PORT: Final = 65_535


def clean_connections(
    frame: pl.DataFrame, columns: Sequence[SourceColumn], place: Place, ledger: Ledger
) -> pl.DataFrame:
    """Return the rows of a connections table, in order, by ``CONNECTION_SCHEMA``.

    Rows without a source or a destination are still there; ``has_ends`` tells them.
    """
    found: dict[str, pl.Series] = {}
    for column in columns:
        name = (column.target or "").removeprefix(EDGE_PREFIX)
        if column.target is None or name not in CONNECTION_FIELDS:
            continue
        values = _read(frame, column, name, place, ledger)
        known = found.get(name)
        found[name] = values if known is None else _either(known, values)
    blanks = {
        name: pl.Series(name, [None], dtype=dtype).new_from_index(0, frame.height)
        for name, dtype in CONNECTION_FIELDS.items()
    }
    return frame.select(
        pl.lit(place.table, dtype=pl.UInt16).alias("table"),
        pl.col("row_number").cast(pl.UInt32),
        *(found.get(name, blank).alias(name) for name, blank in blanks.items()),
    ).cast(CONNECTION_SCHEMA)


def has_ends(connections: pl.DataFrame) -> pl.Series:
    """Return which rows have both a source and a destination."""
    ends = [
        pl.any_horizontal(
            pl.col(f"{side}_name", f"{side}_ip", f"{side}_application").is_not_null()
        )
        for side in ("source", "dest")
    ]
    return connections.select(pl.all_horizontal(ends)).to_series()


def _either(one: pl.Series, other: pl.Series) -> pl.Series:
    return pl.select(pl.coalesce(one, other)).to_series()


def _read(
    frame: pl.DataFrame, column: SourceColumn, name: str, place: Place, ledger: Ledger
) -> pl.Series:
    field = ASSET_FIELDS["ip_address"] if name.endswith("_ip") else EDGE_FIELDS[name]
    cells = clean_cells(frame[f"c{column.position}"], None)
    converted = convert(cells.text, field, column.unit)
    label = EDGE_FIELDS[name].label or name
    ledger.failures(
        place,
        frame["row_number"],
        column.header,
        label,
        cells.text,
        converted.failed,
    )
    for note in converted.notes:
        ledger.note(place, column.header, label, note)
    values = converted.values
    if isinstance(values.dtype, pl.List):
        values = values.list.first()
    if name == "dest_port":
        fits = values.is_between(0, _LAST_PORT)
        values = pl.select(pl.when(fits).then(values)).to_series()
    if name == "protocol":
        values = values.str.to_lowercase().replace(dict(PROTOCOL_NUMBERS))
    return values
