"""An import as if one table of it had only some rows: what checking a row runs on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

import polars as pl

from discovery_app.agents.rules import RulesAssistant
from discovery_app.domain.corrections import CellCorrection, RowPlace
from discovery_app.domain.discovery_flow_state import DiscoveryFlowState, TableSummary
from discovery_app.domain.mapping import ApprovedMapping, Outcome
from discovery_app.errors import MissingInputError
from discovery_app.knowledge.headers import is_never_imported
from discovery_app.phases import load_phase
from discovery_app.phases.base import PhaseContext, PhaseResult, Recorded
from discovery_app.storage import ObjectStore

READ_PHASE: Final = "data_source_analysis"

_TRUST: Final = {
    "table": pl.UInt16(),
    "position": pl.UInt16(),
    "confidence": pl.Float64(),
}


@dataclass(frozen=True)
class FoundRow:
    """A row of an import with what is needed to check it.

    Attributes:
        headers: Of its table, in file order.
        rows: The row, and a sample of its table around it.
        cells: The row's own text by position, empty where the cell is.
        mappings: Of its table's columns, by position; empty before the mapping.
    """

    session_id: UUID
    place: RowPlace
    state: DiscoveryFlowState
    table: TableSummary
    headers: tuple[str, ...]
    rows: pl.DataFrame
    cells: tuple[str, ...]
    mappings: Mapping[int, ApprovedMapping]

    def is_closed(self, position: int) -> bool:
        """Return whether a column holds credentials, which nobody sees or corrects."""
        mapping = self.mappings.get(position)
        never = mapping is not None and mapping.outcome is Outcome.NEVER_IMPORTED
        return never or is_never_imported(self.headers[position])


class NarrowedImport:
    """The import as if its one table had only some rows."""

    def __init__(
        self,
        found: FoundRow,
        corrections: Sequence[CellCorrection],
        store: ObjectStore,
    ) -> None:
        self._found = found
        self._corrections = corrections
        self._store = store
        name = f"table_{found.table.table}"
        self._frames: dict[tuple[str, str], pl.DataFrame] = {
            (READ_PHASE, name): found.rows
        }

    def run(self) -> tuple[list[dict[str, str]], str]:
        """Return the row's issues, and its verdict if the mapping is known."""
        validated = self._run("data_validation")
        for name, frame in validated.frames.items():
            self._frames["data_validation", name] = frame
        issues = self._mine(validated.issues)
        if not self._found.mappings:
            return issues, ""
        self._frames["field_mapping", "mappings"] = self._trust()
        cleansed = self._run("data_cleansing")
        issues += self._mine(cleansed.issues)
        return issues, self._verdict(cleansed.frames["left_out"])

    def _run(self, phase: str) -> PhaseResult:
        return load_phase(phase).run(
            PhaseContext(
                phase=phase,
                state=self._state(),
                files=(),
                recorded=Recorded(
                    as_of=self._found.state.as_of,
                    mappings=tuple(self._found.mappings.values()),
                    corrections=self._corrections,
                ),
                frame=self._frame,
                assistant=RulesAssistant(),
                report=_unheard,
            )
        )

    def _state(self) -> DiscoveryFlowState:
        state, table = self._found.state, self._found.table
        analysis = state.data_source_analysis
        if analysis is None:
            raise MissingInputError("data_validation", READ_PHASE)
        height = self._found.rows.height if table.role == "assets" else 0
        narrowed = analysis.model_copy(update={"tables": [table], "rows_in": height})
        frames = {**state.frames, "data_validation": {"corrected": ""}}
        return state.model_copy(
            update={"data_source_analysis": narrowed, "frames": frames}
        )

    def _frame(self, phase: str, name: str) -> pl.DataFrame:
        if (phase, name) not in self._frames:
            key = self._found.state.frames.get(phase, {}).get(name)
            if key is None:
                raise MissingInputError(phase, name)
            self._frames[phase, name] = self._store.read_frame(key)
        return self._frames[phase, name]

    def _trust(self) -> pl.DataFrame:
        """Return how sure each mapping is; the retention may have taken that away."""
        key = self._found.state.frames.get("field_mapping", {}).get("mappings")
        if key is None or not self._store.has(key):
            return pl.DataFrame(schema=_TRUST)
        return self._store.read_frame(key).select(*_TRUST)

    def _mine(self, issues: pl.DataFrame) -> list[dict[str, str]]:
        place = self._found.place
        own = issues.filter(
            pl.col("row") == place.row,
            pl.col("file") == place.file,
            pl.col("sheet") == place.sheet,
        )
        return own.to_dicts()

    def _verdict(self, left_out: pl.DataFrame) -> str:
        if self._found.table.role != "assets":
            return ""
        mine = left_out.filter(pl.col("row_number") == self._found.place.row)
        return str(mine["verdict"][0]) if mine.height else "accepted"


def _unheard(fraction: float, message: str) -> None:
    """Nobody waits for the progress of a row."""
