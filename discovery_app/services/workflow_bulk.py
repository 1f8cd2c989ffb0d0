"""Retrying or cancelling many workflows at once, across clients, after a count."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session

from discovery_app.database import unit_of_work
from discovery_app.domain.access import PlatformScope, Scope
from discovery_app.domain.board import BOARD_STATUSES
from discovery_app.domain.workflow import FINISHED, PhaseStatus, WorkflowStatus
from discovery_app.domain.workflow_repair import (
    BulkAct,
    BulkFilter,
    BulkOutcome,
    BulkRefusal,
)
from discovery_app.errors import ConflictError, DiscoveryError, InvalidInputError
from discovery_app.services.audit import AuditService, require_reason
from discovery_app.services.board_tables import (
    JOINED,
    RUNS,
    STATES,
    UPLOADS,
    conditions,
    of_workflow,
)
from discovery_app.services.workflow_actions import WorkflowActionService

AT_ONCE: Final = 1000
"""Workflows that one call changes; chosen so that a call stays within a minute."""
TOLD_REFUSALS: Final = 100

ScopeOf = Callable[[UUID], Scope]
"""Returns the acting admin's scope on an engagement."""


@dataclass(frozen=True)
class _Target:
    workflow_id: UUID
    engagement_id: UUID
    title: str
    version: int


class WorkflowBulkService:
    """Acts on each of many workflows by itself: one that moved on stops no other.

    It opens its own units of work, one a workflow.

    Args:
        platform: The admin, for looking across clients.
        scope_of: Their scope on one engagement, for acting there.
    """

    def __init__(self, platform: PlatformScope, scope_of: ScopeOf) -> None:
        self._platform = platform
        self._scope_of = scope_of

    def count(self, act: BulkAct, chosen: BulkFilter) -> BulkOutcome:
        """Return how many workflows ``act`` would reach; nothing is changed.

        Raises:
            InvalidInputError: There is no such status.
        """
        with unit_of_work(self._platform) as session:
            matched = _matched(session, act, chosen)
        return BulkOutcome(matched, left=max(matched - AT_ONCE, 0))

    def run(
        self,
        act: BulkAct,
        chosen: BulkFilter,
        *,
        reason: str,
        expected: int | None = None,
    ) -> BulkOutcome:
        """Do ``act`` to the workflows of ``chosen``, the oldest first.

        Each has its event and its audit entry; one more entry names the whole.

        Args:
            expected: How many the person was told; another number refuses it all.

        Raises:
            InvalidInputError: There is no reason, or no such status.
            ConflictError: Not as many match as were ``expected``.
        """
        why = require_reason(reason)
        with unit_of_work(self._platform) as session:
            matched = _matched(session, act, chosen)
            if expected is not None and expected != matched:
                raise ConflictError(
                    f"{matched} workflows match now, {expected} when you looked; look "
                    "again, then confirm."
                )
            targets = _targets(session, act, chosen)
            _record(session, self._platform, act, chosen, why, matched)
        refused = [told for one in targets if (told := self._refused(act, one, why))]
        return BulkOutcome(
            matched,
            done=len(targets) - len(refused),
            left=matched - len(targets),
            refused=tuple(refused[:TOLD_REFUSALS]),
        )

    def _refused(self, act: BulkAct, one: _Target, why: str) -> BulkRefusal | None:
        """Do ``act`` to one workflow; return why not, if it is refused."""
        try:
            scope = self._scope_of(one.engagement_id)
            with unit_of_work(scope) as session:
                verbs = WorkflowActionService(session)
                verb = verbs.retry if act is BulkAct.RETRY else verbs.cancel
                verb(scope, one.workflow_id, reason=why, version=one.version)
        except DiscoveryError as error:  # The next one may well go.
            return BulkRefusal(one.workflow_id, one.title, str(error))
        return None


def _matched(session: Session, act: BulkAct, chosen: BulkFilter) -> int:
    counted = sa.select(sa.func.count(STATES.c.id)).where(*_conditions(act, chosen))
    return int(session.execute(counted).scalar_one())


def _targets(session: Session, act: BulkAct, chosen: BulkFilter) -> Sequence[_Target]:
    rows = session.execute(
        sa.select(
            STATES.c.id, STATES.c.engagement_id, UPLOADS.c.title, STATES.c.version
        )
        .select_from(JOINED)
        .where(*_conditions(act, chosen))
        .order_by(STATES.c.created_at, STATES.c.id)
        .limit(AT_ONCE)
    )
    return [_Target(*row) for row in rows]


def _conditions(act: BulkAct, chosen: BulkFilter) -> list[sa.ColumnElement[bool]]:
    """Return what a workflow must fulfil; ``act`` itself leaves out what it cannot do.

    Raises:
        InvalidInputError: A status is none.
    """
    unknown = sorted(set(chosen.listed.statuses) - set(BOARD_STATUSES))
    if unknown:
        raise InvalidInputError(
            f"There is no status {', '.join(unknown)}; use {', '.join(BOARD_STATUSES)}."
        )
    where = conditions(chosen.listed)
    if act is BulkAct.RETRY:
        where.append(STATES.c.status == WorkflowStatus.FAILED)
    else:
        ending = (*FINISHED, WorkflowStatus.CANCELLING)
        where.append(STATES.c.status.not_in(ending))
    if chosen.error_type:
        where.append(_last_error() == chosen.error_type)
    return where


def _last_error() -> sa.ColumnElement[str]:
    """Return the error type of a workflow's newest try; empty unless that failed."""
    failed = RUNS.c.status == PhaseStatus.FAILED
    return (
        sa.select(sa.case((failed, RUNS.c.error_type), else_=""))
        .where(of_workflow(RUNS))
        .order_by(RUNS.c.started_at.desc(), RUNS.c.fence.desc())
        .limit(1)
        .scalar_subquery()
    )


def _record(
    session: Session,
    platform: PlatformScope,
    act: BulkAct,
    chosen: BulkFilter,
    why: str,
    matched: int,
) -> None:
    listed = {**chosen.listed.__dict__, "statuses": ", ".join(chosen.listed.statuses)}
    details = {
        "matched": matched,
        "filter": {name: str(value) for name, value in listed.items() if value},
        "error_type": chosen.error_type,
    }
    AuditService(session).record(
        platform, f"workflows_bulk_{act.value}", "Workflows", why, details=details
    )
