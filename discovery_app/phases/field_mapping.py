"""Map each source column to a field of the asset schema."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import polars as pl

from discovery_app.domain.discovery_flow_state import MappingSummary
from discovery_app.domain.issues import Issue, Severity
from discovery_app.domain.mapping import (
    ApprovedMapping,
    ColumnProfile,
    MappingSuggestion,
    Outcome,
)
from discovery_app.errors import PhaseError
from discovery_app.knowledge.fields import IDENTITY_FIELDS, field_of_target
from discovery_app.phases.base import PhaseContext, PhaseResult, issue_frame

TITLE = "Field mapping"
WEIGHT = 4.0
ITEM_KIND = "columns"

MAPPING_SCHEMA: Final = {
    "table": pl.UInt16(),
    "position": pl.UInt16(),
    "file": pl.String(),
    "sheet": pl.String(),
    "header": pl.String(),
    "target": pl.String(),
    "outcome": pl.String(),
    "confidence": pl.Float64(),
    "rule": pl.String(),
    "reason": pl.String(),
    "unit": pl.String(),
    "candidates": pl.List(pl.String()),
    "samples": pl.List(pl.String()),
    "filled": pl.Float64(),
    "source": pl.String(),
    "kind": pl.String(),
}

_APPLICATION_SOURCES: Final = frozenset({"konveyor", "cast_highlight"})
_MACHINE_FIELDS: Final = frozenset(
    {"operating_system", "cpu_cores", "memory_mb", "ip_address", "mac_address"}
)
"""A table with one of these lists machines, whose names an application is not."""

_GATED_ROLES: Final = frozenset({"assets", "connections"})
_REVIEW_LISTED: Final = 100
_HEADERS_TOLD: Final = 12

_Pair = tuple[ColumnProfile, MappingSuggestion]


def run(context: PhaseContext) -> PhaseResult:
    """Map the columns of every table that is not ignored.

    Reads:
        data_source_analysis: The source.
        data_source_analysis.columns (frame): One ``ColumnProfile`` a row.
        recorded.memory: What this client's people confirmed before.
        recorded.mappings: What was approved in an earlier run of this import; it
            stands, and opens the gate no more.

    Leaves:
        mappings (frame): One row a column, in file order; the samples of columns
            that are never imported are left out.

    Columns that stay custom fields are out, not excluded; those that are never
    imported are excluded. The workflow waits if a column of an asset or connection
    table is in review.

    Raises:
        MissingInputError: ``data_source_analysis`` left nothing.
        PhaseError: No column of any asset table could name an asset.
    """
    analysis = context.require(
        context.state.data_source_analysis, "data_source_analysis"
    )
    profiles = _profiles(context.frame("data_source_analysis", "columns"))
    context.report(0.1, f"Mapping {len(profiles):,} columns")

    suggestions = context.assistant.map_columns(
        analysis.source, profiles, context.recorded.memory
    )
    pairs = _decided(
        context.recorded.mappings, list(zip(profiles, suggestions, strict=True))
    )
    _check_identity(analysis.source, pairs)

    summary = _summary(pairs)
    return PhaseResult(
        summary=_sentence(summary),
        output=summary,
        items_in=len(pairs),
        items_out=len(pairs) - summary.never_imported,
        items_excluded=summary.never_imported,
        frames={"mappings": _frame(pairs)},
        issues=issue_frame(_issues(pairs)),
        needs_approval=any(_opens_gate(pair) for pair in pairs),
    )


def _decided(
    approved: Sequence[ApprovedMapping], pairs: Sequence[_Pair]
) -> list[_Pair]:
    """Return ``pairs`` with what an earlier run's approval says of their columns."""
    known = {(one.table, one.position, one.header): one for one in approved}
    settled: list[_Pair] = []
    for profile, suggestion in pairs:
        one = known.get((profile.table, profile.position, profile.header))
        if one is not None and suggestion.outcome is not Outcome.NEVER_IMPORTED:
            suggestion = replace(
                suggestion, target=one.target, outcome=one.outcome, unit=one.unit
            )
        settled.append((profile, suggestion))
    return settled


def _profiles(columns: pl.DataFrame) -> list[ColumnProfile]:
    names = ColumnProfile.__dataclass_fields__
    return [
        ColumnProfile(**{**row, "samples": tuple(row["samples"] or ())})
        for row in columns.select(*names).iter_rows(named=True)
    ]


