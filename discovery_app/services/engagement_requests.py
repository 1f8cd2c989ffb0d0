"""Work on an engagement that people ask for and runners do, each at most once a time.

The row is the queue: asking writes it, a runner takes a lease on it, and its end is
written only under the fence it was taken with (docs/decisions/0023).
"""

import json
from datetime import date
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session

from discovery_app.config import settings
from discovery_app.database.notifications import WORKFLOW_CHANGED
from discovery_app.database.words import say_after_commit
from discovery_app.domain.access import Role, Scope, WorkerScope
from discovery_app.domain.engagement_request import (
    AskedFor,
    RequestClaim,
    RequestKind,
    RequestState,
    RequestView,
)
from discovery_app.errors import LostRequestError, NotFoundError
from discovery_app.services.tables import REQUESTS

_TAKE: Final = sa.text(
    """
    UPDATE engagement_requests SET owner = :worker, fence = fence + 1,
        attempt = attempt + 1,
        lease_until = clock_timestamp() + make_interval(secs => :lease_seconds)
    WHERE (id, engagement_id) = (
        SELECT id, engagement_id FROM engagement_requests
        WHERE finished_at IS NULL
          AND (lease_until IS NULL OR lease_until < clock_timestamp())
          AND (cast(:only AS uuid) IS NULL OR engagement_id = :only)
          AND (cast(:kind AS text) IS NULL OR kind = :kind)
        ORDER BY asked_at FOR UPDATE SKIP LOCKED LIMIT 1)
    RETURNING id, client_account_id, engagement_id, kind, workflow_id, owner, fence,
        attempt
    """
)
_EXTEND: Final = sa.text(
    """
    UPDATE engagement_requests SET
        lease_until = clock_timestamp() + make_interval(secs => :lease_seconds)
    WHERE id = :id AND fence = :fence
    """
)
_GIVE_UP: Final = sa.text(
    """
    UPDATE engagement_requests SET owner = '', lease_until = NULL,
        attempt = greatest(attempt - 1, 0)
    WHERE id = :id AND fence = :fence
    """
)


_STATE: Final = sa.case(
    (sa.and_(REQUESTS.c.finished_at.is_not(None), REQUESTS.c.problem != ""), "failed"),
    (REQUESTS.c.finished_at.is_not(None), "done"),
    (REQUESTS.c.lease_until >= sa.func.clock_timestamp(), "running"),
    else_="waiting",
)


