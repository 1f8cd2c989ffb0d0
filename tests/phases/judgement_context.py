"""A context for the phases that judge, from records written by hand."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

import polars as pl

from discovery_app.agents.assistant import AssetFacts, ClassSuggestion
from discovery_app.domain.discovery_flow_state import DiscoveryFlowState
from discovery_app.errors import MissingInputError
from discovery_app.knowledge.fields import ASSET_FIELDS
from discovery_app.phases import (
    asset_classification,
    dependency_analysis,
    tech_debt_analysis,
)
from discovery_app.phases.base import PhaseContext, PhaseResult, Recorded
from discovery_app.transforms.connections import CONNECTION_SCHEMA

NOBODY = UUID(int=0)
AS_OF = date(2026, 11, 22)
TYPES: Mapping[str, pl.DataType] = {
    "int": pl.Int64(),
    "float": pl.Float64(),
    "money": pl.Float64(),
    "bool": pl.Boolean(),
    "date": pl.Date(),
    "datetime": pl.Datetime("us", "UTC"),
    "list": pl.List(pl.String()),
}
RECORD_SCHEMA: Mapping[str, pl.DataType] = {
    "record": pl.UInt32(),
    "table": pl.UInt16(),
    "row_number": pl.UInt32(),
    "file": pl.String(),
    "sheet": pl.String(),
    **{name: TYPES.get(one.type, pl.String()) for name, one in ASSET_FIELDS.items()},
    "custom": pl.String(),
}


@dataclass
class TellingAssistant:
    """Answers what it was made with, and remembers what it was asked."""

    answers: Sequence[ClassSuggestion] = ()
    asked: list[AssetFacts] = field(default_factory=list)

    def map_columns(self, source, columns, memory):
        return []

    def classify(self, assets):
        self.asked += assets
        return list(self.answers)


def records_of(*rows: Mapping[str, object]) -> pl.DataFrame:
    """Return the records of ``rows``; the first stands in row 2."""
    return pl.DataFrame(
        [
            {
                "record": number,
                "table": 0,
                "row_number": number + 2,
                "file": "servers.csv",
                "sheet": "",
                **row,
            }
            for number, row in enumerate(rows)
        ],
        schema=RECORD_SCHEMA,
    )


def connections_of(*rows: Mapping[str, object]) -> pl.DataFrame:
    """Return the connection rows of ``rows``, of table 1."""
    return pl.DataFrame(
        [
            {"connection": number, "table": 1, "row_number": number + 2, **row}
            for number, row in enumerate(rows)
        ],
        schema={"connection": pl.UInt32(), **CONNECTION_SCHEMA},
    )


def context_of(
    frames: Mapping[tuple[str, str], pl.DataFrame],
    assistant: TellingAssistant | None = None,
    overrides: Mapping[str, str] | None = None,
    as_of: date = AS_OF,
) -> PhaseContext:
    """Return a context whose earlier phases left ``frames``."""

    def read(phase: str, name: str) -> pl.DataFrame:
        if (phase, name) not in frames:
            raise MissingInputError("judgement", f"{phase}.{name}")
        return frames[phase, name]

    return PhaseContext(
        phase="judgement",
        state=DiscoveryFlowState(
            session_id=NOBODY,
            client_account_id=NOBODY,
            engagement_id=NOBODY,
            as_of=as_of,
            files=[],
        ),
        files=(),
        recorded=Recorded(as_of=as_of, overrides=overrides or {}),
        frame=read,
        assistant=assistant or TellingAssistant(),
        report=lambda fraction, message: None,
    )


@dataclass(frozen=True)
class Judged:
    """What the three phases left, one after the other."""

    classification: PhaseResult
    dependencies: PhaseResult
    debt: PhaseResult

    def decision(self, record: int = 0) -> dict[str, object]:
        """Return the decision on one record."""
        return self.debt.frames["decisions"].row(record, named=True)


def judge_all(
    records: pl.DataFrame,
    connections: pl.DataFrame | None = None,
    overrides: Mapping[str, str] | None = None,
    as_of: date = AS_OF,
) -> Judged:
    """Run classification, dependencies and technical debt."""
    frames = {
        ("data_cleansing", "records"): records,
        ("data_cleansing", "connections"): connections_of()
        if connections is None
        else connections,
    }
    context = context_of(frames, overrides=overrides, as_of=as_of)
    classification = asset_classification.run(context)
    frames["asset_classification", "classes"] = classification.frames["classes"]
    dependencies = dependency_analysis.run(context)
    frames["dependency_analysis", "edges"] = dependencies.frames["edges"]
    return Judged(classification, dependencies, tech_debt_analysis.run(context))
