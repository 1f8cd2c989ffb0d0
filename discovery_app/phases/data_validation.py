"""Check every row and cell before anyone says what the columns mean."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import polars as pl

from discovery_app.domain.discovery_flow_state import TableSummary, Validation
from discovery_app.domain.issues import Issue, Severity
from discovery_app.phases.base import (
    ISSUE_SCHEMA,
    PhaseContext,
    PhaseResult,
    issue_frame,
)
from discovery_app.transforms.cell_checks import any_findings, cell_findings
from discovery_app.transforms.corrected import (
    CORRECTED_SCHEMA,
    Misfit,
    fitting,
    with_corrections,
)
from discovery_app.transforms.row_checks import empty_headers, row_verdicts

TITLE = "Data validation"
WEIGHT = 6.0
ITEM_KIND = "rows"

VERDICT_SCHEMA: Final = {
    "table": pl.UInt16(),
    "row_number": pl.UInt32(),
    "verdict": pl.String(),
    "reason": pl.String(),
}

_EXCLUDED: Final = {
    "blank_row": ("The row is blank.", "Nothing; it is left out."),
    "ruled_line": ("The row is a drawn line.", "Nothing; it is left out."),
    "header_repeated": (
        "The row repeats the headers.",
        "Nothing; it is left out. Files that were joined have such rows.",
    ),
    "title_row": (
        "The row is a title above headers that are repeated.",
        "Nothing; it is left out.",
    ),
    "total_row": (
        "The row is a total, not a machine or an application.",
        "Nothing; it is left out. Rename it if it is one.",
    ),
    "footnote": (
        "The row is a note of the report, not a record.",
        "Nothing; it is left out.",
    ),
}
"""Message and fix, by the reason of a row that is left out."""

_ROUND_SIZES: Final = (10_000, 65_535, 1_048_575)
"""Rows at which ServiceNow (by default) and two formats of Excel stop (FIELD.md)."""

_LISTED: Final = 20
_SHOWN: Final = 80
_RULES_KEPT: Final = 50


@dataclass(frozen=True)
class _Table:
    """One table to check.

    Attributes:
        rows: As people corrected them.
        corrected: The cells that they corrected.
        misfits: Corrections that do not hold any more.
    """

    summary: TableSummary
    headers: tuple[str, ...]
    rows: pl.DataFrame
    corrected: pl.DataFrame
    misfits: tuple[Misfit, ...]


def run(context: PhaseContext) -> PhaseResult:
    """Find the rows that are no records and the cells that cannot be right.

    Reads:
        data_source_analysis: ``tables``; frames ``table_<n>`` and ``columns``.
        recorded.corrections: The cells that people corrected.

    Leaves:
        rows, excluded (int): Of the tables that carry assets.
        errors, warnings, notes, by_rule: Counts of this phase's issues.

    Frames:
        verdicts: table, row_number, verdict, reason of each row that is left out, of
            every table that is not ignored.
        corrected: The corrected cells that later phases read, too.

    Raises:
        MissingInputError: ``data_source_analysis`` left nothing.
    """
    analysis = context.require(
        context.state.data_source_analysis, "data_source_analysis"
    )
    used = [table for table in analysis.tables if table.role != "ignored"]
    columns = context.frame("data_source_analysis", "columns")
    verdicts: list[pl.DataFrame] = []
    issues: list[pl.DataFrame] = []
    corrected: list[pl.DataFrame] = []
    excluded = 0
    for done, summary in enumerate(used):
        context.report(done / len(used), f"Checking {summary.sheet or summary.file}")
        table = _load(context, summary, columns)
        left_out = row_verdicts(table.rows, table.headers)
        excluded += left_out.height if summary.role == "assets" else 0
        verdicts.append(_verdict_frame(table, left_out))
        corrected.append(table.corrected)
        issues.append(_all_issues(table, left_out))
    found = pl.concat([_no_issues(), *issues])
    output = _counts(found, analysis.rows_in, excluded)
    return PhaseResult(
        summary=_sentence(output),
        output=output,
        items_in=analysis.rows_in,
        items_out=analysis.rows_in - excluded,
        items_excluded=excluded,
        frames={
            "verdicts": pl.concat([_no_verdicts(), *verdicts]),
            "corrected": pl.concat([_no_corrections(), *corrected]),
        },
        issues=found,
    )


def _load(
    context: PhaseContext, summary: TableSummary, columns: pl.DataFrame
) -> _Table:
    own = columns.filter(pl.col("table") == summary.table).sort("position")
    headers = tuple(own["header"])
    rows = context.frame("data_source_analysis", f"table_{summary.table}")
    made = [
        one
        for one in context.recorded.corrections
        if (one.file_id, one.sheet) == (summary.file_id, summary.sheet)
    ]
    corrected, misfits = fitting(rows, headers, summary.table, made)
    rows = with_corrections(rows, corrected)
    return _Table(summary, headers, rows, corrected, misfits)


def _no_verdicts() -> pl.DataFrame:
    return pl.DataFrame(schema=VERDICT_SCHEMA)


def _no_corrections() -> pl.DataFrame:
    return pl.DataFrame(schema=CORRECTED_SCHEMA)


def _no_issues() -> pl.DataFrame:
    return pl.DataFrame(schema=ISSUE_SCHEMA)


def _verdict_frame(table: _Table, left_out: pl.DataFrame) -> pl.DataFrame:
    return left_out.select(
        pl.lit(table.summary.table, dtype=pl.UInt16).alias("table"),
        pl.col("row_number"),
        pl.lit("excluded").alias("verdict"),
        pl.col("reason"),
    )


def _all_issues(table: _Table, left_out: pl.DataFrame) -> pl.DataFrame:
    records = table.rows.join(left_out, on="row_number", how="anti")
    return pl.concat(
        [
            issue_frame(_table_issues(table, records)),
            issue_frame([_misfit_issue(table, one) for one in table.misfits]),
            _row_issues(table, left_out),
            *_cell_issues(table, records),
        ]
    )


def _table_issues(table: _Table, records: pl.DataFrame) -> list[Issue]:
    issues: list[Issue] = []
    if table.rows.height in _ROUND_SIZES:
        issues.append(
            _table_issue(
                table,
                "maybe_cut_off",
                Severity.WARNING,
                f"The table has exactly {table.rows.height:,} rows, where exports "
                "stop; it is probably cut off.",
                "Export the rest, or raise the limit of the export, and upload it too.",
            )
        )
    empty = empty_headers(records, table.headers)
    if empty and not records.is_empty():
        listed = ", ".join(empty[:_LISTED]) + (" …" if len(empty) > _LISTED else "")
        issues.append(
            _table_issue(
                table,
                "column_empty",
                Severity.INFO,
                f"{len(empty)} columns hold no value: {listed}.",
                "If values are missing, export the columns again.",
            )
        )
    return issues


def _table_issue(
    table: _Table, rule: str, severity: Severity, message: str, fix: str
) -> Issue:
    return Issue(
        file=table.summary.file,
        sheet=table.summary.sheet,
        row=None,
        column="",
        value="",
        rule=rule,
        severity=severity,
        message=message,
        fix=fix,
    )


def _misfit_issue(table: _Table, misfit: Misfit) -> Issue:
    one = misfit.correction
    now = "is not there any more"
    if misfit.found is not None:
        now = f"says “{misfit.found[:_SHOWN]}” now"
    return Issue(
        file=table.summary.file,
        sheet=table.summary.sheet,
        row=one.row,
        column=one.header,
        value=misfit.found or "",
        rule="correction_not_applied",
        severity=Severity.WARNING,
        message=f"The cell {now}, where somebody corrected “{one.before[:_SHOWN]}”; "
        "the correction was left out.",
        fix="Correct the row again, or take the correction back.",
    )


def _row_issues(table: _Table, left_out: pl.DataFrame) -> pl.DataFrame:
    words = pl.DataFrame(
        [(reason, message, fix) for reason, (message, fix) in _EXCLUDED.items()],
        schema=["rule", "message", "fix"],
        orient="row",
    )
    named = left_out.rename({"reason": "rule"}).join(
        words, on="rule", how="left", maintain_order="left"
    )
    return _shaped(
        named.with_columns(row=pl.col("row_number"), severity=pl.lit("info")), table
    )


def _cell_issues(table: _Table, records: pl.DataFrame) -> list[pl.DataFrame]:
    frames: list[pl.DataFrame] = []
    for column, checks in any_findings(records).items():
        header = table.headers[int(column.removeprefix("c"))]
        for check in checks:
            found = cell_findings(records, column, check).with_columns(
                column=pl.lit(header),
                rule=pl.lit(check.rule),
                severity=pl.lit(check.severity),
                fix=pl.lit(check.fix),
            )
            frames.append(_shaped(found, table))
    return frames


def _shaped(found: pl.DataFrame, table: _Table) -> pl.DataFrame:
    """Return findings as issues of ``ISSUE_SCHEMA``, absent columns empty."""
    absent = {name: "" for name in ("column", "value") if name not in found.columns}
    return found.with_columns(
        file=pl.lit(table.summary.file),
        sheet=pl.lit(table.summary.sheet),
        **{name: pl.lit(text) for name, text in absent.items()},
    ).select(pl.col(name).cast(kind) for name, kind in ISSUE_SCHEMA.items())


def _counts(issues: pl.DataFrame, rows: int, excluded: int) -> Validation:
    severities: Sequence[str] = issues["severity"].to_list()
    by_rule = (
        issues.group_by("rule")
        .len()
        .sort(["len", "rule"], descending=[True, False])
        .head(_RULES_KEPT)
    )
    return Validation(
        rows=rows,
        excluded=excluded,
        rejected=0,
        errors=severities.count("error"),
        warnings=severities.count("warning"),
        notes=severities.count("info"),
        by_rule=dict(by_rule.iter_rows()),
    )


def _sentence(output: Validation) -> str:
    problems = output.errors + output.warnings
    return (
        f"{output.rows:,} rows checked, {output.excluded:,} left out, "
        f"{problems:,} problems found"
    )