class EngagementRequestService:
    """Takes requests in, hands them to runners, and keeps what came of them.

    One instance serves one unit of work. It flushes; it never commits. Whoever asks
    has checked what the person may do.
    """

    def __init__(self, session: Session) -> None:
        self._session = session

    def ask(
        self,
        scope: Scope,
        kind: RequestKind,
        subject: str = "",
        *,
        workflow_id: sa.ColumnElement[UUID] | UUID | None = None,
        as_of: date | None = None,
        reason: str = "",
    ) -> RequestView:
        """Leave a request to runners; one of its kind and subject is enough.

        What is in work already is done again, for the inventory it began with may
        not be the one that was meant.
        """
        asked = {
            "workflow_id": workflow_id,
            "as_of": as_of,
            "reason": reason,
            "asked_by": scope.actor,
        }
        again = {
            **asked,
            "asked_at": sa.func.clock_timestamp(),
            "fence": REQUESTS.c.fence + 1,
            "attempt": 0,
            "owner": "",
            "lease_until": None,
            "finished_at": None,
            "outcome": "",
            "problem": "",
        }
        self._session.execute(
            insert(REQUESTS)
            .values(
                id=sa.func.gen_random_uuid(),
                client_account_id=scope.client_account_id,
                engagement_id=scope.engagement_id,
                kind=str(kind),
                subject=subject,
                owner="",
                fence=0,
                attempt=0,
                outcome="",
                problem="",
                **asked,
            )
            .on_conflict_do_update(
                index_elements=["engagement_id", "kind", "subject"], set_=again
            )
        )
        self._tell(scope)
        view = self.view(scope, kind, subject)
        if view is None:
            raise NotFoundError("request", kind)
        return view

    def view(
        self, scope: Scope, kind: RequestKind, subject: str = ""
    ) -> RequestView | None:
        """Return how far the last one asked for is; ``None`` if nobody asked."""
        request = REQUESTS.c
        row = self._session.execute(
            sa.select(REQUESTS, _STATE.label("state")).where(
                request.engagement_id == scope.engagement_id,
                request.kind == str(kind),
                request.subject == subject,
            )
        ).one_or_none()
        if row is None:
            return None
        return RequestView(
            request_id=row.id,
            state=RequestState(row.state),
            asked_by=row.asked_by,
            asked_at=row.asked_at,
            as_of=row.as_of,
            reason=row.reason,
            finished_at=row.finished_at,
            outcome=row.outcome,
            problem=row.problem,
        )

    def take(
        self,
        worker: WorkerScope,
        only: UUID | None = None,
        kind: RequestKind | None = None,
    ) -> RequestClaim | None:
        """Take what has waited longest, or return ``None``.

        With ``only``, of one engagement, and of one ``kind`` where it is given. For a
        unit of work of a ``WorkerScope``. A runner that dies loses it to another one
        when its lease ends.
        """
        values = {
            "worker": worker.worker,
            "only": only,
            "kind": kind,
            "lease_seconds": settings().lease_seconds,
        }
        found = self._session.execute(_TAKE, values).one_or_none()
        if found is None:
            return None
        request_id, client, engagement, kind, *rest = found
        return RequestClaim(request_id, client, engagement, RequestKind(kind), *rest)

    def extend(self, claim: RequestClaim) -> None:
        """Keep the lease, if it still is ours. Under a ``WorkerScope``."""
        self._session.execute(
            _EXTEND,
            {
                "id": claim.request_id,
                "fence": claim.fence,
                "lease_seconds": settings().lease_seconds,
            },
        )

    def give_up(self, claim: RequestClaim) -> None:
        """Hand it back undone; it counts as no attempt. Under a ``WorkerScope``."""
        self._session.execute(_GIVE_UP, {"id": claim.request_id, "fence": claim.fence})

    def read(self, claim: RequestClaim) -> AskedFor:
        """Return what was asked. Under the scope of ``scope_of(claim)``.

        Raises:
            LostRequestError: It was asked anew, or is another's.
        """
        row = self._session.execute(
            sa.select(REQUESTS).where(*_held(claim))
        ).one_or_none()
        if row is None:
            raise LostRequestError(claim.kind)
        return AskedFor(
            scope_of(claim), row.subject, row.as_of, row.reason, row.asked_by
        )

    def finish(
        self, claim: RequestClaim, *, outcome: str = "", problem: str = ""
    ) -> None:
        """Write what came of it, in the transaction that did it.

        Raises:
            LostRequestError: It was asked anew, or is another's; nothing may be
                committed then.
        """
        done = self._session.execute(
            sa.update(REQUESTS)
            .values(
                owner="",
                lease_until=None,
                finished_at=sa.func.clock_timestamp(),
                outcome=outcome,
                problem=problem,
            )
            .where(*_held(claim))
            .returning(REQUESTS.c.id)
        ).one_or_none()
        if done is None:
            raise LostRequestError(claim.kind)
        self._tell(scope_of(claim))

    def _tell(self, scope: Scope) -> None:
        """Wake the pages of the engagement."""
        word = json.dumps({"engagement_id": str(scope.engagement_id)})
        say_after_commit(self._session, WORKFLOW_CHANGED, word)


def scope_of(claim: RequestClaim) -> Scope:
    """Return the scope in which a runner does what was asked."""
    return Scope(
        actor=f"runner:{claim.worker}",
        role=Role.SYSTEM,
        client_account_id=claim.client_account_id,
        engagement_id=claim.engagement_id,
    )


def _held(claim: RequestClaim) -> tuple[sa.ColumnElement[bool], ...]:
    request = REQUESTS.c
    return (
        request.id == claim.request_id,
        request.engagement_id == claim.engagement_id,
        request.fence == claim.fence,
        request.finished_at.is_(None),
    )
