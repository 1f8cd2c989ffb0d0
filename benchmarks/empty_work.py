"""Workflows whose phases do nothing, so that only keeping them is measured."""

from collections.abc import Mapping
from datetime import date
from typing import Final
from uuid import UUID, uuid4

from pydantic import BaseModel

from discovery_app.database import unit_of_work
from discovery_app.domain.access import Scope, WorkerScope
from discovery_app.domain.discovery_flow_state import (
    Accounting,
    Classification,
    Cleansing,
    Dependencies,
    DiscoveryFlowState,
    Integration,
    InventoryTotals,
    MappingSummary,
    Quality,
    SourceAnalysis,
    TechDebt,
    Validation,
)
from discovery_app.domain.workflow import Claim
from discovery_app.phases.base import PhaseResult
from discovery_app.services.data_imports import DataImportService, NewFile
from discovery_app.services.workflow_leases import WorkflowLeaseService
from discovery_app.services.workflow_state import WorkflowStateService, worker_scope

AS_OF: Final = date(2026, 11, 22)
STORAGE_KEY: Final = "bench/empty.csv"
_BAD = Quality(completeness=0, consistency=0, validity=0, uniqueness=0, score=0)
OUTPUTS: Final[Mapping[str, BaseModel]] = {
    "data_source_analysis": SourceAnalysis(
        source="unknown",
        source_title="",
        confidence=0,
        evidence="",
        tables=[],
        rows_in=0,
    ),
    "data_validation": Validation(
        rows=0, excluded=0, rejected=0, errors=0, warnings=0, notes=0
    ),
    "field_mapping": MappingSummary(
        columns=0, confident=0, review=0, unmapped=0, never_imported=0
    ),
    "data_cleansing": Cleansing(rows_in=0, records=0, rejected=0, quality=_BAD),
    "asset_classification": Classification(by_type={}, in_scope=0),
    "dependency_analysis": Dependencies(
        edges=0,
        noise=0,
        shared_services=0,
        unknown_endpoints=0,
        cross_environment=0,
        cycles=0,
        move_groups=0,
        waves=0,
    ),
    "tech_debt_analysis": TechDebt(
        as_of=AS_OF, data_date=AS_OF, by_state={}, by_treatment={}
    ),
    "database_integration": Integration(
        accounting=Accounting(), inventory=InventoryTotals()
    ),
}
RESULTS: Final[Mapping[str, PhaseResult]] = {
    phase: PhaseResult(summary="", output=output, items_in=0, items_out=0)
    for phase, output in OUTPUTS.items()
}
"""What each phase leaves that did nothing."""


def create(scope: Scope) -> UUID:
    """Queue one workflow, of an upload of one file that nobody reads; return its id."""
    with unit_of_work(scope) as session:
        session_id = uuid4()
        file = NewFile(uuid4(), "bench.csv", 1, uuid4().hex * 2, STORAGE_KEY)
        DataImportService(session).create(scope, session_id, [file], uuid4().hex)
        state = DiscoveryFlowState(
            session_id=session_id,
            client_account_id=scope.client_account_id,
            engagement_id=scope.engagement_id,
            as_of=AS_OF,
            files=[],
        )
        return WorkflowStateService(session).create_workflow_state(scope, state)[0]


def begin(worker: str) -> Claim:
    """Claim a workflow and open its first phase, as a runner does."""
    lease = None
    while lease is None:  # The only one that is due may just be passed by another's.
        with unit_of_work(WorkerScope(worker)) as session:
            lease = WorkflowLeaseService(session).claim(worker)
    with unit_of_work(worker_scope(lease)) as session:
        claim = WorkflowStateService(session).begin(lease)
    if claim is None:
        raise RuntimeError("The workflow could not begin.")
    return claim


def run(claim: Claim) -> int:
    """Commit every phase of a workflow; return how many."""
    count = 0
    following: Claim | None = claim
    while following is not None:
        result = RESULTS[following.phase]
        state = following.state.with_phase(following.phase, result.output, {})
        with unit_of_work(following.scope) as session:
            following = WorkflowStateService(session).commit_phase(
                following, result, state
            )
        count += 1
    return count
