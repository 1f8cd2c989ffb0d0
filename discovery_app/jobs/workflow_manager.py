"""Runs one claimed workflow, phase by phase, and persists each one."""

import logging
import time
import traceback
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from typing import Final

import polars as pl

from discovery_app.agents.assistant import Assistant
from discovery_app.database import unit_of_work
from discovery_app.domain.access import WorkerScope
from discovery_app.domain.discovery_flow_state import DiscoveryFlowState
from discovery_app.domain.workflow import Claim, LeaseClaim
from discovery_app.errors import (
    CancelledError,
    DiscoveryError,
    LostLeaseError,
    MissingInputError,
    NewerStateError,
)
from discovery_app.jobs.faults import fault_point
from discovery_app.jobs.phase_logs import keep_log, phase_log
from discovery_app.phases import load_phase
from discovery_app.phases.base import PhaseContext, PhaseResult, Recorded, SourceFile
from discovery_app.services.advance_approvals import approve_in_advance
from discovery_app.services.data_imports import DataImportService
from discovery_app.services.phase_results import PUBLISHED_FRAMES, PhaseResultService
from discovery_app.services.workflow_leases import WorkflowLeaseService
from discovery_app.services.workflow_state import WorkflowStateService, worker_scope
from discovery_app.storage import ObjectStore, frame_key, object_store

logger = logging.getLogger(__name__)

LEFT_SECONDS: Final = 3.0
"""How long a workflow of a newer version rests before any worker looks. Chosen."""

REPORT_SECONDS: Final = 0.5
"""A progress report is written at most this often (ARCHITECTURE.md, section 3)."""


