"""A context for the phases after the mapping, from tables written by hand."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import cast
from uuid import UUID

import polars as pl

from discovery_app.agents.assistant import Assistant
from discovery_app.domain.discovery_flow_state import (
    DiscoveryFlowState,
    SourceAnalysis,
    TableSummary,
)
from discovery_app.domain.mapping import ApprovedMapping, Outcome
from discovery_app.errors import MissingInputError
from discovery_app.phases.base import PhaseContext, Recorded

NOBODY = UUID(int=0)
AS_OF = date(2026, 11, 22)


@dataclass(frozen=True)
class Sheet:
    """A table and the mapping of its columns.

    Attributes:
        columns: Header to target, or to target and unit; the first column of a target
            is trusted most.
        rows: Texts in the columns' order; the first stands in row 2.
    """

    columns: Mapping[str, str | tuple[str, str] | None]
    rows: Sequence[Sequence[str | None]]
    role: str = "assets"
    sheet: str = ""
    file: str = "servers.csv"
    verdicts: Mapping[int, tuple[str, str]] = field(default_factory=dict)


def context_of(*sheets: Sheet, source: str = "unknown") -> PhaseContext:
    """Return what ``data_cleansing`` is given for ``sheets``."""
    frames: dict[tuple[str, str], pl.DataFrame] = {}
    mappings: list[ApprovedMapping] = []
    verdicts: list[tuple[int, int, str, str]] = []
    for table, sheet in enumerate(sheets):
        frames["data_source_analysis", f"table_{table}"] = _cells(sheet)
        mappings += _mappings(table, sheet)
        verdicts += [(table, row, *told) for row, told in sheet.verdicts.items()]
    frames["data_validation", "verdicts"] = pl.DataFrame(
        verdicts,
        schema={
            "table": pl.UInt16,
            "row_number": pl.UInt32,
            "verdict": pl.String,
            "reason": pl.String,
        },
        orient="row",
    )
    frames["field_mapping", "mappings"] = pl.DataFrame(
        [(m.table, m.position, 1.0 - m.position / 1000) for m in mappings],
        schema={"table": pl.UInt16, "position": pl.UInt16, "confidence": pl.Float64},
        orient="row",
    )
    analysis = SourceAnalysis(
        source=source,
        source_title=source,
        confidence=1.0,
        evidence="written by hand",
        tables=[_summary(n, sheet) for n, sheet in enumerate(sheets)],
        rows_in=sum(len(s.rows) for s in sheets if s.role == "assets"),
    )
    return context_with("data_cleansing", frames, mappings, analysis)


def context_with(
    reader: str,
    frames: Mapping[tuple[str, str], pl.DataFrame],
    mappings: Sequence[ApprovedMapping],
    analysis: SourceAnalysis,
    **parts: object,
) -> PhaseContext:
    """Return a context whose earlier phases left ``frames``."""

    def read(phase: str, name: str) -> pl.DataFrame:
        if (phase, name) not in frames:
            raise MissingInputError(reader, f"{phase}.{name}")
        return frames[phase, name]

    state = DiscoveryFlowState(
        session_id=NOBODY,
        client_account_id=NOBODY,
        engagement_id=NOBODY,
        as_of=AS_OF,
        files=[],
        data_source_analysis=analysis,
    ).model_copy(update=parts)
    return PhaseContext(
        phase=reader,
        state=state,
        files=(),
        recorded=Recorded(as_of=AS_OF, mappings=mappings),
        frame=read,
        assistant=cast(Assistant, None),
        report=lambda fraction, message: None,
    )


def _cells(sheet: Sheet) -> pl.DataFrame:
    names = [f"c{n}" for n in range(len(sheet.columns))]
    frame = pl.DataFrame(
        list(sheet.rows), schema=dict.fromkeys(names, pl.String), orient="row"
    )
    return frame.with_row_index("row_number", offset=2)


def _mappings(table: int, sheet: Sheet) -> list[ApprovedMapping]:
    mappings = []
    for position, (header, meaning) in enumerate(sheet.columns.items()):
        target, unit = meaning if isinstance(meaning, tuple) else (meaning, None)
        outcome = Outcome.UNMAPPED if target is None else Outcome.CONFIDENT
        if target == "never":
            target, outcome = None, Outcome.NEVER_IMPORTED
        mappings.append(ApprovedMapping(table, position, header, target, outcome, unit))
    return mappings


def _summary(table: int, sheet: Sheet) -> TableSummary:
    return TableSummary(
        table=table,
        file_id=NOBODY,
        file=sheet.file,
        sheet=sheet.sheet,
        role=sheet.role,
        rows=len(sheet.rows),
        columns=len(sheet.columns),
    )
