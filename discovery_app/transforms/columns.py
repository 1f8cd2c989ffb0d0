"""One table of text to typed records: every column by its mapping."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import polars as pl

from discovery_app.knowledge.fields import ASSET_FIELDS, AssetField
from discovery_app.knowledge.headers import normalise_header
from discovery_app.knowledge.units import Dimension, factor
from discovery_app.transforms.cells import Cells, clean_cells
from discovery_app.transforms.combine import Column, combine, pair_tags
from discovery_app.transforms.convert import RECORD_FIELDS, convert, with_all_fields
from discovery_app.transforms.converted import Converted, failed_where, shown
from discovery_app.transforms.custom import CustomFields
from discovery_app.transforms.distinct import choose
from discovery_app.transforms.ledger import Ledger, Place

SOCKETS: Final = "sockets"
"""The unit of a column of CPU counts that are sockets."""
SRM_PLACEHOLDER: Final = "srmplaceholder"
RECORD_TYPES: Final = frozenset({"recordtype", "recordtype1"})
"""Headers (normalised) of Konveyor's column that says what a row is."""
_DECIMALS: Final = 6
"""Kept of a share of memory; no tool measures closer. Chosen."""

_TAG_PART: Final = re.compile(r"^tag(category|type)?\d+$|^(key|value)\d*$")


@dataclass(frozen=True)
class SourceColumn:
    """A column and what it is read as.

    Attributes:
        target: A field's name; ``None`` keeps it as a custom field.
        rank: Place among the source's columns for the same field, the best first.
    """

    position: int
    header: str
    target: str | None = None
    unit: str | None = None
    rank: int = 0


@dataclass(frozen=True)
class CleanTable:
    """A table after cleansing.

    Attributes:
        records: ``row_number``, all fields of ``RECORD_FIELDS`` and ``custom``, in
            row order.
        placeholders: Which rows a recovery manager holds for machines elsewhere.
        record_types: Konveyor's record types, if there is such a column.
    """

    records: pl.DataFrame
    placeholders: pl.Series
    record_types: pl.Series | None = None


def clean_table(
    frame: pl.DataFrame, columns: Sequence[SourceColumn], place: Place, ledger: Ledger
) -> CleanTable:
    """Return the rows of ``frame`` as typed records, in order."""
    cleaning = _Cleaning(frame, place, ledger)
    for column in _named(columns):
        cleaning.take(column)
    records = cleaning.records()
    return CleanTable(records, cleaning.placeholders, cleaning.record_types)


def _named(columns: Sequence[SourceColumn]) -> list[SourceColumn]:
    """Give blank and repeated headers a name of their own."""
    seen: dict[str, int] = {}
    named: list[SourceColumn] = []
    for column in columns:
        header = column.header.strip() or f"Column {column.position + 1}"
        seen[header] = seen.get(header, 0) + 1
        if seen[header] > 1:
            header = f"{header} ({seen[header]})"
        named.append(
            SourceColumn(
                column.position, header, column.target, column.unit, column.rank
            )
        )
    return named