def _opens_gate(pair: _Pair) -> bool:
    profile, suggestion = pair
    return suggestion.outcome is Outcome.REVIEW and profile.role in _GATED_ROLES


def _count(pairs: Sequence[_Pair], outcome: Outcome) -> int:
    return sum(1 for _, suggestion in pairs if suggestion.outcome is outcome)


def _summary(pairs: Sequence[_Pair]) -> MappingSummary:
    waiting = [profile.header for profile, suggestion in filter(_opens_gate, pairs)]
    return MappingSummary(
        columns=len(pairs),
        confident=_count(pairs, Outcome.CONFIDENT),
        review=_count(pairs, Outcome.REVIEW),
        unmapped=_count(pairs, Outcome.UNMAPPED),
        never_imported=_count(pairs, Outcome.NEVER_IMPORTED),
        to_review=waiting[:_REVIEW_LISTED],
    )


def _sentence(summary: MappingSummary) -> str:
    parts = [
        f"{summary.confident} of {summary.columns} columns mapped",
        f"{summary.review} to review",
        f"{summary.unmapped} kept as custom fields",
    ]
    if summary.never_imported:
        parts.append(f"{summary.never_imported} never imported")
    return ", ".join(parts)


def _frame(pairs: Sequence[_Pair]) -> pl.DataFrame:
    rows = [
        (
            profile.table,
            profile.position,
            profile.file,
            profile.sheet,
            profile.header,
            suggestion.target,
            str(suggestion.outcome),
            suggestion.confidence,
            suggestion.rule,
            suggestion.reason,
            suggestion.unit,
            list(suggestion.candidates),
            _samples(profile, suggestion),
            profile.filled,
            suggestion.source,
            profile.kind,
        )
        for profile, suggestion in pairs
    ]
    return pl.DataFrame(rows, schema=MAPPING_SCHEMA, orient="row")


def _samples(profile: ColumnProfile, suggestion: MappingSuggestion) -> list[str]:
    """Return the samples, none of a column that may hold credentials."""
    hidden = suggestion.outcome is Outcome.NEVER_IMPORTED
    return [] if hidden else list(profile.samples)


def _issues(pairs: Sequence[_Pair]) -> list[Issue]:
    return [
        Issue(
            file=profile.file,
            sheet=profile.sheet,
            row=None,
            column=profile.header,
            value="",
            rule="never_imported",
            severity=Severity.WARNING,
            message=suggestion.reason,
            fix="Take the column out of the file before you share it; rename it if it "
            "holds no credentials.",
        )
        for profile, suggestion in pairs
        if suggestion.outcome is Outcome.NEVER_IMPORTED
    ]


def _check_identity(source: str, pairs: Sequence[_Pair]) -> None:
    """Check that some column can say which asset a row is.

    Raises:
        PhaseError: None can; the sentence names the columns that were seen.
    """
    asset_pairs = [pair for pair in pairs if pair[0].role == "assets"]
    tables = {profile.table for profile, _ in asset_pairs}
    if not tables or any(_names_rows(source, asset_pairs, t) for t in tables):
        return
    headers = [profile.header.strip() for profile, _ in asset_pairs]
    seen = ", ".join(f"“{h}”" for h in headers[:_HEADERS_TOLD] if h) or "none"
    more = len(headers) - _HEADERS_TOLD
    rest = f" and {more} more" if more > 0 else ""
    known = [field.label for f in IDENTITY_FIELDS if (field := field_of_target(f))]
    raise PhaseError(
        f"No column says which asset a row is (columns seen: {seen}{rest}); add a "
        f"column such as “Server name”, or rename the one that names the rows to one "
        f"of: {', '.join(known)}."
    )


def _names_rows(source: str, pairs: Sequence[_Pair], table: int) -> bool:
    """Return whether a column of ``table`` names its rows, or may."""
    targets = {s.target for profile, s in pairs if profile.table == table}
    targets |= {
        candidate
        for profile, s in pairs
        if profile.table == table and s.outcome is Outcome.REVIEW
        for candidate in s.candidates
    }
    names = targets.intersection(IDENTITY_FIELDS)
    if names - {"application_name"}:
        return True
    of_applications = source in _APPLICATION_SOURCES or not targets & _MACHINE_FIELDS
    return bool(names) and of_applications