class DiscoveryWorkflowManager:
    """Runs the phases of one workflow under a lease.

    Keeps nothing between phases: each reads what earlier ones persisted, so that
    any worker can go on after any other.

    Args:
        assistant_for: Returns who is asked for judgement in a claimed workflow.
        store: Where files and frames lie.
        watch: Told of each claim when its phase begins, and ``None`` at the end.
        draining: Whether this worker should hand the workflow back.
    """

    def __init__(
        self,
        assistant_for: Callable[[Claim], Assistant],
        store: ObjectStore | None = None,
        watch: Callable[[Claim | None], None] = lambda claim: None,
        draining: Callable[[], bool] = lambda: False,
    ) -> None:
        self._assistant_for = assistant_for
        self._store = store or object_store()
        self._watch = watch
        self._draining = draining

    def run_workflow(self, lease: LeaseClaim) -> None:
        """Run phases until the workflow waits, ends, or is another's.

        Every ending is persisted; nothing is raised but what stops the process.
        """
        try:
            with unit_of_work(worker_scope(lease)) as session:
                claim = WorkflowStateService(session).begin(lease)
            while claim is not None:
                self._watch(claim)
                claim = self._execute_workflow_step(claim)
        except LostLeaseError as error:
            logger.info("Workflow %s is another's: %s", lease.workflow_id, error)
        except NewerStateError as error:
            self._leave_to_newer(lease, error)
        finally:
            self._watch(None)

    def _leave_to_newer(self, lease: LeaseClaim, error: NewerStateError) -> None:
        """Give the workflow to workers of a newer version; nothing of it changes."""
        with unit_of_work(WorkerScope(lease.worker)) as session:
            WorkflowLeaseService(session).give_up(lease, LEFT_SECONDS)
        logger.warning(
            "Workflow %s is left to newer workers: %s", lease.workflow_id, error
        )

    def _execute_workflow_step(self, claim: Claim) -> Claim | None:
        """Run one phase and persist how it ended; return the claim on the next."""
        with phase_log(claim):
            return self._run_or_fail(claim)

    def _run_or_fail(self, claim: Claim) -> Claim | None:
        fault_point("after_claim", claim.phase, claim.workflow_id)
        try:
            return self._run_phase(claim)
        except LostLeaseError as error:
            logger.warning("%s", error)
            raise
        except CancelledError:
            with unit_of_work(claim.scope) as session:
                WorkflowStateService(session).cancelled(claim)
            logger.info("Phase %s stopped: the run was cancelled.", claim.phase)
        except Exception as error:  # noqa: BLE001  The run must say what a phase did.
            self._handle_workflow_failure(claim, error)
        return None

    def _handle_workflow_failure(self, claim: Claim, error: Exception) -> None:
        """Persist phase, error type, message and traceback of a failed try."""
        retryable = is_transient(error)
        trace = "".join(traceback.format_exception(error))
        with unit_of_work(claim.scope) as session:
            again = WorkflowStateService(session).fail_phase(
                claim, error, retryable=retryable, trace=trace
            )
            keep_log(session, claim)
        logger.warning(
            "Phase %s of workflow %s failed (%s); %s.",
            claim.phase,
            claim.workflow_id,
            type(error).__name__,
            "it is tried again" if again else "it needs a person",
            exc_info=error,
        )

    def _run_phase(self, claim: Claim) -> Claim | None:
        state, began_at = claim.state, time.monotonic()
        with ExitStack() as opened:
            context = self._context(claim, state, opened)
            context.report(0.0, "Started")
            result = load_phase(claim.phase).run(context)
        fault_point("in_phase", claim.phase, claim.workflow_id)
        keys = self._store_frames(claim, result)
        state = state.with_phase(claim.phase, result.output, keys)
        frames = self._published(claim.phase, state, result)
        fault_point("before_phase_commit", claim.phase, claim.workflow_id)
        _log_counts(claim.phase, result, time.monotonic() - began_at)
        following = self._commit(claim, result, state, frames)
        fault_point("after_phase_commit", claim.phase, claim.workflow_id)
        return following

    def _commit(
        self,
        claim: Claim,
        result: PhaseResult,
        state: DiscoveryFlowState,
        frames: dict[tuple[str, str], pl.DataFrame],
    ) -> Claim | None:
        with unit_of_work(claim.scope) as session:
            state = PhaseResultService(session).store(
                claim.scope, claim.phase, state, result, frames
            )
            following = WorkflowStateService(session).commit_phase(
                claim, result, state, keep=not self._draining()
            )
            approve_in_advance(session, claim, waits=result.needs_approval)
            keep_log(session, claim)
            return following

    def _context(
        self, claim: Claim, state: DiscoveryFlowState, opened: ExitStack
    ) -> PhaseContext:
        recorded, files = self._recorded(claim, state, opened)
        return PhaseContext(
            phase=claim.phase,
            state=state,
            files=files,
            recorded=recorded,
            frame=partial(self._read_frame, claim.phase, state),
            assistant=self._assistant_for(claim),
            report=_Reporter(claim),
        )

    def _recorded(
        self, claim: Claim, state: DiscoveryFlowState, opened: ExitStack
    ) -> tuple[Recorded, tuple[SourceFile, ...]]:
        with unit_of_work(claim.scope) as session:
            recorded = PhaseResultService(session).recorded(
                claim.scope, claim.phase, state
            )
            stored = DataImportService(session).files(claim.scope, claim.session_id)
        files = tuple(
            SourceFile(
                file_id=file.reference.file_id,
                name=file.reference.name,
                path=opened.enter_context(
                    self._store.local_path(file.reference.storage_key)
                ),
                corrections=file.corrections,
            )
            for file in stored
        )
        return recorded, files

    def _read_frame(
        self, reader: str, state: DiscoveryFlowState, phase: str, name: str
    ) -> pl.DataFrame:
        key = state.frames.get(phase, {}).get(name)
        if key is None:
            raise MissingInputError(reader, f"{phase}.{name}")
        if not self._store.has(key):  # Retention took it: trying again cannot help.
            raise MissingInputError(reader, f"{phase}.{name}")
        return self._store.read_frame(key)

    def _store_frames(self, claim: Claim, result: PhaseResult) -> dict[str, str]:
        prefix = frame_key(
            claim.scope.engagement_id,
            claim.workflow_id,
            claim.run_number,
            claim.phase,
            claim.fence,
        )
        keys = {name: f"{prefix}/{name}.parquet" for name in result.frames}
        for name, frame in result.frames.items():
            self._store.write_frame(keys[name], frame)
            logger.info(
                "Stored frame %s: %s rows, %d columns.",
                name,
                f"{frame.height:,}",
                frame.width,
            )
        return keys

    def _published(
        self, phase: str, state: DiscoveryFlowState, result: PhaseResult
    ) -> dict[tuple[str, str], pl.DataFrame]:
        """Return what the commit of the last phase reads; nothing for others."""
        if phase != PUBLISHED_FRAMES[0][0]:
            return {}
        return {
            (owner, name): result.frames[name]
            if owner == phase
            else self._read_frame(phase, state, owner, name)
            for owner, name in PUBLISHED_FRAMES
        }


class _Reporter:
    """Writes progress, at most every ``REPORT_SECONDS``; the first at once."""

    def __init__(self, claim: Claim) -> None:
        self._claim = claim
        self._written_at = -REPORT_SECONDS
        self._logged = ""

    def __call__(self, fraction: float, message: str) -> None:
        """Record ``fraction`` and ``message``; see ``phases.base.Report``."""
        if message != self._logged:
            logger.info("%s (%d %%)", message, 100 * fraction)
            self._logged = message
        now = time.monotonic()
        if now - self._written_at < REPORT_SECONDS:
            return
        with unit_of_work(self._claim.scope) as session:
            WorkflowStateService(session).report(self._claim, fraction, message)
            if self._written_at >= 0:  # The first lines can wait for the second time.
                keep_log(session, self._claim)
        self._written_at = now


def _log_counts(phase: str, result: PhaseResult, seconds: float) -> None:
    logger.info(
        "Phase %s is done after %.2f s: %s items in, %s out, %s rejected, "
        "%s excluded, %s issues.",
        phase,
        seconds,
        f"{result.items_in:,}",
        f"{result.items_out:,}",
        f"{result.items_rejected:,}",
        f"{result.items_excluded:,}",
        f"{result.issues.height:,}",
    )


def is_transient(error: Exception) -> bool:
    """Return whether the same work may succeed if it is tried again."""
    if isinstance(error, DiscoveryError):
        return error.retryable
    return isinstance(error, (ConnectionError, TimeoutError, MemoryError))
