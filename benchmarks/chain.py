"""The phases one after the other, in this process and without a database.

Accuracy, the property tests and the round trips of the exports run them so; what the
database adds (matching, merging) is left out.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from uuid import UUID

import polars as pl

from discovery_app.agents.rules import RulesAssistant
from discovery_app.domain.discovery_flow_state import DiscoveryFlowState
from discovery_app.domain.mapping import ApprovedMapping, Outcome
from discovery_app.phases import ORDER, load_phase
from discovery_app.phases.base import (
    PhaseContext,
    PhaseResult,
    Recorded,
    SourceFile,
)

AS_OF = date(2026, 11, 22)
_NOBODY = UUID(int=0)


@dataclass(frozen=True)
class Chain:
    """What the phases left.

    Attributes:
        results: By name of the phase, in the order they ran.
        state: As after the last of them.
    """

    results: Mapping[str, PhaseResult]
    state: DiscoveryFlowState

    def frame(self, phase: str, name: str) -> pl.DataFrame:
        """Return a frame that a phase left."""
        return self.results[phase].frames[name]


def run_phases(paths: Sequence[Path], last: str = ORDER[-1]) -> Chain:
    """Run every phase up to ``last`` over files that are one import.

    Columns in review take their best candidate, as ``--approve all`` does.

    Raises:
        DiscoveryError: The files are refused or a phase cannot go on.
    """
    files = [SourceFile(UUID(int=n), p.name, p) for n, p in enumerate(paths)]
    state = DiscoveryFlowState(
        session_id=_NOBODY,
        client_account_id=_NOBODY,
        engagement_id=_NOBODY,
        as_of=AS_OF,
        files=[],
    )
    chain = Chain({}, state)
    for name in ORDER[: ORDER.index(last) + 1]:
        result = load_phase(name).run(_context(name, files, chain))
        after = chain.state.with_phase(
            name, result.output, dict.fromkeys(result.frames, name)
        )
        chain = Chain({**chain.results, name: result}, after)
    return chain


def _context(name: str, files: Sequence[SourceFile], chain: Chain) -> PhaseContext:
    return PhaseContext(
        phase=name,
        state=chain.state,
        files=files,
        recorded=Recorded(as_of=AS_OF, mappings=_approved(chain)),
        frame=chain.frame,
        assistant=RulesAssistant(),
        report=lambda fraction, message: None,
    )


def _approved(chain: Chain) -> tuple[ApprovedMapping, ...]:
    if "field_mapping" not in chain.results:
        return ()
    mappings = chain.frame("field_mapping", "mappings")
    return tuple(
        ApprovedMapping(
            row["table"],
            row["position"],
            row["header"],
            _target(Outcome(row["outcome"]), row["target"], row["candidates"]),
            _outcome(row["outcome"]),
            row["unit"],
        )
        for row in mappings.iter_rows(named=True)
    )


def _target(
    outcome: Outcome, target: str | None, candidates: Sequence[str]
) -> str | None:
    """Only a column in review takes a candidate; an unmapped one stays custom."""
    if outcome is not Outcome.REVIEW:
        return target
    return target or next(iter(candidates), None)


def _outcome(word: str) -> Outcome:
    outcome = Outcome(word)
    return Outcome.CONFIDENT if outcome is Outcome.REVIEW else outcome