class _Cleaning:
    """The work on one table."""

    def __init__(self, frame: pl.DataFrame, place: Place, ledger: Ledger) -> None:
        self._frame = frame
        self._rows = frame["row_number"]
        self._place = place
        self._ledger = ledger
        self._custom = CustomFields()
        self._fields: dict[str, list[Column]] = {}
        self._tags: list[tuple[str, pl.Series]] = []
        self.record_types: pl.Series | None = None
        self.placeholders = pl.repeat(False, frame.height, eager=True)

    def take(self, column: SourceColumn) -> None:
        """Read one column."""
        cells = clean_cells(self._frame[f"c{column.position}"], column.target)
        header = normalise_header(column.header)
        if header in RECORD_TYPES:
            self.record_types = cells.text
            return
        if header == SRM_PLACEHOLDER:
            true = cells.text.str.to_lowercase().is_in(["true", "1", "yes"])
            self.placeholders = true.fill_null(False)
            return
        if column.target is None or column.target not in ASSET_FIELDS:
            self._custom.add(column.header, cells.text)
        elif column.target == "tags" and _is_tag_part(column):
            part = column.unit or normalise_header(column.header)
            self._tags.append((part, cells.text))
        else:
            self._read(column, cells, ASSET_FIELDS[column.target])

    def _read(self, column: SourceColumn, cells: Cells, field: AssetField) -> None:
        converted = _convert(column, cells, field)
        label = field.label or field.name
        self._tell(column, cells, field, converted)
        broken = converted.failed.is_not_null()
        self._custom.add(
            column.header,
            choose(broken, cells.text, pl.Series([None], dtype=pl.String)),
        )
        for note in converted.notes:
            if cells.text.null_count() < len(cells.text):
                self._ledger.note(self._place, column.header, label, note)
        self._add(column, field.name, converted.values, cells.text)
        for name, values in converted.aside.items():
            aside = SourceColumn(column.position, column.header, name, rank=1000)
            self._add(aside, name, values, None)

    def _tell(
        self, column: SourceColumn, cells: Cells, field: AssetField, found: Converted
    ) -> None:
        label = field.label or field.name
        ledger, place, rows = self._ledger, self._place, self._rows
        ledger.read += len(cells.text) - cells.text.null_count()
        ledger.failures(place, rows, column.header, label, cells.text, found.failed)
        too_long = failed_where(cells.too_long, "too_long")
        start = cells.raw.str.slice(0, 40)
        ledger.failures(place, rows, column.header, label, start, too_long)
        empty = cells.text.is_null() & (cells.raw.str.strip_chars() != "")
        values = shown(found.values)
        trimmed = (cells.raw != cells.text) & found.values.is_not_null()
        for mask, after, rule in (
            (found.changed, values, found.rule),
            (trimmed.fill_null(False) & ~found.changed, values, "trimmed"),
            (empty.fill_null(False), None, "placeholder"),
        ):
            count = int(mask.sum())
            blank = pl.Series([None], dtype=pl.String).new_from_index(0, count)
            ledger.change(
                place,
                rows.filter(mask),
                field.name,
                cells.raw.filter(mask),
                blank if after is None else after.filter(mask),
                rule,
            )

    def _add(
        self,
        column: SourceColumn,
        name: str,
        values: pl.Series,
        text: pl.Series | None,
    ) -> None:
        known = Column(column.header, column.rank, column.unit, values, text)
        self._fields.setdefault(name, []).append(known)

    def records(self) -> pl.DataFrame:
        """Return what was read."""
        height = self._frame.height
        found: dict[str, pl.Series] = {}
        for name, columns in self._fields.items():
            combined = combine(name, columns)
            found[name] = combined.values
            self._keep_others(name, combined.others)
        if self._tags:
            found["tags"] = pair_tags(self._tags, found.get("tags"))
        if any(c.unit == SOCKETS for c in self._fields.get("cpu_cores", [])):
            sockets = found["cpu_cores"]
            found |= _cores_of_sockets(found)
            self._note_derived("cpu_cores", sockets, found, "sockets_times_cores")
        for name, columns in self._fields.items():
            if any(_is_used_memory(name, column.unit) for column in columns):
                used = found[name]
                found[name] = _percent_of_memory(used, found.get("memory_mb"))
                self._note_derived(name, used, found, "share_of_memory")
        custom = self._custom.objects(height)
        columns = [v.alias(name).cast(RECORD_FIELDS[name]) for name, v in found.items()]
        frame = pl.DataFrame(
            [self._rows.cast(pl.UInt32), *columns, custom.alias("custom")]
        )
        return with_all_fields(frame)

    def _note_derived(
        self, name: str, before: pl.Series, found: dict[str, pl.Series], rule: str
    ) -> None:
        """Record values that were calculated from several columns."""
        after = found[name]
        differs = after.is_not_null() & (before != after).fill_null(True)
        parts = (self._rows, shown(before), shown(after))
        rows, was, became = (part.filter(differs) for part in parts)
        self._ledger.change(self._place, rows, name, was, became, rule)

    def _keep_others(self, name: str, others: Sequence[tuple[str, pl.Series]]) -> None:
        """Keep what a weaker column says, and tell where it contradicts the OS."""
        label = ASSET_FIELDS[name].label or name
        for header, text in others:
            self._custom.add(header, text)
            if name != "operating_system":
                continue
            differs = text.is_not_null()
            self._ledger.say(
                self._place,
                self._rows.filter(differs),
                header,
                label,
                text.filter(differs),
                "sources_disagree",
            )


def _is_tag_part(column: SourceColumn) -> bool:
    """Tell whether a column holds only names or only values of tags."""
    part = column.unit or normalise_header(column.header)
    return bool(_TAG_PART.match(part.replace(" ", "")))


def _convert(column: SourceColumn, cells: Cells, field: AssetField) -> Converted:
    unit = None if column.unit == SOCKETS else column.unit
    if _is_used_memory(field.name, unit):
        # A share of it is wanted: no part of a megabyte may be lost.
        return convert(
            cells.text, replace(ASSET_FIELDS["memory_mb"], type="float"), unit
        )
    return convert(cells.text, field, unit)


def _is_used_memory(name: str, unit: str | None) -> bool:
    """Tell whether a memory share is given as a size, as AWS does."""
    if not unit or not name.startswith("mem_util"):
        return False
    return factor(Dimension.MEMORY, unit) is not None


def _percent_of_memory(used: pl.Series, memory: pl.Series | None) -> pl.Series:
    if memory is None:
        return used.cast(pl.Float64).clear(len(used))
    share = (used / memory * 100).round(_DECIMALS)
    return choose(share.is_between(0, 100), share, pl.Series([None], dtype=pl.Float64))


def _cores_of_sockets(found: dict[str, pl.Series]) -> dict[str, pl.Series]:
    """Return cores where a column counts sockets and another their cores."""
    sockets = found["cpu_cores"]
    known = found.get("cpu_sockets", sockets)
    each = found.get("cores_per_socket")
    cores = (
        sockets if each is None else choose(each.is_not_null(), sockets * each, sockets)
    )
    return {"cpu_cores": cores, "cpu_sockets": choose(known.is_null(), sockets, known)}
