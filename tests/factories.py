"""Valid objects with defaults; a test states only what it is about."""

from collections.abc import Mapping
from datetime import date
from itertools import count
from uuid import uuid4

import polars as pl
from sqlmodel import Session

from discovery_app.agents.assistant import Assistant
from discovery_app.database import unit_of_work
from discovery_app.domain.access import AccountScope, Role, Scope, WorkerScope
from discovery_app.domain.discovery_flow_state import (
    DiscoveryFlowState,
    FileReference,
    Validation,
)
from discovery_app.domain.workflow import Claim, LeaseClaim
from discovery_app.errors import MissingInputError
from discovery_app.models import ClientAccount, Engagement
from discovery_app.phases.base import PhaseContext, PhaseResult, Recorded, SourceFile
from discovery_app.services.data_imports import DataImportService, NewFile
from discovery_app.services.workflow_leases import WorkflowLeaseService
from discovery_app.services.workflow_state import WorkflowStateService

AS_OF = date(2026, 11, 22)
_numbers = count(1)


def make_scope(role: Role = Role.CONSULTANT, client: str = "") -> Scope:
    """Store an engagement of a new client; return a scope on it."""
    name = client or f"Client {next(_numbers)}"
    with unit_of_work(AccountScope()) as session:
        company = ClientAccount(name=name)
        session.add(company)
        session.flush()
        engagement = Engagement(client_account_id=company.id, name=f"{name} discovery")
        session.add(engagement)
        session.flush()
        ids = company.id, engagement.id
    return Scope("Maya Okafor", role, *ids)


def with_role(scope: Scope, role: Role) -> Scope:
    """Return the same engagement for someone with ``role``."""
    return Scope("Ada Admin", role, scope.client_account_id, scope.engagement_id)


def make_upload(
    session: Session, scope: Scope, name: str = "servers.csv"
) -> FileReference:
    """Store an upload of one file; return the file. Its session id is new."""
    return _upload(session, scope, name)[1]


def make_state(session: Session, scope: Scope, **parts: object) -> DiscoveryFlowState:
    """Store an upload; return the first state of its workflow."""
    session_id, file = _upload(session, scope, "servers.csv")
    return DiscoveryFlowState(
        session_id=session_id,
        client_account_id=scope.client_account_id,
        engagement_id=scope.engagement_id,
        as_of=AS_OF,
        files=[file],
        **parts,
    )


def _upload(session: Session, scope: Scope, name: str):
    session_id, file_id = uuid4(), uuid4()
    new = NewFile(file_id, name, 3, "0" * 64, f"uploads/{file_id}")
    DataImportService(session).create(scope, session_id, [new], uuid4().hex)
    reference = FileReference(
        file_id=file_id,
        name=name,
        size_bytes=3,
        sha256="0" * 64,
        storage_key=new.storage_key,
    )
    return session_id, reference


def make_workflow(scope: Scope):
    """Store a queued workflow; return its id."""
    with unit_of_work(scope) as session:
        state = make_state(session, scope)
        return WorkflowStateService(session).create_workflow_state(scope, state)[0]


def take_lease(worker: str = "worker-1/1") -> LeaseClaim | None:
    """Claim whatever is due, as ``worker``."""
    with unit_of_work(WorkerScope(worker)) as session:
        return WorkflowLeaseService(session).claim(worker)


def begin(lease: LeaseClaim) -> Claim | None:
    """Open the phase that ``lease`` allows to run."""
    from discovery_app.services.workflow_state import worker_scope

    with unit_of_work(worker_scope(lease)) as session:
        return WorkflowStateService(session).begin(lease)


def make_claim(scope: Scope) -> Claim:
    """Return the claim on the first phase of a new workflow."""
    make_workflow(scope)
    lease = take_lease()
    if lease is None:
        raise AssertionError("The new workflow was not due.")
    claim = begin(lease)
    if claim is None:
        raise AssertionError("The new workflow could not begin.")
    return claim


def make_result(**changes: object) -> PhaseResult:
    """Return the result of a phase that handled three items."""
    content = {
        "summary": "3 rows read",
        "output": Validation(
            rows=3, excluded=0, rejected=0, errors=0, warnings=0, notes=0
        ),
        "items_in": 3,
        "items_out": 3,
        **changes,
    }
    return PhaseResult(**content)


def make_context(
    phase: str,
    frames: Mapping[tuple[str, str], pl.DataFrame] | None = None,
    *,
    files: tuple[SourceFile, ...] = (),
    recorded: Recorded | None = None,
    assistant: Assistant | None = None,
    **parts: object,
) -> PhaseContext:
    """Return a context over ``frames`` that answers by rules and ignores progress.

    Args:
        frames: What earlier phases left, by (phase, name).
        parts: Parts of the state, by phase.
    """
    known = dict(frames or {})

    def read(owner: str, name: str) -> pl.DataFrame:
        if (owner, name) not in known:
            raise MissingInputError(phase, f"{owner}.{name}")
        return known[owner, name]

    return PhaseContext(
        phase=phase,
        state=DiscoveryFlowState(
            session_id=uuid4(),
            client_account_id=uuid4(),
            engagement_id=uuid4(),
            as_of=AS_OF,
            files=[],
            **parts,
        ),
        files=files,
        recorded=recorded or Recorded(as_of=AS_OF),
        frame=read,
        assistant=assistant or _rules(),
        report=lambda fraction, message: None,
    )


def _rules() -> Assistant:
    from discovery_app.agents.rules import RulesAssistant

    return RulesAssistant()
