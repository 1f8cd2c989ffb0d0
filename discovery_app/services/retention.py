"""Cleaning away what is used up, by settings, and never what the inventory needs.

What goes: frames that nothing reads any more (``used_frames``), logs of phases, runs
whose upload tells nothing of the inventory (``removable_runs``), uploads that were
never started, bytes that no upload knows, ended sign-ins and workers that are long
gone. The bytes of an upload stay exactly as long as its run.
"""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import astuple, dataclass
from datetime import UTC, datetime
from typing import Final

import sqlalchemy as sa
from pydantic import ValidationError
from sqlmodel import Session

from discovery_app.config import settings
from discovery_app.database import unit_of_work
from discovery_app.domain.access import AccountScope, Role, Scope, WorkerScope
from discovery_app.domain.uploads import StagedFile
from discovery_app.errors import DiscoveryError
from discovery_app.services.accounts import AccountService
from discovery_app.services.board_tables import ENGAGEMENTS
from discovery_app.services.data_imports import DataImportService
from discovery_app.services.phase_logs import PhaseLogService
from discovery_app.services.removable_runs import RemovedRuns, remove_old_runs
from discovery_app.services.staged_uploads import KEPT
from discovery_app.services.used_frames import used_up
from discovery_app.services.workers import WorkerService
from discovery_app.storage import ObjectStore, object_store

logger = logging.getLogger(__name__)

_ACTOR: Final = "retention"
_SIGN_IN_DAYS: Final = 7.0
"""An ended sign-in is kept so long, to be looked at; chosen."""
_WORKER_DAYS: Final = 30.0
"""A worker without a sign of life is remembered so long; chosen."""


@dataclass(frozen=True)
class Cleaned:
    """How much went of each kind."""

    frames: int = 0
    logs: int = 0
    runs: int = 0
    uploads: int = 0
    sign_ins: int = 0
    workers: int = 0

    def __add__(self, other: "Cleaned") -> "Cleaned":
        """Return the sums."""
        pairs = zip(astuple(self), astuple(other), strict=True)
        return Cleaned(*(mine + theirs for mine, theirs in pairs))

    def __str__(self) -> str:
        """Return it in words."""
        return (
            f"{self.frames} frames, {self.logs} logs, {self.runs} runs, "
            f"{self.uploads} uploads, {self.sign_ins} sign-ins, {self.workers} workers"
        )


class RetentionService:
    """Cleans one engagement after the other, each in its own scope.

    It opens its own units of work: bytes go after the commit that gave them up. Safe
    to repeat and to run twice at once; what a crash leaves the next round takes.
    """

    def __init__(self, store: ObjectStore | None = None) -> None:
        self._store = store or object_store()

    def clean(self) -> Cleaned:
        """Clean everything; what fails in one engagement does not stop the others."""
        total = self._clean_accounts()
        for scope in _tenants():
            try:
                total += self.clean_engagement(scope)
            except DiscoveryError as error:
                logger.warning(
                    "Engagement %s could not be cleaned; it is tried again: %s",
                    scope.engagement_id,
                    error,
                )
        return total

    def clean_engagement(self, scope: Scope) -> Cleaned:
        """Clean one engagement.

        Raises:
            UnavailableError: The storage or the database is away.
        """
        with unit_of_work(scope) as session:
            removed = _remove_runs(session, scope)
            logs = _remove_logs(session, scope)
        uploads = self._delete_uploads(scope, removed)
        return Cleaned(
            frames=self._delete_frames(scope),
            logs=logs,
            runs=len(removed.workflow_ids),
            uploads=uploads,
        )

    def _clean_accounts(self) -> Cleaned:
        with unit_of_work(AccountScope()) as session:
            sign_ins = AccountService(session).forget_ended_sessions(_SIGN_IN_DAYS)
        with unit_of_work(WorkerScope(_ACTOR)) as session:
            workers = WorkerService(session).forget_silent(_WORKER_DAYS)
        return Cleaned(sign_ins=sign_ins, workers=workers)

    def _delete_frames(self, scope: Scope) -> int:
        keys = self._store.keys(f"frames/{scope.engagement_id}")
        if not keys:
            return 0
        with unit_of_work(scope) as session:
            used = used_up(session, scope, keys, settings().keep_frames_days)
        return self._delete(used)

    def _delete_uploads(self, scope: Scope, removed: RemovedRuns) -> int:
        gone = [*removed.upload_keys, *self._never_started(scope)]
        self._delete(gone)
        return len(gone) + self._delete(self._unknown(scope))

    def _never_started(self, scope: Scope) -> Iterator[str]:
        """Give up uploads that waited too long for their start; yield their keys."""
        oldest = datetime.now(UTC) - KEPT
        for manifest in self._store.keys(f"staged/{scope.engagement_id}"):
            staged = self._staged(manifest)
            if staged is None or staged.uploaded_at >= oldest:
                continue
            with unit_of_work(scope) as session:
                started = DataImportService(session).has_file(scope, staged.file_id)
            if not started:
                yield staged.storage_key
            self._store.delete(manifest)

    def _staged(self, manifest: str) -> StagedFile | None:
        try:
            return StagedFile.model_validate_json(self._store.read(manifest))
        except ValidationError:  # Another version's; its bytes are unknown one day.
            return None

    def _unknown(self, scope: Scope) -> list[str]:
        """Return stored uploads that nothing knows and that are not just arriving."""
        oldest = datetime.now(UTC) - KEPT
        keys = self._store.keys(f"uploads/{scope.engagement_id}")
        if not keys:
            return []
        waiting = {
            staged.storage_key
            for manifest in self._store.keys(f"staged/{scope.engagement_id}")
            if (staged := self._staged(manifest)) is not None
        }
        with unit_of_work(scope) as session:
            known = DataImportService(session).storage_keys(scope)
        lost = [key for key in keys if key not in known and key not in waiting]
        return [key for key in lost if self._store.modified_at(key) < oldest]

    def _delete(self, keys: Sequence[str]) -> int:
        for key in keys:
            self._store.delete(key)
            self._store.prune(key)
        return len(keys)


def _tenants() -> list[Scope]:
    with unit_of_work(AccountScope()) as session:
        rows = session.execute(
            sa.select(ENGAGEMENTS.c.client_account_id, ENGAGEMENTS.c.id)
        ).all()
    return [Scope(_ACTOR, Role.SYSTEM, row.client_account_id, row.id) for row in rows]


def _remove_runs(session: Session, scope: Scope) -> RemovedRuns:
    days = settings().keep_runs_days
    return remove_old_runs(session, scope, days) if days else RemovedRuns()


def _remove_logs(session: Session, scope: Scope) -> int:
    days = settings().keep_logs_days
    return PhaseLogService(session).forget_old(scope, days) if days else 0
