"""Read the uploaded files and say what is in them."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import PurePath
from typing import Final

import polars as pl

from discovery_app.domain.corrections import TakenSource
from discovery_app.domain.discovery_flow_state import SourceAnalysis, TableSummary
from discovery_app.domain.issues import Issue, Severity
from discovery_app.domain.mapping import ColumnProfile
from discovery_app.errors import FileRefusedError, PhaseError
from discovery_app.knowledge.sources import (
    SourceGuess,
    TableGuess,
    TableRole,
    chosen_source,
    detect_source,
    judge_tables,
)
from discovery_app.phases.base import (
    PhaseContext,
    PhaseResult,
    SourceFile,
    issue_frame,
)
from discovery_app.readers import Corrections, Note, SourceTable, read_tables
from discovery_app.transforms.column_profiles import hide_credentials, profile_column

TITLE = "Data source analysis"
WEIGHT = 10.0
ITEM_KIND = "rows"

COLUMN_SCHEMA: Final[Mapping[str, pl.DataType]] = {
    "table": pl.UInt16(),
    "position": pl.UInt16(),
    "file": pl.String(),
    "sheet": pl.String(),
    "role": pl.String(),
    "header": pl.String(),
    "filled": pl.Float64(),
    "distinct": pl.UInt32(),
    "samples": pl.List(pl.String()),
    "kind": pl.String(),
}
_REASON_LENGTH: Final = 160


@dataclass(frozen=True)
class _Found:
    """One table with what it is for."""

    number: int
    file: SourceFile
    table: SourceTable
    guess: TableGuess


def run(context: PhaseContext) -> PhaseResult:
    """Read every file, name the source, and profile the columns.

    Reads:
        recorded.taken_source: Names the source of corrected rows that come again.

    Leaves:
        source (str), tables (list[TableSummary]), rows_in (int): The last are the
            rows of the tables that carry assets.

    Frames:
        table_<n>: Rows of every table that is not ignored, cells as text; columns
            that hold credentials are empty.
        columns: One row a column of these tables, as ``ColumnProfile``.

    Raises:
        FileRefusedError: A file cannot be read.
        PhaseError: Several cannot; the sentence names each.
    """
    chosen, taken = _chosen(context.files), context.recorded.taken_source
    known = taken.source if taken and chosen_source(taken.source) else ""
    found = _judge(_read_all(context), chosen or known)
    used = [one for one in found if one.guess.role is not TableRole.IGNORED]
    context.report(0.6, f"Looking at the columns of {len(used)} tables")
    rows_in = sum(
        one.table.rows.height for one in found if one.guess.role is TableRole.ASSETS
    )
    named = [_named(one.table) for one in used]
    source = chosen_source(chosen) or _taken_over(taken) or detect_source(named)
    output = SourceAnalysis(
        source=source.source,
        source_title=source.title,
        confidence=source.confidence,
        evidence=source.evidence,
        tables=[_summary(one) for one in found],
        rows_in=rows_in,
    )
    frames = {
        f"table_{one.number}": hide_credentials(one.table.rows, one.table.headers)
        for one in used
    }
    frames["columns"] = _column_frame(used)
    return PhaseResult(
        summary=_sentence(output, len(used)),
        output=output,
        items_in=rows_in,
        items_out=rows_in,
        frames=frames,
        issues=issue_frame(_issues(found)),
    )


def _taken_over(taken: TakenSource | None) -> SourceGuess | None:
    if taken is None:
        return None
    evidence = f"Taken over from {taken.from_import}, whose rejected rows these are."
    return SourceGuess(taken.source, taken.title, 1.0, evidence)


def _read_all(context: PhaseContext) -> list[tuple[SourceFile, SourceTable]]:
    tables: list[tuple[SourceFile, SourceTable]] = []
    refusals: list[FileRefusedError] = []
    for number, file in enumerate(context.files):
        context.report(0.5 * number / len(context.files), f"Reading {file.name}")
        try:
            how = Corrections.of(file.name, file.corrections)
            for table in read_tables(file.path, file.name, how):
                tables.append((file, table))
        except FileRefusedError as refusal:
            refusals.append(refusal)
    if len(refusals) == 1:
        raise refusals[0]
    if refusals:
        raise PhaseError(" ".join(str(refusal) for refusal in refusals))
    return tables


def _chosen(files: Sequence[SourceFile]) -> str:
    """Return the source that a person said, of the first file they said it of."""
    return next((said for f in files if (said := f.corrections.get("source"))), "")


def _named(table: SourceTable) -> tuple[str, Sequence[str]]:
    return table.sheet or PurePath(table.file_name).stem, table.headers


def _judge(tables: list[tuple[SourceFile, SourceTable]], chosen: str) -> list[_Found]:
    # Hidden sheets take part only by their names, or a stale copy would be imported.
    open_tables = [
        _named(table) if not _is_left_hidden(file, table) else (table.sheet, ())
        for file, table in tables
    ]
    guesses = judge_tables(open_tables, chosen)
    return [
        _Found(number, file, table, _hidden_guess(file, table, guess))
        for number, ((file, table), guess) in enumerate(
            zip(tables, guesses, strict=True)
        )
    ]


def _is_left_hidden(file: SourceFile, table: SourceTable) -> bool:
    return table.hidden and file.corrections.get("sheet") != table.sheet


def _hidden_guess(
    file: SourceFile, table: SourceTable, guess: TableGuess
) -> TableGuess:
    if not _is_left_hidden(file, table):
        return guess
    return TableGuess(
        TableRole.IGNORED, "The sheet is hidden; unhide it or choose it to import it."
    )


def _summary(one: _Found) -> TableSummary:
    return TableSummary(
        table=one.number,
        file_id=one.file.file_id,
        file=one.file.name,
        sheet=one.table.sheet,
        role=one.guess.role.value,
        reason=one.guess.reason[:_REASON_LENGTH],
        rows=one.table.rows.height,
        columns=len(one.table.headers),
        header_row=one.table.header_row,
        delimiter=one.table.delimiter,
        encoding=one.table.encoding,
    )


def _column_frame(used: Sequence[_Found]) -> pl.DataFrame:
    profiles = [profile for one in used for profile in _profiles(one)]
    rows = [asdict(profile) for profile in profiles]
    return pl.DataFrame(rows, schema=COLUMN_SCHEMA, orient="row")


def _profiles(one: _Found) -> list[ColumnProfile]:
    table = one.table
    profiles: list[ColumnProfile] = []
    for position, name in enumerate(table.columns):
        values = profile_column(table.rows[name], table.headers[position])
        profiles.append(
            ColumnProfile(
                table=one.number,
                position=position,
                file=one.file.name,
                sheet=table.sheet,
                role=one.guess.role.value,
                header=table.label(position),
                filled=values.filled,
                distinct=values.distinct,
                samples=values.samples,
                kind=values.kind,
            )
        )
    return profiles


def _issues(found: Sequence[_Found]) -> list[Issue]:
    issues: list[Issue] = []
    for one in found:
        is_ignored = one.guess.role is TableRole.IGNORED
        if is_ignored:
            issues.append(_ignored_issue(one))
        issues.extend(
            _note_issue(one, note)
            for note in one.table.notes
            if note.of_file or not is_ignored
        )
    return issues


def _note_issue(one: _Found, note: Note) -> Issue:
    return Issue(
        file=one.file.name,
        sheet=one.table.sheet,
        row=note.row,
        column=note.column,
        value=note.value,
        rule=note.rule,
        severity=Severity(note.severity),
        message=note.message,
        fix=note.fix,
    )


def _ignored_issue(one: _Found) -> Issue:
    rows = one.table.rows.height
    return Issue(
        file=one.file.name,
        sheet=one.table.sheet,
        row=None,
        column="",
        value="",
        rule="table_ignored",
        severity=Severity.WARNING if one.table.hidden else Severity.INFO,
        message=f"The table's {rows:,} rows are not read: {one.guess.reason}",
        fix="If it holds machines or applications, upload it on its own.",
    )


def _sentence(output: SourceAnalysis, used: int) -> str:
    tables = "1 table" if used == 1 else f"{used} tables"
    return f"{output.source_title}: {output.rows_in:,} rows to take in, {tables} read"
