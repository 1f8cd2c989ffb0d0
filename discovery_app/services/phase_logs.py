"""The kept logs of phases: one row a try, written by the worker that tries."""

from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session

from discovery_app import models
from discovery_app.domain.access import Permission, Scope
from discovery_app.domain.phase_logs import LogLine, LogLines, PhaseLog
from discovery_app.domain.workflow import Claim
from discovery_app.phases import load_phase
from discovery_app.services.board_tables import RUNS

_LOGS: Final[sa.Table] = models.PhaseLog.__table__  # pyright: ignore
_MOST_TRIES: Final = 100
"""So many of the newest tries of a workflow have their logs listed; chosen."""


class PhaseLogService:
    """Keeps and reads logs of tries.

    One instance serves one unit of work of a ``Scope``. It never commits.
    """

    def __init__(self, session: Session) -> None:
        self._session = session

    def keep(self, claim: Claim, lines: LogLines) -> None:
        """Store what was logged so far in the try of ``claim``."""
        kept = {
            "lines": [_stored(line) for line in lines.lines],
            "left_out": lines.left_out,
            "updated_at": sa.func.clock_timestamp(),
        }
        statement = insert(_LOGS).values(
            id=claim.phase_run_id,
            engagement_id=claim.scope.engagement_id,
            client_account_id=claim.scope.client_account_id,
            **kept,
        )
        self._session.execute(
            statement.on_conflict_do_update(
                index_elements=["id", "engagement_id"], set_=kept
            )
        )

    def of_workflow(self, scope: Scope, workflow_id: UUID) -> tuple[PhaseLog, ...]:
        """Return the newest tries that have a log, oldest first, without the lines."""
        scope.require(Permission.VIEW)
        newest = self._session.execute(
            _select()
            .where(
                RUNS.c.workflow_id == workflow_id,
                RUNS.c.engagement_id == scope.engagement_id,
            )
            .order_by(RUNS.c.started_at.desc(), RUNS.c.fence.desc())
            .limit(_MOST_TRIES)
        )
        return tuple(_log(row, []) for row in reversed(newest.all()))

    def lines(
        self, scope: Scope, workflow_id: UUID, phase_run_id: UUID
    ) -> PhaseLog | None:
        """Return the log of one try with its lines; ``None`` if none is kept."""
        scope.require(Permission.VIEW)
        row = self._session.execute(
            _select(_LOGS.c.lines).where(
                RUNS.c.id == phase_run_id,
                RUNS.c.workflow_id == workflow_id,
                RUNS.c.engagement_id == scope.engagement_id,
            )
        ).one_or_none()
        return None if row is None else _log(row, row.lines)

    def forget_old(self, scope: Scope, days: float) -> int:
        """Remove logs that were last written ``days`` ago; return how many."""
        oldest = sa.func.now() - timedelta(days=days)
        removed = self._session.execute(
            sa.delete(_LOGS)
            .where(
                _LOGS.c.engagement_id == scope.engagement_id,
                _LOGS.c.updated_at < oldest,
            )
            .returning(_LOGS.c.id)
        )
        return len(removed.all())


def _select(*more: sa.Column) -> sa.Select[Any]:
    return sa.select(
        RUNS.c.id,
        RUNS.c.phase,
        RUNS.c.status,
        RUNS.c.run_number,
        RUNS.c.attempt,
        _LOGS.c.left_out,
        *more,
    ).join_from(
        RUNS,
        _LOGS,
        sa.and_(_LOGS.c.id == RUNS.c.id, _LOGS.c.engagement_id == RUNS.c.engagement_id),
    )


def _stored(line: LogLine) -> dict[str, str]:
    return {
        "at": line.at.isoformat(),
        "level": line.level,
        # PostgreSQL's JSON has no NUL and no half characters, and a file's name might.
        "message": line.message.replace("\0", "�").encode("utf-8", "replace").decode(),
    }


def _log(row: sa.Row, lines: list[dict[str, str]]) -> PhaseLog:
    return PhaseLog(
        phase_run_id=row.id,
        phase=row.phase,
        title=load_phase(row.phase).title,
        status=str(row.status),
        run_number=row.run_number,
        attempt=row.attempt,
        lines=tuple(
            LogLine(datetime.fromisoformat(one["at"]), one["level"], one["message"])
            for one in lines
        ),
        left_out=row.left_out,
    )
